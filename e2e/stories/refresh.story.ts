/** A state that changes: read again by hand, by itself, and not while nobody looks. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
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

/** How often each open host has been shown anew since this was called. */
async function countReadings(page: Page): Promise<() => Promise<Record<'demo' | 'local', number>>> {
  await page.evaluate(() => {
    const readings = { demo: 0, local: 0 };
    Object.assign(window, { readings });
    window.klpscope.subscribe('host:changed', (host) => {
      const isLocal =
        typeof host === 'object' && host !== null && Reflect.get(host, 'target') === 'local';
      readings[isLocal ? 'local' : 'demo'] += 1;
    });
  });
  return () => page.evaluate(() => ({ ...Reflect.get(window, 'readings') }));
}

test('this machine is read again by itself, and rests while nobody sees the window', async ({
  launch,
  folder,
}) => {
  // A host that is recorded is read whether or not anybody looks: it tells that time passes.
  const { electron, page } = await launch(['demo:clean-apply', 'local']);
  await expect(page.getByText(/^read \d/)).toBeVisible();
  await electron.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    },
    join(folder, 'x.klprec'),
  );
  await page.evaluate(() => window.klpscope.request('settings:change', { interval: 0.5 }));
  await page.evaluate(() => window.klpscope.request('host:record', { id: 'host-1', on: true }));
  await expect(railHosts(page).first()).toContainText('● REC');

  for (const way of ['hide', 'minimize'] as const) {
    const seen = await countReadings(page);
    await expect.poll(async () => (await seen()).local).toBeGreaterThan(2);
    await electron.evaluate(({ BrowserWindow }, unseen) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.[unseen]();
      // Without a window manager nobody tells the window that it is minimized.
      if (unseen === 'minimize' && window?.isMinimized() === false) window.emit('minimize');
    }, way);
    const hidden = await countReadings(page);
    await expect.poll(async () => (await hidden()).demo).toBeGreaterThan(8);
    // At most the reading that was under way.
    expect((await hidden()).local).toBeLessThan(2);
    await electron.evaluate(({ BrowserWindow }, unseen) => {
      const [window] = BrowserWindow.getAllWindows();
      if (unseen === 'hide') window?.show();
      else if (window?.isMinimized() === true) window.restore();
      else window?.emit('restore');
    }, way);
    const again = await countReadings(page);
    await expect.poll(async () => (await again()).local).toBeGreaterThan(2);
  }
});
