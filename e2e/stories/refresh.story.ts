/** A state that changes: read again by hand, by itself, and not while nobody looks. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/app';
import { blockingThreads, headline, railHosts } from '../support/screen';
import { blockedBy, settledHost, writeTree } from '../support/trees';

test('a folder whose files change shows the new state when it is read again', async ({
  launch,
  folder,
}) => {
  const tree = join(folder, 'db1');
  writeTree(tree, settledHost('db1'));
  const { page } = await launch([`dir:${tree}`]);
  await expect(headline(page)).toContainText('livepatch_a is applied');

  writeTree(tree, blockedBy('worker'));
  await page.keyboard.press('F5');
  await expect(headline(page)).toContainText('livepatch_a is being applied');
  await expect(railHosts(page)).toContainText('patching');
  await page.keyboard.press('Control+1');
  await expect(blockingThreads(page)).toContainText('worker');

  writeTree(tree, {
    'proc/77/task/77/patch_state': '1\n',
    'sys/kernel/livepatch/livepatch_a/transition': '0\n',
  });
  await page.getByRole('button', { name: 'Read again' }).click();
  await expect(headline(page)).toContainText('livepatch_a is applied');
  await expect(railHosts(page)).toContainText('settled');
});

test('a change is said to who cannot see it', async ({ launch, folder }) => {
  const tree = join(folder, 'db1');
  writeTree(tree, settledHost('db1'));
  const { page } = await launch([`dir:${tree}`]);
  await expect(headline(page)).toContainText('livepatch_a is applied');
  writeTree(tree, blockedBy('worker'));
  await page.keyboard.press('F5');
  await expect(page.getByRole('status').filter({ hasText: 'is being applied' })).toHaveCount(1);
});

test('what was chosen stays chosen when the state is read again', async ({ launch, folder }) => {
  const tree = join(folder, 'db1');
  writeTree(tree, { ...settledHost('db1'), ...blockedBy('worker') });
  mkdirSync(join(tree, 'proc/78/task/78'), { recursive: true });
  writeTree(tree, { 'proc/78/task/78/patch_state': '0\n', 'proc/78/task/78/comm': 'second\n' });
  const { page } = await launch([`dir:${tree}`]);
  const second = blockingThreads(page).getByRole('row').filter({ hasText: 'second' });
  await second.click();
  await expect(second).toHaveAttribute('aria-selected', 'true');
  writeTree(tree, { 'proc/77/task/77/patch_state': '1\n' });
  await page.keyboard.press('F5');
  await expect(blockingThreads(page).getByRole('row')).toHaveCount(2);
  await expect(second).toHaveAttribute('aria-selected', 'true');
});

test('this machine is read again by itself, and rests while the window is hidden', async ({
  launch,
}) => {
  const { electron, page } = await launch(['local']);
  const read = page.getByText(/^read \d/);
  const hide = () =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  const show = () =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.show());
  await page.evaluate(() => window.klpscope.request('settings:change', { interval: 0.5 }));
  const first = await read.textContent();
  await expect(read).not.toHaveText(first ?? '');
  await hide();
  await show();
  const later = await read.textContent();
  await expect(read).not.toHaveText(later ?? '');
});
