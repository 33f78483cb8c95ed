/** The window while the fleet of twenty demo hosts plays: from a key to the next paint. */
import type { Page } from 'playwright';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild } from '../scripts/build';
import { withDisplay } from '../scripts/lib/display';
import { main } from '../scripts/lib/process';
import { fleet } from '../shared/kernel/scenarios/gallery';
import { median } from './lib/median';
import { keyTimes, openPage, watchKeys } from './lib/page';

/** Milliseconds, as in the bench of the window with one big host. */
const target = 50;
const rounds = 4;

main(async () => {
  await ensureBuild();
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-bench-fleet-'));
  try {
    return await withDisplay(({ env }) => bench(folder, env), { alone: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function bench(folder: string, env: NodeJS.ProcessEnv): Promise<number> {
  const begin = performance.now();
  const page = await openPage(
    fleet.map(({ name }) => `demo:${name}`),
    folder,
    env,
  );
  const hosts = page.getByRole('navigation', { name: 'Hosts' }).getByRole('listitem');
  await hosts.nth(fleet.length - 1).waitFor();
  await page.getByRole('navigation').getByText('reading …').first().waitFor({ state: 'detached' });
  const read = Math.round(performance.now() - begin);
  console.log(`fleet, start until all ${fleet.length} hosts are read: ${read} ms`);
  const slowest = await benchKeys(page);
  await page.context().close();
  return slowest <= target ? 0 : 1;
}

/** Walks through hosts and views, which draws most. @returns the slowest key, in milliseconds */
async function benchKeys(page: Page): Promise<number> {
  await walk(page);
  await watchKeys(page);
  let keys = 0;
  for (let round = 0; round < rounds; round += 1) keys += await walk(page);
  const times = await keyTimes(page);
  const slowest = Math.max(0, ...times);
  console.log(
    `fleet, key to next paint while it plays: slowest of ${keys} ${slowest} ms, median of the ` +
      `${times.length} over 16 ms ${median(times)} ms (target ${target} ms)`,
  );
  return slowest;
}

async function walk(page: Page): Promise<number> {
  const keys = [
    ...Array.from({ length: 5 }, () => 'Control+Tab'),
    ...Array.from({ length: 5 }, (_, view) => `Control+${view + 1}`),
  ];
  for (const key of keys) await page.keyboard.press(key, { delay: 60 });
  return keys.length;
}
