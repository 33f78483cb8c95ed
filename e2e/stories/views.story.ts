/** Reading a host: its views, by keyboard; filter, palette, copying; narrow windows. */
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import {
  blockingThreads,
  headline,
  openPalette,
  railHosts,
  tab,
  viewTitles,
} from '../support/screen';

const stalled = sample('04-stalled-patching');

test('every view is reached by its key, by the arrows and by the menu', async ({ launch }) => {
  const { electron, page } = await launch([stalled]);
  await expect(tab(page, 'Transition')).toHaveAttribute('aria-selected', 'true');
  for (const [index, title] of viewTitles.entries()) {
    await page.keyboard.press(`Control+${index + 1}`);
    await expect(tab(page, title)).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('tabpanel', { name: title })).toBeVisible();
  }
  await tab(page, 'Files').focus();
  await page.keyboard.press('Home');
  for (const title of viewTitles) {
    await expect(tab(page, title)).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('ArrowRight');
  }
  await electron.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('view.findings')?.click();
  });
  await expect(tab(page, 'Findings')).toHaveAttribute('aria-selected', 'true');
});

test('entries of the menu that need a host are dead without one', async ({ launch }) => {
  const { electron, page } = await launch();
  const isEnabled = () =>
    electron.evaluate(
      ({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('view.files')?.enabled,
    );
  await expect(page.getByRole('button', { name: /^Settled/ })).toBeVisible();
  expect(await isEnabled()).toBe(false);
  await page.getByRole('button', { name: /^Settled/ }).click();
  await expect.poll(isEnabled).toBe(true);
});

test('threads are filtered from the keyboard, and the grid walks through them', async ({
  launch,
}) => {
  const { page } = await launch([stalled]);
  const rows = blockingThreads(page).getByRole('row');
  // The header is a row, too.
  await expect(rows).toHaveCount(3);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('klp_busy_s');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText('221');
  await page.keyboard.press('Escape');
  await expect(rows).toHaveCount(3);
  await page.keyboard.press('ArrowDown');
  await expect(blockingThreads(page)).toBeFocused();
  await page.keyboard.press('End');
  await expect(rows.nth(2)).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('complementary', { name: 'Thread' })).toContainText(
    'klp_busy_wait_s',
  );
  await page.keyboard.press('Control+f');
  await page.keyboard.type('no such thread');
  await expect(page.getByText('No blocking thread matches this filter.')).toBeVisible();
});

test('the frame that has to be left is marked in the stack', async ({ launch }) => {
  const { page } = await launch([stalled]);
  const detail = page.getByRole('complementary', { name: 'Thread' });
  const culprit = detail.getByRole('listitem').filter({ hasText: 'has to return' });
  await expect(culprit).toHaveCount(1);
  await expect(culprit).toContainText('klp_busy_wait_d+0x91');
});

test('the palette finds commands, samples and hosts', async ({ launch }) => {
  const { page } = await launch();
  const field = await openPalette(page);
  await page.keyboard.type('forced');
  await expect(page.getByRole('option').first()).toContainText('Forced');
  await page.keyboard.press('Enter');
  await expect(field).toBeHidden();
  await expect(railHosts(page)).toHaveCount(1);

  await openPalette(page);
  await page.keyboard.type('functions');
  await page.keyboard.press('Enter');
  await expect(tab(page, 'Functions')).toHaveAttribute('aria-selected', 'true');

  await openPalette(page);
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
});

test('the shortcut sheet lists what the keys do', async ({ launch }) => {
  const { page } = await launch([stalled]);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toContainText('Read again');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
});

test('the status document is copied as JSON, a stack as text', async ({ launch }) => {
  const { electron, page } = await launch([stalled]);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+Shift+c');
  const clipboard = () => electron.evaluate((electron_) => electron_.clipboard.readText());
  await expect.poll(clipboard).toContain('"klpscope/status"');
  const document: unknown = JSON.parse(await clipboard());
  expect(document).toMatchObject({
    target: stalled,
    transition: { patch: 'lp_busy', direction: 'patching', threads: { total: 62, blocking: 2 } },
  });
  await page.getByRole('button', { name: 'Copy kernel stack' }).click();
  await expect.poll(clipboard).toMatch(/^klp_busy_wait_d\+0x91/);
});

test('a raw file is found by its path and shown as it was', async ({ launch }) => {
  const { page } = await launch([stalled]);
  await page.keyboard.press('Control+5');
  await expect(page.getByRole('grid', { name: 'Files of this reading' })).toBeVisible();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('219/task/219/patch_state');
  const detail = page.getByRole('complementary', { name: 'File' });
  await expect(detail).toContainText('/proc/219/task/219/patch_state');
  await expect(detail.locator('pre')).toHaveText(/^0\n?$/);
});

test('force is a text behind a checklist, never an action', async ({ launch }) => {
  const { page } = await launch([stalled]);
  await page.getByRole('button', { name: /force/i }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Before you force lp_busy' });
  await expect(dialog).not.toContainText('/sys/kernel/livepatch/lp_busy/force');
  for (const box of await dialog.getByRole('checkbox').all()) await box.check();
  await expect(dialog).toContainText('/sys/kernel/livepatch/lp_busy/force');
});

test('a narrow window shows the same, with the detail on demand', async ({ launch }) => {
  const { electron, page } = await launch([stalled, '--size', '480x800']);
  await expect(headline(page)).toContainText('lp_busy is being applied');
  const size = await electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getContentSize(),
  );
  expect(size).toEqual([480, 800]);
  const detail = page.getByRole('complementary', { name: 'Thread' });
  await expect(detail).toBeHidden();
  await blockingThreads(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(detail).toBeVisible();
  const width = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(width[0]).toBe(width[1]);
});

test('zoom is changed by keys and reaches 200 %', async ({ launch }) => {
  const { electron, page } = await launch([stalled]);
  await expect(headline(page)).toBeVisible();
  const zoom = () =>
    electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor(),
    );
  for (let step = 0; step < 10; step += 1) await page.keyboard.press('Control+=');
  await expect.poll(zoom).toBeCloseTo(2);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+0');
  await expect.poll(zoom).toBeCloseTo(1);
});
