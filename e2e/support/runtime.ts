/**
 * The Electron that stories start: the test runner's choice, or this machine's.
 *
 * It is named to Playwright by the variable of Electron's own package, not as `executablePath`: only
 * so does Playwright hold the app's start until it listens. Otherwise a page that loads meanwhile
 * may leave it waiting for ever (seen in one of twenty starts with Playwright 1.65).
 */
import { dirname } from 'node:path';
import { ensureElectron } from '../../scripts/lib/electron-runtime';

export const executable =
  process.env['KLPSCOPE_ELECTRON_EXECUTABLE'] ?? (await ensureElectron()).executable;

process.env['ELECTRON_OVERRIDE_DIST_PATH'] = dirname(executable);
