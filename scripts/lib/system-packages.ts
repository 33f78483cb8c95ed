import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runQuietly, runVisibly, say, Stop, type Outcome } from './process';

/**
 * What the packages are for: `run` the app, give it a virtual `display`, `check` its sources, `test`
 * it, `package` it, draw its `icons`, or start the kernel `lab`.
 */
export type Purpose = 'run' | 'display' | 'check' | 'test' | 'package' | 'icons' | 'lab';

interface Requirement {
  /** Debian's name, preceded by the one that newer releases use where it differs. */
  packages: [string, ...string[]];
  /** Shared libraries that the package brings, by itself or through what it depends on. */
  libraries?: string[];
  programs?: string[];
  /** For what is neither. */
  files?: string[];
}

/**
 * Found by starting Electron on a Debian 12 with nothing on it: every library that it is linked
 * with is in one of these lists. What it only tries to load (PulseAudio, libsecret, libnotify,
 * VA-API) it does without.
 */
const requirements: Record<Purpose, Requirement[]> = {
  run: [
    { packages: ['libnss3'], libraries: ['libnss3.so', 'libsmime3.so', 'libnspr4.so'] },
    {
      packages: ['libgtk-3-0t64', 'libgtk-3-0'],
      libraries: [
        'libgtk-3.so.0',
        'libgio-2.0.so.0',
        'libpango-1.0.so.0',
        'libcairo.so.2',
        'libatk-bridge-2.0.so.0',
        'libatspi.so.0',
        'libcups.so.2',
        'libdbus-1.so.3',
        'libX11.so.6',
        'libXcomposite.so.1',
        'libXdamage.so.1',
        'libXfixes.so.3',
        'libXrandr.so.2',
        'libxkbcommon.so.0',
      ],
    },
    { packages: ['libgbm1'], libraries: ['libgbm.so.1', 'libdrm.so.2', 'libexpat.so.1'] },
    { packages: ['libasound2t64', 'libasound2'], libraries: ['libasound.so.2'] },
  ],
  display: [{ packages: ['xvfb'], programs: ['Xvfb'] }],
  check: [{ packages: ['shellcheck'], programs: ['shellcheck'] }],
  test: [
    { packages: ['openssh-server'], programs: ['sshd'] },
    { packages: ['openssh-client'], programs: ['ssh', 'ssh-keygen'] },
    { packages: ['busybox-static'], programs: ['busybox'] },
    { packages: ['dbus-daemon', 'dbus'], programs: ['dbus-daemon', 'dbus-run-session'] },
    { packages: ['iproute2'], programs: ['ip', 'tc', 'ss'] },
    { packages: ['sudo'], programs: ['sudo'] },
    { packages: ['strace'], programs: ['strace'] },
    { packages: ['tcsh'], programs: ['tcsh', 'csh'] },
    { packages: ['csh'], programs: ['bsd-csh'] },
    { packages: ['fish'], programs: ['fish'] },
    { packages: ['gnome-keyring'], programs: ['gnome-keyring-daemon'] },
    { packages: ['libsecret-1-0'], libraries: ['libsecret-1.so.0'] },
    { packages: ['libglib2.0-bin'], programs: ['gdbus'] },
  ],
  package: [
    { packages: ['7zip'], programs: ['7zz'] },
    { packages: ['dpkg'], programs: ['dpkg-deb'] },
  ],
  icons: [{ packages: ['librsvg2-bin'], programs: ['rsvg-convert'] }],
  lab: [
    { packages: ['qemu-system-x86'], programs: ['qemu-system-x86_64'] },
    { packages: ['qemu-utils'], programs: ['qemu-img'] },
    { packages: ['cpio'], programs: ['cpio'] },
    { packages: ['e2fsprogs'], programs: ['mke2fs'] },
    { packages: ['fakechroot'], programs: ['fakechroot'] },
    { packages: ['fakeroot'], programs: ['fakeroot'] },
    { packages: ['gcc-12'], programs: ['gcc-12'] },
    { packages: ['libc6-dev'], files: ['/usr/include/stdio.h'] },
    { packages: ['libelf1t64', 'libelf1'], libraries: ['libelf.so.1'] },
    { packages: ['make'], programs: ['make'] },
    { packages: ['mmdebstrap'], programs: ['mmdebstrap'] },
    { packages: ['openssh-client'], programs: ['ssh', 'ssh-keygen'] },
    { packages: ['uidmap'], programs: ['newuidmap', 'newgidmap'] },
    { packages: ['xz-utils'], programs: ['xz'] },
  ],
};

