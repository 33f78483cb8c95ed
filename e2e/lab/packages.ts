/**
 * Debian's packages: which ones the lab is made of, and how it gets them. Nothing is installed here;
 * apt resolves and downloads, and its own lists are used first. When these are missing, or so old that
 * a package has moved, the lab updates lists of its own in the cache folder, which needs no root.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { cacheFolder } from './cache.js';
import { finish, output } from './process.js';

/** Debian packages that have to be installed on the machine that builds and runs the lab. */
export const labPackages = [
  'qemu-system-x86',
  'qemu-utils',
  'cpio',
  'e2fsprogs',
  'fakechroot',
  'fakeroot',
  'gcc-12',
  'libc6-dev',
  'libelf1',
  'make',
  'mmdebstrap',
  'openssh-client',
  'perl-base',
  'uidmap',
  'util-linux',
  'xz-utils',
] as const;

/** What the small guest's userland is made of; apt adds what these need. */
export const smallPackages = [
  'bash',
  'busybox-static',
  'coreutils',
  'dash',
  'findutils',
  'grep',
  'gzip',
  'kmod',
  'mawk',
  'mount',
  'openssh-server',
  'passwd',
  'perl-base',
  'procps',
  'sed',
  'sudo',
  'tar',
  'util-linux',
  // Instead of usrmerge, which would bring the whole of perl along.
  'usr-is-merged',
] as const;

/** What the guest with systemd has beside what is essential to Debian; apt adds what these need. */
export const systemdPackages = [
  'busybox-static',
  'dbus',
  'iproute2',
  'kmod',
  'less',
  'libpam-systemd',
  'openssh-server',
  'procps',
  'python3',
  'sosreport',
  'sudo',
  'systemd',
  'systemd-sysv',
  'tmux',
  'usr-is-merged',
] as const;

/** One package as a file in the cache. */
export const packageFile = z.object({
  name: z.string(),
  version: z.string(),
  file: z.string(),
  bytes: z.number(),
});
export type PackageFile = Readonly<z.infer<typeof packageFile>>;

/** The packages of one kernel. */
export const kernelPackages = z.object({
  /** As `uname -r` says it. */
  release: z.string(),
  image: packageFile,
  /** Headers and kbuild: what modules are built against. */
  build: z.array(packageFile).readonly(),
});
export type KernelPackages = Readonly<z.infer<typeof kernelPackages>>;

/** apt, with the lists of the machine or with the lab's own. */
export class Apt {
  private ownLists = false;
  private readonly folder: string;

