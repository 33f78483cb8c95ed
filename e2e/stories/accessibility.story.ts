/** axe finds nothing: on the start screen, in every view and dialog, in both themes. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, startHeading, tab, viewTitles } from '../support/screen';

/** Every rule of axe's, best practices among them. Legacy mode: Electron opens no second page. */
async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
  }));
  expect(found, where).toEqual([]);
}

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: start screen, palette, shortcuts and a failure`, async ({ launch, folder }) => {
    const { page } = await launch(['--theme', theme]);
    await expect(startHeading(page)).toBeVisible();
    await expectAccessible(page, 'start screen');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('the');
    await expectAccessible(page, 'palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'shortcut sheet');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(join(folder, 'no.tar.gz'));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toContainText('could not be read');
    await expectAccessible(page, 'failure');
  });

  for (const name of [
    '04-stalled-patching',
    '14-stalled-atomic-replace',
    '15-after-atomic-replace',
    '17-forced-disable',
    '01-none',
  ]) {
    test(`${theme}: every view of ${name}`, async ({ launch }) => {
      const { page } = await launch([sample(name), '--theme', theme]);
      await expect(headline(page)).toBeVisible();
      for (const [index, title] of viewTitles.entries()) {
        await page.keyboard.press(`Control+${index + 1}`);
        await expect(tab(page, title)).toHaveAttribute('aria-selected', 'true');
        await expectAccessible(page, title);
      }
    });
  }

  test(`${theme}: narrow, with the detail open, and the checklist of force`, async ({ launch }) => {
    const { page } = await launch([
      sample('04-stalled-patching'),
      '--theme',
      theme,
      '--size',
      '480x800',
    ]);
    await expect(headline(page)).toBeVisible();
    await expectAccessible(page, 'narrow');
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('complementary', { name: 'Thread' })).toBeVisible();
    await expectAccessible(page, 'narrow, detail');
    await page.getByRole('button', { name: /force/i }).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'checklist');
  });
}