/**
 * Sees to it that what the purposes need is installed. Looks for the libraries and programs
 * themselves, so that it is content on any distribution; installs with apt-get what is missing: at
 * once as root without a terminal, after asking on a terminal. Otherwise it says what to do and
 * stops.
 */
export async function ensureSystemPackages(purposes: readonly Purpose[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const missing = purposes.flatMap((purpose) => requirements[purpose]).filter(isMissing);
  if (missing.length === 0) return;
  if (findProgram('apt-get') === undefined) {
    throw new Stop(`Missing on this system: ${missing.flatMap(absences).join(', ')}.`);
  }

  const isRoot = process.getuid?.() === 0;
  const isAsking = process.stdin.isTTY && process.stderr.isTTY;
  // Which of two names exists is known only from current lists.
  const packages = isRoot && !isAsking ? await installable(missing) : await namesOf(missing);
  const command = `${isRoot ? '' : 'sudo '}apt-get install -y --no-install-recommends`;
  const line = `${command} ${packages.join(' ')}`;
  if (isAsking && (await agrees(`Debian packages are missing. Run "${line}"? [Y/n] `))) {
    await installVisibly(isRoot, packages);
  } else if (isRoot && !isAsking) {
    await installQuietly(packages);
  } else {
    throw new Stop(`Debian packages are missing. Install them with:\n${line}`);
  }

  const still = missing.filter(isMissing);
  if (still.length > 0) {
    throw new Stop(`Installed, but still not found: ${still.flatMap(absences).join(', ')}.`);
  }
}

/** Libraries, programs and files of these purposes that are not on this machine. */
export function missingOn(purposes: readonly Purpose[]): string[] {
  return purposes.flatMap((purpose) => requirements[purpose]).flatMap(absences);
}

/** Where a program is, on PATH or in the folders of the administrator's programs. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/local/sbin', '/usr/sbin', '/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

function isMissing(requirement: Requirement): boolean {
  return absences(requirement).length > 0;
}

function absences({ libraries = [], programs = [], files = [] }: Requirement): string[] {
  return [
    ...libraries.filter((name) => !hasLibrary(name)),
    ...programs.filter((name) => findProgram(name) === undefined),
    ...files.filter((path) => !existsSync(path)),
  ];
}

const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string];

/** Looks where the dynamic linker of the common distributions looks. */
function hasLibrary(name: string): boolean {
  const folders = ['/usr/lib', '/lib', '/usr/lib64', '/lib64', '/usr/local/lib'];
  const own = process.env['LD_LIBRARY_PATH']?.split(delimiter) ?? [];
  return [...own, ...folders.flatMap((folder) => [folder, join(folder, multiarch ?? '')])].some(
    (folder) => existsSync(join(folder, name)),
  );
}

async function installable(missing: Requirement[]): Promise<string[]> {
  await runQuietly('apt-get', ['update']);
  return namesOf(missing);
}

async function namesOf(missing: Requirement[]): Promise<string[]> {
  return [...new Set(await Promise.all(missing.map(nameOf)))];
}

/** The first name that this release has; the oldest where its lists do not tell. */
async function nameOf({ packages }: Requirement): Promise<string> {
  for (const name of packages) {
    const { status } = await runQuietly('apt-cache', ['show', name]);
    if (status === 0) return name;
  }
  return packages.at(-1) ?? packages[0];
}

async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

async function installVisibly(isRoot: boolean, packages: string[]): Promise<void> {
  const aptGet = (args: string[]): Promise<Outcome> =>
    isRoot ? runVisibly('apt-get', args) : runVisibly('sudo', ['apt-get', ...args]);
  await aptGet(['update']);
  const { status } = await aptGet(installation(packages));
  if (status !== 0) throw new Stop('apt-get has failed.');
}

async function installQuietly(packages: string[]): Promise<void> {
  say(`Installing Debian packages: ${packages.join(' ')}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, output } = await runQuietly('apt-get', installation(packages), { env });
  if (status !== 0) throw new Stop(`${output}\napt-get has failed with status ${status}.`);
}

function installation(packages: string[]): string[] {
  // Another apt-get may be at work: as on a machine that has just started.
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  return ['install', '-y', '--no-install-recommends', ...wait, ...packages];
}
