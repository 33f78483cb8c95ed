/** "What if …": asked of a host, answered at once, and never tried. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, openPalette } from '../support/screen';

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: a stalled transition: reverse, force and disable`, async ({ launch }) => {
    const { page } = await launch([sample('04-stalled-patching'), '--theme', theme]);
    await expect(headline(page)).toBeVisible();
    await page.keyboard.press('Control+i');
    const dialog = page.getByRole('dialog', { name: /^What if/ });
    await expect(dialog.getByRole('radio', { name: 'Reverse' })).toBeChecked();
    await expect(dialog).toContainText('The kernel would do it.');
    await expect(dialog.getByRole('row').filter({ hasText: 'klp_busy_wait_d' })).toContainText(
      'falls back',
    );
    await expect(dialog).toContainText('echo 0 > /sys/kernel/livepatch/lp_busy/enabled');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);

    await dialog.getByRole('radio', { name: 'Force' }).check();
    await expect(dialog).not.toContainText('echo 1');
    await dialog.getByRole('button', { name: /Before you force/ }).click();
    await expect(page.getByRole('dialog', { name: /^Before you force/ })).toBeVisible();
  });
}

test('what the kernel would refuse says its error', async ({ launch }) => {
  const { page } = await launch([sample('04-stalled-patching')]);
  await expect(headline(page)).toBeVisible();
  await openPalette(page);
  await page.keyboard.type('what if');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^What if/ });
  await dialog.getByRole('radio', { name: 'Replace all' }).check();
  // One transition at a time (klp_enable_patch).
  await expect(dialog.getByRole('status')).toContainText('EBUSY');
});

test('it is narrow, and a replace by ticked functions is answered', async ({ launch }) => {
  const { page } = await launch([sample('02-one-enabled'), '--size', '480x800']);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+i');
  const dialog = page.getByRole('dialog', { name: /^What if/ });
  await dialog.getByRole('radio', { name: 'Replace all' }).check();
  await dialog.getByRole('combobox').selectOption({ label: 'functions ticked below' });
  await expect(dialog.getByRole('table')).toContainText('falls back');
  await dialog.getByRole('checkbox').first().check();
  await expect(dialog.getByRole('table')).toContainText('replacement');
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations).toEqual([]);
});
