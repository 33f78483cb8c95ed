/**
 * `npm run package -- [--targets dir,tar.gz,deb] [--testable]`: what users install, into `dist/`.
 * `--testable` leaves the one fuse on that Playwright needs.
 */
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build as runElectronBuilder } from 'electron-builder';
import { build } from './build';
import { makeDebianPackage } from './lib/debian-package';
import { ensureElectron, type ElectronRuntime } from './lib/electron-runtime';
import { root } from './lib/paths';
import { main, say } from './lib/process';
import { ensureSystemPackages, findProgram } from './lib/system-packages';

const output = join(root, 'dist');
const unpacked = join(output, 'linux-unpacked');

main(async () => {
  const { values } = parseArgs({
    options: {
      targets: { type: 'string', default: 'dir' },
      testable: { type: 'boolean', default: false },
    },
  });
  const targets = values.targets.split(',');
  // The .deb is made here: electron-builder would have to download its tool for it.
  const isDebianWanted = targets.includes('deb') && process.platform === 'linux';
  const others = targets.filter((target) => !(target === 'deb' && isDebianWanted));
  if (targets.some((target) => target !== 'dir')) await ensureSystemPackages(['package']);

  await rm(output, { recursive: true, force: true });
  const [electron] = await Promise.all([ensureElectron(), build()]);
  if (electron.origin === 'registry') {
    say(`Packaging Electron ${electron.version}: good for trying out, not for release.`);
  }
  // Whatever else is made, electron-builder leaves the unpacked application behind.
  await runBuilder(electron, others.length > 0 ? others : ['dir'], values.testable);
  if (isDebianWanted) await makeDebianPackage(unpacked, output);
  for (const name of await readdir(output)) {
    if (/unpacked$|klpscope/i.test(name)) console.log(relative(root, join(output, name)));
  }
  return 0;
});

async function runBuilder(
  electron: ElectronRuntime,
  targets: string[],
  isTestable: boolean,
): Promise<void> {
  useLocalTools();
  await runElectronBuilder({
    projectDir: root,
    [system()]: targets,
    publish: 'never',
    // Over and above electron-builder.yml.
    config: {
      electronDist: electron.dir,
      electronVersion: electron.version,
      electronFuses: { enableNodeCliInspectArguments: isTestable },
      // electron-builder does so itself only with what it has downloaded.
      afterPack: ({ appOutDir }) =>
        rm(join(appOutDir, 'resources/default_app.asar'), { force: true }),
    },
  });
}

function system(): 'linux' | 'mac' | 'win' {
  if (process.platform === 'darwin') return 'mac';
  return process.platform === 'win32' ? 'win' : 'linux';
}

/** Points electron-builder to the system's archiver, in place of one that it would download. */
function useLocalTools(): void {
  const archiver = findProgram('7zz');
  if (archiver) process.env['ELECTRON_BUILDER_7ZIP_PATH'] ??= archiver;
  // Its own choice takes four times as long, to save a hundredth.
  process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'] ??= '5';
}
