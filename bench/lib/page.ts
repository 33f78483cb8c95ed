/** Opens the app in a browser driver's hands, and watches how long keys take in it. */
import { _electron, type Page } from 'playwright';
import { dirname, join } from 'node:path';
import { electronOptions } from '../../scripts/lib/electron-options';
import { ensureElectron } from '../../scripts/lib/electron-runtime';
import { root } from '../../scripts/lib/paths';

/** @param folder where its profile is made */
export async function openPage(
  targets: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Page> {
  const { executable } = await ensureElectron();
  // Not as `executablePath`: e2e/support/runtime.ts says why.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = dirname(executable);
  const switches = electronOptions({ isVirtual: true, env });
  const electron = await _electron.launch({
    args: [...switches, `--user-data-dir=${join(folder, 'profile')}`, root, ...targets],
    env: definedOnly({ ...env, XDG_CONFIG_HOME: join(folder, 'config') }),
  });
  return electron.firstWindow();
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

// As text: what tsx makes of functions does not run in another place.
const watch = `
  window.keyTimes = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === 'keydown') keyTimes.push(entry.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16 });
`;

export async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(watch);
}

/**
 * @returns milliseconds from each key to the paint after it, of those over 16 ms (Event Timing API)
 */
export function keyTimes(page: Page): Promise<number[]> {
  return page.evaluate<number[]>('keyTimes');
}
