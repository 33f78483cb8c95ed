/**
 * Builds what a guest boots from: a userland that is the same for every kernel, and on top of it the
 * kernel's own part. Both are cpio archives; the kernel unpacks one after the other.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { buildModules, moduleSources } from './build-modules.js';
import { cached, cacheFolder, keyOf, prune } from './cache.js';
import {
  Apt,
  guestPackages,
  kernelPackages,
  packageFile,
  packagePath,
  type PackageFile,
} from './packages.js';
import { output, reasonOf, shell } from './process.js';
import { newSecret } from '../sshd/secrets.js';

/** The kernels that the lab is made for: a series of Debian's, as `uname -r` begins. */
export const kernelSeries = ['6.1', '6.12'] as const;
export type KernelSeries = (typeof kernelSeries)[number];

/** Those who can log in to a guest. */
export const userNames = ['root', 'admin', 'operator', 'viewer'] as const;
export type UserName = (typeof userNames)[number];

/** What is made anew for every image. */
const secrets = z.object({
  /** The guest's host key as `known_hosts` has it: `ssh-ed25519 AAAA…`. */
  hostKey: z.string(),
  /** The password of operator, for sudo and for logging in; the others have none. */
  password: z.string(),
});

/** A built image: files to boot from and to log in with. */
export const imageSchema = secrets.extend({
  series: z.enum(kernelSeries),
  release: z.string(),
  kernel: z.string(),
  initrd: z.string(),
  /** The private key that every user of the guest accepts. */
  keyFile: z.string(),
});
export type Image = Readonly<z.infer<typeof imageSchema>>;

const lookupSchema = z.object({
  at: z.number(),
  /** What was looked for. */
  wanted: z.string(),
  kernel: kernelPackages,
  userland: z.array(packageFile).readonly(),
});
type Lookup = Readonly<z.infer<typeof lookupSchema>>;

/** Files of the guest, laid out as there. */
const guestRoot = join(import.meta.dirname, 'guest/root');
const threadsSource = join(import.meta.dirname, 'guest/klp_threads.c');
const lookupValidMs = 24 * 60 * 60 * 1000;

/**
 * Returns the newest image of a series, built if it isn't there. Which packages are the newest is
 * looked up once a day; without a network an image of this lab that was built before is good too.
 */
