/**
 * From /proc/PID/cgroup to what an administrator calls the thing: a unit or a container.
 */

/**
 * The innermost unit or container: `cron.service`, `session-3.scope`, `docker 3f2a9c1b0d4e`.
 *
 * Lines are `HIERARCHY:CONTROLLERS:PATH` (cgroups(7)). systemd's own hierarchy says it best, then
 * version 2 (`0::PATH`), then any controller of version 1, for hosts without systemd.
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
    .map((line) => /^(\d+):([^:]*):(\/.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, hierarchy, controllers, path = '']) => ({ hierarchy, controllers, path }));
  const systemd = lines.filter((line) => line.controllers === 'name=systemd');
  const unified = lines.filter((line) => line.hierarchy === '0' && line.controllers === '');
  return [...systemd, ...unified, ...lines].map((line) => line.path);
}

function unitOfPath(path: string): string | null {
  const names = path.replace(/ \(deleted\)$/, '').split('/');
  return (
    names
      .map((name, depth) => unitOfName(name, names[depth - 1] ?? ''))
      .findLast((unit) => unit !== null) ?? null
  );
}

/** Prefix of a container runtime's scope or folder, and the name that people know it by. */
const runtimes: ReadonlyMap<string, string> = new Map([
  ['docker', 'docker'],
  ['libpod', 'podman'],
  ['cri-containerd', 'containerd'],
  ['crio', 'cri-o'],
]);

const containerScope = /^(docker|libpod|cri-containerd|crio)-([0-9a-f]{64})(?:\.scope)?$/;
const containerId = /^[0-9a-f]{64}$/;

function unitOfName(name: string, parent: string): string | null {
  const [, runtime = '', id] = containerScope.exec(name) ?? [];
  if (id !== undefined) {
    return `${runtimes.get(runtime) ?? runtime} ${id.slice(0, 12)}`;
  }
  if (containerId.test(name)) {
    return `${runtimeOfParent(parent)} ${name.slice(0, 12)}`;
  }
  return unitOfLxc(name, parent) ?? unitOfSystemd(name);
}

/** Without systemd, runtimes name the folder by the ID alone, below one of their own. */
function runtimeOfParent(parent: string): string {
  if (parent.startsWith('pod') || parent.startsWith('kubepods')) {
    return 'kubernetes';
  }
  return parent === 'docker' ? 'docker' : 'container';
}

function unitOfLxc(name: string, parent: string): string | null {
  const container = parent === 'lxc' ? name : /^lxc\.payload[./](.+)$/.exec(name)?.[1];
  return container === undefined || container === '' ? null : `lxc ${container}`;
}

function unitOfSystemd(name: string): string | null {
  if (!/.\.(?:service|scope)$/.test(name)) {
    return null;
  }
  return name.startsWith('machine-') ? unescapeUnit(name) : name;
}

/** systemd.unit(5), "String escaping": `\x2d` is a hyphen. Only printable ASCII is turned back. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([2-7][0-9a-f])/g, (escaped, hex: string) =>
    hex === '7f' ? escaped : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
