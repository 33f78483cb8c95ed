/** Builds the lab's kernel modules against the headers of a Debian kernel that isn't installed. */
import { cpSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { output, shell } from './process.js';
import { packagePath, type KernelPackages } from './packages.js';

/** Where the modules' sources are. */
export const moduleSources = join(import.meta.dirname, 'modules');

/** Builds every module into `folder`, as NAME.ko. */
export async function buildModules(kernel: KernelPackages, folder: string): Promise<void> {
  const work = `${folder}.work`;
  const tree = join(work, 'tree');
  const source = join(work, 'source');
  await mkdir(tree, { recursive: true });
  try {
    for (const file of kernel.build) {
      await output('dpkg-deb', ['-x', packagePath(file), tree]);
    }
    const headers = join(tree, 'usr/src', `linux-headers-${kernel.release}`);
    await relocate(tree, headers);
    cpSync(moduleSources, source, { recursive: true });
    await output('nice', ['-n', '5', 'make', '-s', '-C', headers, `M=${source}`, 'modules']);
    await mkdir(folder);
    for (const name of readdirSync(source)) {
      if (name.endsWith('.ko')) {
        // Debug information is nine tenths of a module, and nobody in the guest reads it.
        await output('strip', ['--strip-debug', join(source, name)]);
        renameSync(join(source, name), join(folder, name));
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Debian's headers name each other by absolute paths; here they lie below `tree`. */
async function relocate(tree: string, headers: string): Promise<void> {
  for (const name of readdirSync(headers)) {
    if (name === 'Makefile' || name === '.kernelvariables') {
      const path = join(headers, name);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replaceAll(/(?<![\w.])\/usr\/(src|lib)\//g, `${tree}/usr/$1/`));
    }
  }
  await shell(
    `find "$1/usr" -type l -lname '/usr/*' |
     while read -r link; do ln -sfn "$1$(readlink "$link")" "$link"; done`,
    [tree],
  );
  // It holds BTF only; kbuild takes it for a reason to run pahole.
  rmSync(join(headers, 'vmlinux'), { force: true });
}