export async function image(series: KernelSeries, say: (line: string) => void): Promise<Image> {
  const lookup = await lookUp(series, say);
  const { kernel } = lookup;
  const packages = [kernel.image, ...kernel.build, ...lookup.userland];
  const key = keyOf([sourcesKey(), ...packages.map((file) => file.file)]);
  const folder = await cached(`image-${series}-${key}`, async (unfinished) => {
    say(`building the image of ${kernel.release}`);
    const start = Date.now();
    await buildImage(lookup, unfinished, say);
    say(`built in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  });
  prune('image');
  prune('userland');
  const made = secrets.parse(JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')));
  return {
    series,
    release: kernel.release,
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd'),
    keyFile: join(folder, 'id_ed25519'),
    ...made,
  };
}

async function lookUp(series: KernelSeries, say: (line: string) => void): Promise<Lookup> {
  const path = join(cacheFolder(), `newest-${series}.json`);
  const wanted = keyOf([series, ...guestPackages]);
  const known = readLookup(path, wanted);
  if (known !== undefined && Date.now() - known.at < lookupValidMs && allThere(known)) {
    return known;
  }
  try {
    const apt = new Apt(say);
    const found = await apt.withFreshLists(async () => {
      const kernel = await apt.kernel(series);
      const userland = await apt.userland();
      await apt.download([kernel.image, ...kernel.build, ...userland]);
      return { at: Date.now(), wanted, kernel, userland };
    });
    writeFileSync(path, JSON.stringify(found));
    return found;
  } catch (error) {
    if (known !== undefined && allThere(known)) {
      say(`apt gives no newer packages (${reasonOf(error)}); using ${known.kernel.release}`);
      return known;
    }
    throw error;
  }
}

function readLookup(path: string, wanted: string): Lookup | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  // One of an older form counts as none.
  const known = lookupSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return known.data?.wanted === wanted ? known.data : undefined;
}

function allThere(lookup: Lookup): boolean {
  return [lookup.kernel.image, ...lookup.kernel.build, ...lookup.userland].every((file) =>
    existsSync(packagePath(file)),
  );
}

/** Names everything of this folder that ends up in an image, and how it is put together. */
function sourcesKey(): string {
  const builders = ['build-image.ts', 'build-modules.ts'].map((name) =>
    readFileSync(join(import.meta.dirname, name)),
  );
  return keyOf([
    ...builders,
    ...filesBelow(moduleSources),
    ...filesBelow(guestRoot),
    readFileSync(threadsSource),
  ]);
}

function filesBelow(folder: string): readonly (string | Buffer)[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() ? [name, readFileSync(path)] : [];
    });
}

async function buildImage(
  lookup: Lookup,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const userland = await buildUserland(lookup.userland, say);
  const tree = join(folder, 'tree');
  const klplab = join(tree, 'usr/lib/klplab');
  mkdirSync(klplab, { recursive: true });

  const unpacked = join(folder, 'unpacked');
  await output('dpkg-deb', ['-x', packagePath(lookup.kernel.image), unpacked]);
  copyFileSync(join(unpacked, 'boot', `vmlinuz-${lookup.kernel.release}`), join(folder, 'vmlinuz'));
  const loaded = await takeBootModules(unpacked, klplab);
  writeFileSync(join(klplab, 'boot-modules'), loaded.map((name) => `${name}\n`).join(''));

  const modules = join(folder, 'modules');
  await buildModules(lookup.kernel, modules);
  cpSync(modules, klplab, { recursive: true });
  const programs = join(tree, 'usr/local/bin');
  mkdirSync(programs, { recursive: true });
  await shell('nice -n 5 gcc-12 -O2 -Wall -static -pthread -s -o "$1" "$2"', [
    join(programs, 'klp_threads'),
    threadsSource,
  ]);

  cpSync(guestRoot, tree, { recursive: true });
  const hostKey = await makeKeys(folder, tree);
  const password = newSecret('password');
  await writeShadow(tree, password);

  const own = join(folder, 'own.cpio');
  await pack(tree, own);
  await shell('cat "$1" "$2" >"$3"', [join(userland, 'root.cpio'), own, join(folder, 'initrd')]);
  writeFileSync(join(folder, 'image.json'), JSON.stringify({ hostKey, password }), { mode: 0o600 });
  for (const work of [own, tree, unpacked, modules]) {
    rmSync(work, { recursive: true });
  }
}

/** The packages' files, without what nobody reads in a guest; shared by the images of all kernels. */
async function buildUserland(
  packages: readonly PackageFile[],
  say: (line: string) => void,
): Promise<string> {
  const builder = readFileSync(import.meta.filename);
  const key = keyOf([builder, ...packages.map((file) => file.file)]);
  return cached(`userland-${key}`, async (folder) => {
    say(`building the userland of ${packages.length} packages`);
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'usr'), { recursive: true });
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      mkdirSync(join(tree, 'usr', name));
      symlinkSync(`usr/${name}`, join(tree, name));
    }
    for (const name of ['dev', 'proc', 'sys', 'run', 'tmp', 'var/log']) {
      mkdirSync(join(tree, name), { recursive: true });
    }
    await shell(
      // Setuid bits are kept (-p), directories of a package don't replace the links made above.
      `tree="$1"; shift
       for package; do
         dpkg-deb --fsys-tarfile "$package" |
         tar -x -p --no-same-owner --keep-directory-symlink -C "$tree" \
           --exclude './usr/share/doc/*' --exclude './usr/share/man/*' \
           --exclude './usr/share/locale/*' --exclude './usr/share/info/*' \
           --exclude './usr/share/i18n/*' --exclude './usr/lib/x86_64-linux-gnu/gconv/*' \
           --exclude './usr/share/lintian/*' --exclude './usr/share/bash-completion/*' \
           --exclude './lib/udev/*' --exclude './lib/systemd/*' --exclude './usr/lib/systemd/*'
       done`,
      [tree, ...packages.map(packagePath)],
    );
    // What a package's installation script would have done.
    symlinkSync('mawk', join(tree, 'usr/bin/awk'));
    symlinkSync('which.debianutils', join(tree, 'usr/bin/which'));
    await pack(tree, join(folder, 'root.cpio'));
    rmSync(tree, { recursive: true });
  });
}

/** Everything belongs to root, whoever builds; the guest gives the homes to their users. */
async function pack(tree: string, archive: string): Promise<void> {
  await shell(
    `cd "$1" && find . -print0 | LC_ALL=C sort -z |
     cpio --quiet --null -o -H newc -R 0:0 >"$2"`,
    [tree, archive],
  );
}

/**
 * Copies what the guest needs to have a network. A kernel that has one of these built in has no file
 * for it. Returns the names in the order in which they are to be loaded.
 */
async function takeBootModules(unpacked: string, into: string): Promise<readonly string[]> {
  const wanted = [
    'virtio_ring',
    'virtio',
    'virtio_pci_legacy_dev',
    'virtio_pci_modern_dev',
    'virtio_pci',
    'failover',
    'net_failover',
    'virtio_net',
  ];
  const files = (await output('find', [unpacked, '-name', '*.ko*'])).split('\n');
  const taken: string[] = [];
  for (const name of wanted) {
    const file = files.find((path) => /([^/]+)\.ko(\.xz)?$/.exec(path)?.[1] === name);
    if (file !== undefined) {
      const target = join(into, `${name}.ko`);
      await shell(file.endsWith('.xz') ? 'xz -dc "$1" >"$2"' : 'cp "$1" "$2"', [file, target]);
      taken.push(`${name}.ko`);
    }
  }
  return taken;
}

/** Makes the guest's host key and the key that opens it; returns the public host key. */
async function makeKeys(folder: string, tree: string): Promise<string> {
  const keyFile = join(folder, 'id_ed25519');
  await makeKey(keyFile, 'klpscope-lab');
  const mayLogIn = readFileSync(`${keyFile}.pub`);
  for (const home of ['root', 'home/admin', 'home/operator', 'home/viewer']) {
    mkdirSync(join(tree, home, '.ssh'), { recursive: true });
    writeFileSync(join(tree, home, '.ssh/authorized_keys'), mayLogIn, { mode: 0o600 });
    chmodSync(join(tree, home, '.ssh'), 0o700);
    chmodSync(join(tree, home), 0o700);
  }
  const hostKeyFile = join(tree, 'etc/ssh/ssh_host_ed25519_key');
  await makeKey(hostKeyFile, 'klplab');
  return readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

async function makeKey(file: string, comment: string): Promise<void> {
  await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
  chmodSync(file, 0o600);
}

async function writeShadow(tree: string, password: string): Promise<void> {
  // The password goes in by stdin: arguments are for everybody to read.
  const hash = await output(
    'perl',
    ['-e', 'chomp(my $word = <STDIN>); print crypt($word, $ARGV[0])', `$6$${randomSalt()}$`],
    { input: `${password}\n` },
  );
  if (!hash.startsWith('$6$')) {
    throw new Error('perl made no SHA-512 hash of the password');
  }
  const passwd = readFileSync(join(tree, 'etc/passwd'), 'utf8').trim().split('\n');
  const shadow = passwd.map((line) => {
    const user = line.split(':')[0] ?? '';
    return `${user}:${user === 'operator' ? hash : '*'}:19700:0:99999:7:::\n`;
  });
  writeFileSync(join(tree, 'etc/shadow'), shadow.join(''), { mode: 0o600 });
}

function randomSalt(): string {
  return randomBytes(8).toString('hex');
}
