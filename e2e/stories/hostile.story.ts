/** What a host names is text to be read: never markup, never a command to the screen. */
import { join } from 'node:path';
import { expect, test } from '../support/app';
import { blockingThreads, headline, railHosts } from '../support/screen';
import { blockedBy, settledHost, writeTree } from '../support/trees';

/** Markup, an escape sequence, a line break, and a reversal of the reading direction. */
const hostile = '<img src=x onerror=alert(1)>\u001B[31mred\nnext\u202Eevil';
/** The same as `visible()` documents it: each unseen character written out. */
const written = String.raw`<img src=x onerror=alert(1)>\x1b[31mred\nnext\u202eevil`;

test('a thread with a hostile name is shown escaped, and nothing of it is run', async ({
  launch,
  folder,
}) => {
  writeTree(join(folder, 'db1'), { ...settledHost('db1'), ...blockedBy(hostile) });
  const { page } = await launch([`dir:${folder}/db1`]);
  await expect(blockingThreads(page)).toContainText(written);
  await expect(headline(page)).toContainText(written);
  await expect(page.locator('main img')).toHaveCount(0);
  for (let view = 1; view <= 5; view += 1) {
    await page.keyboard.press(`Control+${view}`);
    const text = await page.locator('body').innerText();
    expect(text).not.toContain('\u001B');
    expect(text).not.toContain('\u202E');
  }
});

test('a hostile host name stays in its place in rail, header and title', async ({
  launch,
  folder,
}) => {
  writeTree(join(folder, 'db1'), settledHost(hostile));
  const { electron, page } = await launch([`dir:${folder}/db1`]);
  await expect(railHosts(page)).toContainText(written);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(written);
  const title = await electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getTitle(),
  );
  expect(title).toContain(written);
  await expect(page.locator('main img, nav img')).toHaveCount(0);
});

test('a name of 64 KiB neither breaks the layout nor hides the rest', async ({
  launch,
  folder,
}) => {
  const long = 'x'.repeat(65_536);
  writeTree(join(folder, 'db1'), { ...settledHost('db1'), ...blockedBy(long) });
  const { page } = await launch([`dir:${folder}/db1`]);
  await expect(blockingThreads(page).getByRole('row').nth(1)).toContainText('77');
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});

test('a raw file with markup and escapes is shown as text', async ({ launch, folder }) => {
  writeTree(join(folder, 'db1'), { ...settledHost('db1'), ...blockedBy(hostile) });
  const { page } = await launch([`dir:${folder}/db1`]);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+5');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('task/77/comm');
  const detail = page.getByRole('complementary', { name: 'File' });
  await expect(detail.locator('pre')).toContainText('<img src=x onerror=alert(1)>');
  await expect(detail.locator('pre img')).toHaveCount(0);
});
