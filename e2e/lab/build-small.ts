/**
 * Builds what a small guest boots from: a userland that is the same for every kernel, and on top of it
 * the kernel's own part. Both are cpio archives; the kernel unpacks one after the other.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
import { packagePath, type PackageFile } from './packages.js';
import { shell } from './process.js';

/** Files of the guest, laid out as there. */
export const smallRoot = join(import.meta.dirname, 'guest/root');

/** Leaves `vmlinuz`, `initrd`, `id_ed25519` and `image.json` in the folder. */
export async function buildSmall(
  { kernel, userland }: Ingredients,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const base = await buildUserland(userland, say);
  const tree = join(folder, 'tree');
  const unpacked = await unpackKernel(kernel, folder);
  await takeBootModules(unpacked, networkModules, join(tree, 'usr/lib/klplab'));
  await addLabModules(kernel, tree);

  cpSync(smallRoot, tree, { recursive: true });
  const { password } = await makeSecrets(folder, tree);
  await writeShadow(tree, password);

  const own = join(folder, 'own.cpio');
  await pack(tree, own);
  await shell('cat "$1" "$2" >"$3"', [join(base, 'root.cpio'), own, join(folder, 'initrd')]);
  for (const work of [own, tree, unpacked]) {
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

async function writeShadow(tree: string, password: string): Promise<void> {
  const hash = await passwordHash(password);
  const passwd = readFileSync(join(tree, 'etc/passwd'), 'utf8').trim().split('\n');
  const shadow = passwd.map((line) => {
    const user = line.split(':')[0] ?? '';
    return `${user}:${user === 'operator' ? hash : '*'}:19700:0:99999:7:::\n`;
  });
  writeFileSync(join(tree, 'etc/shadow'), shadow.join(''), { mode: 0o600 });
}
