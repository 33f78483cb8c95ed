/** Twenty thousand threads in transition, a quarter of them blocking. */
import { join } from 'node:path';
import { makeTree } from '../../bench/lib/tree';
import { expect, test } from '../support/app';
import { blockingThreads, headline } from '../support/screen';

test('20,000 threads are counted, listed, filtered and walked through', async ({
  launch,
  folder,
}) => {
  const tree = join(folder, 'big');
  makeTree(tree, { processes: 2000, threadsPerProcess: 10, blocking: 5000 });
  const { page } = await launch([`dir:${tree}`]);
  await expect(headline(page)).toContainText('5,000 of 20,000 threads');
  const grid = blockingThreads(page);
  await expect(grid).toHaveAttribute('aria-rowcount', '5001');
  // Only what can be seen exists.
  expect(await grid.getByRole('row').count()).toBeLessThan(100);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('worker-1000');
  await expect(page.getByText('1 of 5,000')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(grid.locator('[aria-rowindex="5001"]')).toHaveAttribute('aria-selected', 'true');
});
