import {
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson } from './json';
import { root } from './paths';
import { runQuietly, Stop } from './process';

/** Debian's names of the processors that Node knows. */
const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

const manifestShape = z.object({
  version: z.string(),
  description: z.string(),
});

/**
 * Makes a Debian package of an unpacked application, with nothing but dpkg-deb.
 *
 * @param application the folder that electron-builder has left, with the program `klpscope` in it.
 * @returns the path of the package.
 */
export async function makeDebianPackage(application: string, output: string): Promise<string> {
  const manifest = await readJson(join(root, 'package.json'), manifestShape);
  const architecture = architectures[process.arch] ?? process.arch;
  const tree = join(output, 'deb');
  await rm(tree, { recursive: true, force: true });
  try {
    await layOut(application, tree);
    await mkdir(join(tree, 'DEBIAN'));
    const control = controlFile(manifest, architecture, await sizeOf(tree));
    await writeFile(join(tree, 'DEBIAN/control'), control);
    const name = `klpscope_${manifest.version}_${architecture}.deb`;
    return await pack(tree, join(output, name));
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function layOut(application: string, tree: string): Promise<void> {
  const home = join(tree, 'usr/lib/klpscope');
  await cp(application, home, { recursive: true, verbatimSymlinks: true });
  // Chromium's sandbox of last resort, for kernels where users may not make namespaces.
  await chmod(join(home, 'chrome-sandbox'), 0o4755);
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await symlink('../lib/klpscope/klpscope', join(tree, 'usr/bin/klpscope'));

  const resources = join(root, 'build');
  const share = join(tree, 'usr/share');
  await put(
    join(resources, 'linux/klpscope.desktop'),
    join(share, 'applications/klpscope.desktop'),
  );
  await put(join(resources, 'linux/klpscope.xml'), join(share, 'mime/packages/klpscope.xml'));
  await put(join(root, 'LICENSE'), join(share, 'doc/klpscope/copyright'));
  for (const name of await readdir(join(resources, 'icons'))) {
    const folder = join(share, 'icons/hicolor', name.replace('.png', ''), 'apps');
    await put(join(resources, 'icons', name), join(folder, 'klpscope.png'));
  }
  const scalable = join(share, 'icons/hicolor/scalable/apps/klpscope.svg');
  await put(join(resources, 'icon.svg'), scalable);
}

async function put(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  await chmod(target, 0o644);
}

function controlFile(
  manifest: z.infer<typeof manifestShape>,
  architecture: string,
  size: number,
): string {
  const fields = {
    Package: 'klpscope',
    Version: manifest.version,
    Architecture: architecture,
    Maintainer: 'Klpscope contributors <maintainers@klpscope.invalid>',
    'Installed-Size': Math.ceil(size / 1024),
    Depends:
      'libgtk-3-0t64 | libgtk-3-0, libnss3, libgbm1, libasound2t64 | libasound2, libc6 (>= 2.28)',
    Recommends: 'openssh-client',
    Section: 'admin',
    Priority: 'optional',
    Description: `kernel livepatch state of Linux systems\n ${manifest.description}`,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** The bytes of all files in a tree. */
async function sizeOf(path: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) size += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return size;
}

async function pack(tree: string, target: string): Promise<string> {
  // With zstd it takes seconds, with the default xz minutes.
  const args = ['--root-owner-group', '-Zzstd', '-z10', '--build', tree, target];
  const { status, output } = await runQuietly('dpkg-deb', args);
  if (status !== 0) throw new Stop(output);
  return target;
}
