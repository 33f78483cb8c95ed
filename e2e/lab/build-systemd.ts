/**
 * Builds what the guest with systemd boots from: a disk with a Debian that mmdebstrap has installed
 * from the packages in the cache, with their own installation scripts, and a small initramfs that
 * finds the disk. No root is needed: mmdebstrap installs in a user's namespaces (or, without those,
 * under fakechroot), and under fakeroot the files of the disk belong to whom they should.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cached, keyOf } from './cache.js';
import {
  addLabModules,
  makeSecrets,
  networkModules,
  pack,
  passwordHash,
  takeBootModules,
  unpackKernel,
  type Ingredients,
} from './image-parts.js';
import { packagePath, systemdPackages, type PackageFile } from './packages.js';
import { output } from './process.js';

/** Files of the guest, laid out as there. */
export const systemdRoot = join(import.meta.dirname, 'guest/systemd');
/** Files of the initramfs that the disk is found by. */
export const initramfsRoot = join(import.meta.dirname, 'guest/initramfs');
const customize = join(import.meta.dirname, 'guest/customize.sh');

/** What a disk can hold; a file of this size takes as much room as was written to it. */
const diskSize = '4G';

/** Leaves `vmlinuz`, `initrd`, `disk`, `id_ed25519` and `image.json` in the folder. */
export async function buildSystemd(
  ingredients: Ingredients,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const { kernel, userland } = ingredients;
  const installed = await installDebian(ingredients, say);
  const unpacked = await unpackKernel(kernel, folder);
  await buildInitramfs(userland, unpacked, folder);

  const tree = join(folder, 'tree');
  await addLabModules(kernel, tree);
  cpSync(systemdRoot, tree, { recursive: true });
  // Its own: systemd takes a guest without one for a machine that boots for the first time.
  writeFileSync(join(tree, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
  // sudo refuses a file that others may write to, and a checkout may give it such a mode.
  chmodSync(join(tree, 'etc/sudoers.d/lab'), 0o440);
  const { password } = await makeSecrets(folder, tree);
  await makeDisk(join(installed, 'root.tar'), tree, await passwordHash(password), folder);
  for (const work of [tree, unpacked]) {
    rmSync(work, { recursive: true });
  }
}

/** Finds the disk and the network, and hands over to the systemd on the disk. */
async function buildInitramfs(
  packages: readonly PackageFile[],
  unpacked: string,
  folder: string,
): Promise<void> {
  const busybox = packages.find(({ name }) => name === 'busybox-static');
  if (busybox === undefined) {
    throw new Error('apt gave no busybox-static');
  }
  const tree = join(folder, 'initramfs');
  const from = join(folder, 'busybox');
  await output('dpkg-deb', ['-x', packagePath(busybox), from]);
  cpSync(initramfsRoot, tree, { recursive: true });
  mkdirSync(join(tree, 'bin'));
  mkdirSync(join(tree, 'dev'));
  copyFileSync(join(from, 'bin/busybox'), join(tree, 'bin/busybox'));
  await takeBootModules(unpacked, [...networkModules, 'virtio_blk'], join(tree, 'lib'));
  await pack(tree, join(folder, 'initrd'));
  for (const work of [tree, from]) {
    rmSync(work, { recursive: true });
  }
}

/** A Debian as its packages install it, with the kernel's modules and the lab's users: `root.tar`. */
async function installDebian(
  { kernel, userland }: Ingredients,
  say: (line: string) => void,
): Promise<string> {
  const packages = [kernel.image, ...userland];
  const key = keyOf([
    readFileSync(import.meta.filename),
    readFileSync(customize),
    ...packages.map((file) => file.file),
  ]);
  return cached(`debian-${key}`, async (folder) => {
    say(`installing a Debian of ${userland.length} packages`);
    // Below the folder for temporary files, where also the users of a namespace may read.
    const work = mkdtempSync(join(tmpdir(), 'klpscope-debian-'));
    try {
      chmodSync(work, 0o755);
      await makeRepository(userland, work);
      copyFileSync(packagePath(kernel.image), join(work, 'kernel.deb'));
      copyFileSync(customize, join(work, 'customize.sh'));
      chmodSync(join(work, 'customize.sh'), 0o755);
      await output(
        'mmdebstrap',
        [
          '--quiet',
          '--variant=essential',
          '--format=tar',
          `--include=${systemdPackages.join(',')}`,
          '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
          `--customize-hook=${join(work, 'customize.sh')}`,
          '--aptopt=APT::Install-Recommends "false"',
          '--dpkgopt=force-unsafe-io',
          '--dpkgopt=path-exclude=/usr/share/doc/*',
          '--dpkgopt=path-exclude=/usr/share/locale/*',
          '--dpkgopt=path-exclude=/usr/share/man/*',
          // No suite: the packages are those in the repository.
          '',
          join(folder, 'root.tar'),
          `deb [trusted=yes] copy:${work} ./`,
        ],
        { timeoutMs: 1_800_000 },
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/**
 * Makes a folder a repository that apt takes packages from (sources.list(5), flat). apt has checked
 * them against Debian's signatures when it downloaded them.
 */
async function makeRepository(packages: readonly PackageFile[], folder: string): Promise<void> {
  const entries: string[] = [];
  for (const wanted of packages) {
    const name = `${wanted.name}.deb`;
    copyFileSync(packagePath(wanted), join(folder, name));
    chmodSync(join(folder, name), 0o644);
    const control = await output('dpkg-deb', ['--field', packagePath(wanted)]);
    const hash = createHash('sha256')
      .update(readFileSync(packagePath(wanted)))
      .digest('hex');
    const where = `Filename: ./${name}\nSize: ${wanted.bytes}\nSHA256: ${hash}\n`;
    entries.push(`${control.trimEnd()}\n${where}`);
  }
  writeFileSync(join(folder, 'Packages'), entries.join('\n'));
}

/** Lays the lab's own files over the installed ones and makes a file system of it. */
async function makeDisk(
  installed: string,
  own: string,
  operatorsHash: string,
  folder: string,
): Promise<void> {
  const root = join(folder, 'disk.root');
  mkdirSync(root);
  await output(
    'fakeroot',
    [
      'sh',
      '-euc',
      `tar -x -p --numeric-owner -f "$1" -C "$3" --exclude './dev/*'
       tar -c --owner=0 --group=0 -C "$2" . |
         tar -x -p --keep-directory-symlink --no-overwrite-dir -C "$3"
       for user in admin operator viewer; do
         chown -R "$(stat -c %u:%g "$3/home/$user")" "$3/home/$user"
       done
       read -r hash
       sed -i "s|^operator:[^:]*:|operator:$hash:|" "$3/etc/shadow"
       PATH="$PATH:/usr/sbin:/sbin"
       mke2fs -q -F -t ext4 -m 0 -N 100000 -J size=16 -E lazy_itable_init=0 -d "$3" "$4" "$5"`,
      'sh',
      installed,
      own,
      root,
      join(folder, 'disk'),
      diskSize,
    ],
    { input: `${operatorsHash}\n` },
  );
  rmSync(root, { recursive: true });
}
