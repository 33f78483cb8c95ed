/** Twenty thousand threads in transition, a quarter of them blocking. */
import { join } from 'node:path';
import { makeTree } from '../../bench/lib/tree';
import { expect, test } from '../support/app';
import { blockingThreads, headline } from '../support/screen';

test('20,000 threads are counted, listed, filtered and walked through', async ({
  launch,
  folder,
}) => {
  // Most of it goes into writing the tree.
  test.setTimeout(180_000);
  const tree = join(folder, 'big');
  makeTree(tree, { processes: 2000, threadsPerProcess: 10, blocking: 5000 });
  const { page } = await launch([`dir:${tree}`]);
  await expect(headline(page)).toContainText('15,000 of 20,000 have switched');
  const grid = blockingThreads(page);
  await expect(grid).toHaveAttribute('aria-rowcount', '5001');
  // Only what can be seen exists.
  expect(await grid.getByRole('row').count()).toBeLessThan(100);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('reader');
  // Names are read for the first 200, which take turns in five kinds.
  await expect(page.getByText('40 of 5,000')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(grid.locator('[aria-rowindex="5001"]')).toHaveAttribute('aria-selected', 'true');
});
