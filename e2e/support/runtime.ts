/** The Electron that stories and benches start: the test runner's choice, or this machine's. */
import { ensureElectron } from '../../scripts/lib/electron-runtime';

export const executable =
  process.env['KLPSCOPE_ELECTRON_EXECUTABLE'] ?? (await ensureElectron()).executable;
