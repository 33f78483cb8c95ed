/** What both kinds of guest are made with: the lab's modules and programs, keys, a password, archives. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { buildModules } from './build-modules.js';
import { packagePath, type KernelPackages, type PackageFile } from './packages.js';
import { output, shell } from './process.js';
import { newSecret } from '../../testing/sshd/secrets.js';

/** The newest packages that a guest is made of. */
export interface Ingredients {
  readonly kernel: KernelPackages;
  readonly userland: readonly PackageFile[];
}

/** What is made anew for every image. */
export const secretsSchema = z.object({
  /** The guest's host key as `known_hosts` has it: `ssh-ed25519 AAAA…`. */
  hostKey: z.string(),
  /** The password of operator, for sudo and for logging in; the others have none. */
  password: z.string(),
});
type Secrets = Readonly<z.infer<typeof secretsSchema>>;

export const threadsSource = join(import.meta.dirname, 'guest/klp_threads.c');

/** What a kernel needs to have a network; one that has a module built in has no file for it. */
export const networkModules = [
  'virtio_ring',
  'virtio',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'failover',
  'net_failover',
  'virtio_net',
] as const;

/** The names and contents of all files below a folder, for a key of what went into something. */
export function filesBelow(folder: string): readonly (string | Buffer)[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() ? [name, readFileSync(path)] : [];
    });
}

/** Puts the lab's livepatches, the modules that they patch, and its program into a guest's tree. */
export async function addLabModules(kernel: KernelPackages, tree: string): Promise<void> {
  const klplab = join(tree, 'usr/lib/klplab');
  const modules = `${tree}.modules`;
  await buildModules(kernel, modules);
  cpSync(modules, klplab, { recursive: true });
  rmSync(modules, { recursive: true });
  const programs = join(tree, 'usr/local/bin');
  mkdirSync(programs, { recursive: true });
  await shell('nice -n 5 gcc-12 -O2 -Wall -static -pthread -s -o "$1" "$2"', [
    join(programs, 'klp_threads'),
    threadsSource,
  ]);
}

/** Unpacks the kernel's package and puts the kernel itself where QEMU finds it. */
export async function unpackKernel(kernel: KernelPackages, folder: string): Promise<string> {
  const unpacked = join(folder, 'unpacked');
  await output('dpkg-deb', ['-x', packagePath(kernel.image), unpacked]);
  cpSync(join(unpacked, 'boot', `vmlinuz-${kernel.release}`), join(folder, 'vmlinuz'));
  return unpacked;
}

/**
 * Copies what has to be loaded while the guest boots, and a list of it, `boot-modules`, in the order
 * given. A kernel that has one of these built in has no file for it.
 */
export async function takeBootModules(
  unpacked: string,
  wanted: readonly string[],
  into: string,
): Promise<void> {
  mkdirSync(into, { recursive: true });
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
  writeFileSync(join(into, 'boot-modules'), taken.map((name) => `${name}\n`).join(''));
}

/** Makes an archive that a kernel boots from. Everything in it belongs to root, whoever builds. */
export async function pack(tree: string, archive: string): Promise<void> {
  await shell(
    `cd "$1" && find . -print0 | LC_ALL=C sort -z |
     cpio --quiet --null -o -H newc -R 0:0 >"$2"`,
    [tree, archive],
  );
}

/** Makes the key that opens the guest, its host key and its password; the private key is `id_ed25519`. */
export async function makeSecrets(folder: string, tree: string): Promise<Secrets> {
  const secrets = { hostKey: await makeKeys(folder, tree), password: newSecret('password') };
  writeFileSync(join(folder, 'image.json'), JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

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

/** The second field of shadow(5). The password goes in by stdin: arguments are for everybody to read. */
export async function passwordHash(password: string): Promise<string> {
  const hash = await output(
    'perl',
    ['-e', 'chomp(my $word = <STDIN>); print crypt($word, $ARGV[0])', `$6$${randomSalt()}$`],
    { input: `${password}\n` },
  );
  if (!hash.startsWith('$6$')) {
    throw new Error('perl made no SHA-512 hash of the password');
  }
  return hash;
}

function randomSalt(): string {
  return randomBytes(8).toString('hex');
}
