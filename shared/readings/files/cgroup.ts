/**
 * From /proc/PID/cgroup to what an administrator calls the thing: a unit or a container.
 */

/**
 * The innermost unit or container, as a short name: `cron.service`, `session-3.scope`,
 * `docker 3f2a9c1b0d4e`; for a unit inside a container both: `nginx.service in lxc web`.
 *
 * Lines are `HIERARCHY:CONTROLLERS:PATH` (cgroups(7)). systemd's own hierarchy says it best, then
 * version 2 (`0::PATH`), then any controller of version 1, for hosts without systemd.
 *
 * A unit's name stays as systemd has it, `\\x2d` for a hyphen included (systemd.unit(5), "String escaping"):
 * without the escape it is another unit.
 *
 * @returns null in the root group (kernel threads) and in groups that are neither
 */
export function unitOfCgroup(text: string): string | null {
  for (const path of pathsByTrust(text)) {
    const unit = unitOfPath(path);
    if (unit !== null) {
      return unit;
    }
  }
  return null;
}

function pathsByTrust(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => /^(\d+):([^:]*):(\/.*)$/s.exec(line))
    .filter((match) => match !== null)
    .map(([, hierarchy, controllers, path = '']) => ({ hierarchy, controllers, path }));
  const systemd = lines.filter((line) => line.controllers === 'name=systemd');
  const unified = lines.filter((line) => line.hierarchy === '0' && line.controllers === '');
  return [...systemd, ...unified, ...lines].map((line) => line.path);
}

interface Unit {
  readonly name: string;
  /** It has a world of its own, so a unit below it isn't one of the host. */
  readonly container: boolean;
}

function unitOfPath(path: string): string | null {
  const folders = path.replace(/ \(deleted\)$/, '').split('/');
  const units = folders
    .map((folder, depth) => unitOfFolder(folder, folders[depth - 1] ?? ''))
    .filter((unit) => unit !== null);
  const innermost = units.at(-1);
  if (innermost === undefined) {
    return null;
  }
  const container = units.findLast((unit) => unit.container);
  return container === undefined || container === innermost
    ? innermost.name
    : `${innermost.name} in ${container.name}`;
}

function unitOfFolder(folder: string, parent: string): Unit | null {
  const container =
    runtimeContainer(folder) ?? bareContainer(folder, parent) ?? lxcContainer(folder, parent);
  if (container !== null) {
    return { name: container, container: true };
  }
  if (!/.\.(?:service|scope)$/s.test(folder)) {
    return null;
  }
  if (folder.startsWith('machine-')) {
    return { name: folder, container: true };
  }
  return { name: folder, container: folder.startsWith('systemd-nspawn@') };
}

/** How a container runtime spells itself in a group's name, and what people call it. */
const runtimes: ReadonlyMap<string, string> = new Map([
  ['docker', 'docker'],
  ['libpod', 'podman'],
  ['cri-containerd', 'containerd'],
  ['crio', 'cri-o'],
]);

/**
 * `docker-ID.scope`, `libpod-ID.scope` and `libpod-payload-ID`, `cri-containerd-ID.scope`,
 * `crio-ID.scope`; and `SLICE:cri-containerd:ID`, where containerd and the kubelet disagree about
 * the cgroup driver.
 */
const runtimeFolder =
  /^(?:[^:]*:)?(docker|libpod|cri-containerd|crio)[-:](?:payload-)?([0-9a-f]{64})(?:\.scope)?$/;

function runtimeContainer(folder: string): string | null {
  const [, runtime = '', id] = runtimeFolder.exec(folder) ?? [];
  return id === undefined ? null : `${runtimes.get(runtime) ?? runtime} ${shortId(id)}`;
}

/** Without systemd, a runtime names the folder by the ID alone, below a folder of its own. */
function bareContainer(folder: string, parent: string): string | null {
  if (!/^[0-9a-f]{64}$/.test(folder)) {
    return null;
  }
  if (/^(?:pod|kubepods)/.test(parent)) {
    return `kubernetes ${shortId(folder)}`;
  }
  return `${parent === 'docker' ? 'docker' : 'container'} ${shortId(folder)}`;
}

/** As `docker ps` and its kin print it. */
function shortId(id: string): string {
  return id.slice(0, 12);
}

/** `/lxc.payload.NAME` and, before LXC 4.0, `/lxc.payload/NAME` or `/lxc/NAME`. */
function lxcContainer(folder: string, parent: string): string | null {
  const below = parent === 'lxc' || parent === 'lxc.payload';
  const name = below ? folder : /^lxc\.payload\.(.+)$/s.exec(folder)?.[1];
  return name === undefined || name === '' ? null : `lxc ${name}`;
}
