/** Light, dark, and what the system says. */
import type { ElectronApplication, Page } from '@playwright/test';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { configFile, expect, test } from '../support/app';
import { openPalette } from '../support/screen';

/** The grounds of `renderer/theme/tokens.css`. */
const light = 'rgb(244, 245, 247)';
const dark = 'rgb(14, 17, 22)';

function ground(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

async function choose(page: Page, title: string): Promise<void> {
  await openPalette(page);
  await page.keyboard.type(title);
  await expect(page.getByRole('option').first()).toContainText(title, { ignoreCase: true });
  await page.keyboard.press('Enter');
}

/** What the page takes for the system's choice: Playwright's own, or none. */
async function systemIs(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
}

function themeSource(electron: ElectronApplication): Promise<string> {
  return electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
}

test('the theme is switched from the palette and survives a restart', async ({ launch }) => {
  const first = await launch();
  await choose(first.page, 'Theme: Dark');
  await expect.poll(() => ground(first.page)).toBe(dark);
  expect(await themeSource(first.electron)).toBe('dark');
  await first.close();

  const second = await launch();
  await expect.poll(() => ground(second.page)).toBe(dark);
  await choose(second.page, 'Theme: Light');
  await expect.poll(() => ground(second.page)).toBe(light);
  await second.close();

  const third = await launch();
  await expect.poll(() => ground(third.page)).toBe(light);
});

test('as long as nothing else is chosen the window follows the system', async ({ launch }) => {
  const { electron, page } = await launch();
  expect(await themeSource(electron)).toBe('system');
  await systemIs(page, 'dark');
  await expect.poll(() => ground(page)).toBe(dark);
  await systemIs(page, 'light');
  await expect.poll(() => ground(page)).toBe(light);
  await choose(page, 'Theme: Dark');
  await expect.poll(() => ground(page)).toBe(dark);
  await choose(page, 'Theme: Follow the system');
  await expect.poll(() => ground(page)).toBe(light);
  expect(await themeSource(electron)).toBe('system');
});

test('--theme holds for one run and is not remembered', async ({ launch }) => {
  const once = await launch(['--theme', 'dark']);
  await expect.poll(() => ground(once.page)).toBe(dark);
  await once.close();
  const { electron } = await launch();
  expect(await themeSource(electron)).toBe('system');
});

test('the window is dark before its page paints', async ({ launch }) => {
  const { electron } = await launch(['--theme', 'dark']);
  const colour = await electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBackgroundColor(),
  );
  expect(colour?.toLowerCase()).toBe('#0e1116');
});

test('settings that make no sense are put aside, and the window opens', async ({
  launch,
  folder,
}) => {
  const file = configFile(folder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '{ "theme": "pink"');
  const { electron, page } = await launch();
  expect(await themeSource(electron)).toBe('system');
  await choose(page, 'Theme: Light');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toContain('"light"');
  expect(readFileSync(`${file}.broken`, 'utf8')).toBe('{ "theme": "pink"');
});

test('a choice that waits for another writer is kept, though the window is closed meanwhile', async ({
  launch,
  folder,
}) => {
  const file = configFile(folder);
  const { page, close } = await launch();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.lock`, 'another writer');
  await choose(page, 'Theme: Dark');
  await expect.poll(() => ground(page)).toBe(dark);
  const gone = page.waitForEvent('close');
  const closing = close();
  await gone;
  rmSync(`${file}.lock`);
  await closing;
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ settings: { theme: 'dark' } });
});
