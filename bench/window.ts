/**
 * The window on a host with 20,000 threads, half of them blocking: until the first state is painted,
 * from a key in the thread filter to the next paint, and the longest frame while scrolling.
 */
import type { Page } from 'playwright';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild } from '../scripts/build';
import { withDisplay } from '../scripts/lib/display';
import { root } from '../scripts/lib/paths';
import { main } from '../scripts/lib/process';
import { measureStart } from './lib/electron';
import { median } from './lib/median';
import { keyTimes, openPage, watchKeys } from './lib/page';
import { bigTrees, makeTree } from './lib/tree';

/** Milliseconds, of the issue that asked for them. */
const targets = { key: 50, frame: 100 };
const starts = 3;
const blocking = 10_000;

main(async () => {
  await ensureBuild();
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-bench-window-'));
  try {
    const tree = join(folder, 'tree');
    makeTree(tree, { ...bigTrees.threaded, blocking });
    return await withDisplay(({ env }) => bench(`dir:${tree}`, folder, env), { alone: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function bench(target: string, folder: string, env: NodeJS.ProcessEnv): Promise<number> {
  await benchFirstState(target, folder, env);
  const page = await open(target, folder, env);
  const key = await benchTyping(page);
  const frame = await benchScrolling(page);
  await page.context().close();
  return key <= targets.key && frame <= targets.frame ? 0 : 1;
}

async function benchFirstState(
  target: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < starts; round += 1) {
    const profile = join(folder, 'profile');
    const { painted } = await measureStart(root, [target], profile, env, '[role="grid"]');
    times.push(painted);
  }
  console.log(`window, start to first state: ${median(times)} ms (median of ${starts})`);
}

async function open(target: string, folder: string, env: NodeJS.ProcessEnv): Promise<Page> {
  const page = await openPage([target], folder, env);
  await page.getByRole('grid').waitFor();
  return page;
}

// As text: what tsx makes of functions does not run in another place.
const watchFrames = `
  window.frameGaps = [];
  let last = performance.now();
  requestAnimationFrame(function count(now) {
    frameGaps.push(now - last);
    last = now;
    requestAnimationFrame(count);
  });
`;

/** @returns the slowest key, in milliseconds from the key to the paint after it (Event Timing API) */
async function benchTyping(page: Page): Promise<number> {
  await watchKeys(page);
  await page.keyboard.press('Control+f');
  for (const text of ['10', 'reader', 'vfs_read', 'nothing of it']) {
    await page.keyboard.type(text, { delay: 120 });
    for (let left = text.length; left > 0; left -= 1) {
      await page.keyboard.press('Backspace', { delay: 60 });
    }
  }
  const times = await keyTimes(page);
  const slowest = Math.max(0, ...times);
  console.log(
    `window, key in the filter to next paint: slowest ${slowest} ms, median of those over 16 ms ` +
      `${median(times)} ms (target ${targets.key} ms)`,
  );
  return slowest;
}

/** @returns the longest time between two frames, in milliseconds */
async function benchScrolling(page: Page): Promise<number> {
  const grid = page.getByRole('grid');
  await page.evaluate(watchFrames);
  await grid.hover();
  for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, 40 * turn);
  await grid.focus();
  for (let step = 0; step < 30; step += 1) await page.keyboard.press('PageDown');
  for (const key of ['End', 'Home', 'End']) await page.keyboard.press(key);
  const gaps = await page.evaluate<number[]>('frameGaps');
  const longest = Math.round(Math.max(...gaps));
  console.log(
    `window, longest of ${gaps.length} frames while scrolling: ${longest} ms (target ${targets.frame} ms)`,
  );
  return longest;
}
