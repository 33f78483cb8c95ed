/** `npm start -- [arguments of the app]`: runs the app from its sources. */
import { ensureBuild } from './build';
import { withDisplay } from './lib/display';
import { electronOptions } from './lib/electron-options';
import { ensureElectron } from './lib/electron-runtime';
import { root } from './lib/paths';
import { main, runVisibly } from './lib/process';
import { ensureSystemPackages } from './lib/system-packages';

main(async () => {
  await ensureSystemPackages(['run']);
  const [electron] = await Promise.all([ensureElectron(), ensureBuild()]);
  return withDisplay(async (display) => {
    const args = [...electronOptions(display), root, ...process.argv.slice(2)];
    const { status } = await runVisibly(electron.executable, args, { env: display.env });
    return status;
  });
});
