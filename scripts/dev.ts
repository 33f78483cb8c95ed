/**
 * `npm run dev -- [arguments of the app]`: runs the app, builds again what is saved, and starts it
 * anew.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build as buildWithVite } from 'vite';
import { configurationOf, parts, type Part } from './build';
import { withDisplay, type Display } from './lib/display';
import { electronOptions } from './lib/electron-options';
import { ensureElectron, type ElectronRuntime } from './lib/electron-runtime';
import { root } from './lib/paths';
import { exitStatus, main, passSignalsTo } from './lib/process';
import { ensureSystemPackages } from './lib/system-packages';

/** One save may set off several builds. */
const QUIET = 200;

main(async () => {
  await ensureSystemPackages(['run']);
  const electron = await ensureElectron();
  return withDisplay((display) => runThroughBuilds(electron, display));
});

/** Starts the app once everything is built, and again after each later build, until it is left. */
function runThroughBuilds(electron: ElectronRuntime, display: Display): Promise<number> {
  const args = [...electronOptions(display), root, ...process.argv.slice(2)];
  return new Promise((resolve, reject) => {
    let leave: (() => void) | undefined;

    const start = (): void => {
      let isReplaced = false;
      const app = passSignalsTo(
        spawn(electron.executable, args, { stdio: 'inherit', env: display.env }),
      );
      leave = () => {
        isReplaced = true;
        app.kill();
      };
      app.on('error', reject);
      app.on('close', (status, signal) => {
        // The new one waits for the old one to go: there may be but one.
        if (isReplaced) start();
        else resolve(exitStatus(status, signal));
      });
    };

    const missing = new Set<Part>(parts);
    let timer: NodeJS.Timeout | undefined;
    const onBuilt = (part: Part): void => {
      missing.delete(part);
      if (missing.size > 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => (leave ?? start)(), QUIET);
    };
    Promise.all(parts.map((part) => watchPart(part, () => onBuilt(part)))).catch(reject);
  });
}

/** Builds a part now and whenever one of its sources changes; Vite itself reports what is wrong. */
async function watchPart(part: Part, onBuilt: () => void): Promise<void> {
  const watcher = await buildWithVite({
    configFile: join(root, configurationOf(part)),
    build: { watch: {} },
    logLevel: 'warn',
  });
  if (!('on' in watcher)) throw new Error('Vite has built once and does not watch.');
  watcher.on('event', (event) => {
    if (event.code === 'BUNDLE_END') onBuilt();
  });
}
