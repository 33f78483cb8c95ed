/** "What if …": asked of a host, answered at once, and never tried. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    await expect(dialog).toContainText('echo 0 | sudo tee /sys/kernel/livepatch/lp_busy/enabled');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);

    await expect(dialog).toContainText('1 thread could not be checked: it was running.');

    await dialog.getByRole('radio', { name: 'Force' }).check();
    await expect(dialog.getByRole('status')).toContainText('2 threads would go on in the old code');
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

test('it is narrow, and a replace by functions that are typed and ticked is answered', async ({
  launch,
}) => {
  const { page } = await launch([sample('02-one-enabled'), '--size', '480x800']);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+i');
  const dialog = page.getByRole('dialog', { name: /^What if/ });
  await dialog.getByRole('radio', { name: 'Replace all' }).check();
  await dialog.getByRole('combobox').selectOption({ label: 'the functions named below' });
  await expect(dialog.getByRole('table')).toContainText('falls back');
  await dialog.getByRole('checkbox').first().check();
  await expect(dialog.getByRole('table')).toContainText('replacement');
  const list = dialog.getByRole('textbox', { name: 'Functions of the new livepatch' });
  await expect(list).toHaveValue(/^vmlinux:\w+\n$/);
  await list.fill('vmlinux:kthread\nno function');
  await expect(dialog.getByRole('alert')).toContainText('Line 2');
  await expect(dialog.getByRole('table')).toBeHidden();
  await list.fill('vmlinux:kthread');
  // Every kernel thread but the one that runs sleeps below it.
  await expect(dialog.getByRole('region', { name: 'Threads that would block now' })).toContainText(
    /\d\d threads would block now/,
  );
  await dialog
    .getByText(/kthreadd|rcu_preempt/)
    .first()
    .click();
  await expect(dialog.locator('.lines__marked:visible')).toHaveText(/kthread\+0x\w+has to return/);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations).toEqual([]);
});

test('of an order that is not known, it says what depends on it', async ({ launch, folder }) => {
  for (const name of ['livepatch_a', 'livepatch_b']) {
    const patch = join(folder, 'sys/kernel/livepatch', name);
    mkdirSync(join(patch, 'vmlinux/cmdline_proc_show,1'), { recursive: true });
    writeFileSync(join(patch, 'enabled'), '1\n');
    writeFileSync(join(patch, 'transition'), '0\n');
    writeFileSync(join(patch, 'vmlinux/patched'), '1\n');
  }
  const { page } = await launch([`dir:${folder}`]);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+i');
  const dialog = page.getByRole('dialog', { name: /^What if/ });
  await expect(dialog.getByRole('table')).toContainText('if livepatch_b lies above livepatch_a');
  await expect(dialog.getByRole('region', { name: 'Now, top first' })).toContainText(
    'in an order that is not known',
  );
  // The tree has no threads.
  await expect(dialog.getByRole('region', { name: 'Threads that would block now' })).toContainText(
    'Not known',
  );
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations).toEqual([]);
});
