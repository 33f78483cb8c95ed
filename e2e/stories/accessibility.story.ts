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

/**
 * Everything that a pointer can rest on or a key can reach, one of each kind: controls and rows that
 * look alike are one kind.
 */
const kinds = `() => {
  const seen = new Map();
  const all = document.querySelectorAll('main :is(button, a, input, [role=row], [role=tab], [role=grid], [tabindex]), nav button');
  for (const element of all) {
    const { width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0 || element.matches(':disabled')) continue;
    const tones = [element, ...element.querySelectorAll('[data-tone]')].map(({ dataset }) => dataset.tone);
    const states = ['aria-selected', 'aria-pressed', 'aria-current'].map((name) => element.getAttribute(name));
    const kind = [element.tagName, element.className, element.role, ...states, ...new Set(tones)].join(' ');
    if (!seen.has(kind)) seen.set(kind, element);
  }
  for (const element of document.querySelectorAll('[data-story-kind]')) delete element.dataset.storyKind;
  [...seen.values()].forEach((element, place) => (element.dataset.storyKind = place));
  return seen.size;
}`;

/** Under the pointer, and with the focus: contrast and the like hold there, too. */
async function expectAccessibleUnderHand(page: Page, where: string): Promise<void> {
  const count = await page.evaluate<number>(`(${kinds})()`);
  expect(count, where).toBeGreaterThan(0);
  for (let place = 0; place < count; place += 1) {
    const selector = `[data-story-kind="${place}"]`;
    const element = page.locator(selector);
    if ((await element.count()) === 0) continue;
    const name = await element.evaluate((node) => node.outerHTML.slice(0, 120));
    await element.hover();
    await expectToned(page, selector, `${where}, under the pointer: ${name}`);
    await element.focus();
    await expectToned(page, selector, `${where}, with the focus: ${name}`);
  }
}

/** What of axe's rules a pointer or a focus can break, for one element and what is in it. */
async function expectToned(page: Page, selector: string, where: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page })
    .setLegacyMode()
    .include(selector)
    .withRules(['color-contrast'])
    .analyze();
  const found = violations.flatMap(({ nodes }) =>
    nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
  );
  expect(found, where).toEqual([]);
  looked += passes.length;
}

/** How often a contrast was really judged. */
let looked = 0;

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

  for (const name of ['04-stalled-patching', '14-stalled-atomic-replace', '17-forced-disable']) {
    test(`${theme}: every view of ${name}, under the pointer and with the focus`, async ({
      launch,
    }) => {
      test.setTimeout(180_000);
      looked = 0;
      const { page } = await launch([sample(name), '--theme', theme]);
      await expect(headline(page)).toBeVisible();
      for (const [index, title] of viewTitles.entries()) {
        await page.keyboard.press(`Control+${index + 1}`);
        await expect(tab(page, title)).toHaveAttribute('aria-selected', 'true');
        await expectAccessibleUnderHand(page, title);
      }
      expect(looked).toBeGreaterThan(0);
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