  constructor(private readonly say: (line: string) => void) {
    this.folder = join(cacheFolder(), 'apt');
    mkdirSync(join(this.folder, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(this.folder, 'archives', 'partial'), { recursive: true });
    writeFileSync(join(this.folder, 'nothing-installed'), '');
  }

  /** Runs `attempt`; if it fails, once more with lists that are fresh. */
  async withFreshLists<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (this.ownLists) {
        throw error;
      }
      this.ownLists = true;
      this.say('apt-get update, into the cache folder');
      await output('apt-get', [...this.options(), '-qq', 'update'], { timeoutMs: 300_000 });
      return attempt();
    }
  }

  /** The newest cloud kernel of a series (as `6.12`) that has all that modules are built against. */
  async kernel(series: string): Promise<KernelPackages> {
    const pattern = `^linux-image-${series.replaceAll('.', '\\.')}\\..*-cloud-amd64$`;
    const found = await output('apt-cache', [...this.options(), 'search', '--names-only', pattern]);
    const images = found
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
      .filter((name) => name !== '')
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    for (const image of images) {
      const release = image.slice('linux-image-'.length);
      const headers = `linux-headers-${release}`;
      const needed = await this.dependencies(headers);
      const build = needed.filter((name) => /^linux-(headers|kbuild)-/.test(name));
      if (build.length < 2) {
        continue;
      }
      const files = await this.files([image, headers, ...build]);
      const [imageFile, ...buildFiles] = files;
      if (imageFile !== undefined && buildFiles.length === build.length + 1) {
        return { release, image: imageFile, build: buildFiles };
      }
    }
    throw new Error(`apt knows no linux-image-${series}.*-cloud-amd64 with its headers`);
  }

  /** These packages (or what a pattern of apt's stands for) and everything that they need. */
  async closure(names: readonly string[]): Promise<readonly PackageFile[]> {
    const asIf = {
      // As if nothing were installed and nothing downloaded: apt then names all it would take.
      'Dir::State::status': join(this.folder, 'nothing-installed'),
      'Dir::Cache::archives': `${join(this.folder, 'archives')}/`,
      'Dir::Cache::pkgcache': join(this.folder, 'guest.bin'),
    };
    const printed = await output('apt-get', [
      ...this.options(asIf),
      'install',
      '--print-uris',
      '--no-install-recommends',
      '-y',
      ...names,
    ]);
    return parseUris(printed);
  }

  /** Downloads what isn't in the cache yet; apt checks every file against its lists. */
  async download(files: readonly PackageFile[]): Promise<void> {
    const store = packageStore();
    mkdirSync(store, { recursive: true });
    const missing = files.filter((wanted) => !isThere(wanted));
    if (missing.length === 0) {
      return;
    }
    const bytes = missing.reduce((sum, wanted) => sum + wanted.bytes, 0);
    this.say(`downloading ${missing.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
    const folder = mkdtempSync(join(store, '.part-'));
    try {
      await output(
        'apt-get',
        [
          ...this.options({ 'APT::Sandbox::User': 'root' }),
          '-qq',
          'download',
          ...missing.map((wanted) => `${wanted.name}=${wanted.version}`),
        ],
        { cwd: folder, timeoutMs: 900_000 },
      );
      for (const wanted of missing) {
        renameSync(join(folder, wanted.file), join(store, wanted.file));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async files(names: readonly string[]): Promise<readonly PackageFile[]> {
    const finished = await finish('apt-get', [
      ...this.options(),
      'download',
      '--print-uris',
      ...names,
    ]);
    const found = finished.code === 0 ? parseUris(finished.stdout.toString()) : [];
    // In the order asked for, which isn't apt's.
    return names.flatMap((name) => found.find((candidate) => candidate.name === name) ?? []);
  }

  private async dependencies(name: string): Promise<readonly string[]> {
    const finished = await finish('apt-cache', [...this.options(), 'depends', name]);
    return [...finished.stdout.toString().matchAll(/^ +Depends: (\S+)$/gm)].map((m) => m[1] ?? '');
  }

  private options(more: Readonly<Record<string, string>> = {}): readonly string[] {
    const options = {
      // The machine's own cache of its lists must not be overwritten with one of other lists.
      'Dir::Cache::pkgcache': join(this.folder, 'packages.bin'),
      ...(this.ownLists && {
        'Dir::State::lists': join(this.folder, 'lists'),
        'Dir::Cache::srcpkgcache': '',
      }),
      ...more,
    };
    return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }
}

/** Where a downloaded package lies. */
export function packagePath(wanted: PackageFile): string {
  return join(packageStore(), wanted.file);
}

function packageStore(): string {
  return join(cacheFolder(), 'packages');
}

function isThere(wanted: PackageFile): boolean {
  const path = packagePath(wanted);
  return existsSync(path) && statSync(path).size === wanted.bytes;
}

/** What `apt-get --print-uris` says: `'URI' FILE BYTES HASH`, one a line. */
function parseUris(printed: string): readonly PackageFile[] {
  return [...printed.matchAll(/^'[^']+' (\S+) (\d+)/gm)].map((match) => {
    const file = match[1] ?? '';
    const [name = '', version = ''] = file.split('_');
    return { name, version: decodeURIComponent(version), file, bytes: Number(match[2]) };
  });
}
