/** Demo hosts: the gallery, the player, taking over, and the fleet. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/app';
import { headline, railHosts } from '../support/screen';
import { sample } from '../support/samples';

function player(page: Page) {
  return page.getByRole('region', { name: 'Story of this demo host' });
}

/** Every rule of axe's. Legacy mode: Electron opens no second page. */
async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
  expect(found, where).toEqual([]);
}

test('a story is opened by keyboard, stepped and begun anew, and marked as a demo', async ({
  launch,
}) => {
  const { electron, page } = await launch();
  await page.getByRole('button', { name: 'All 21 stories' }).focus();
  await page.keyboard.press('Enter');
  await expectAccessible(page, 'gallery');
  await page.getByRole('button', { name: /^Reversal in despair/ }).focus();
  await page.keyboard.press('Enter');

  await expect(player(page)).toContainText('The story begins.');
  await expect(page.getByRole('main')).toContainText('DEMO');
  await expect(railHosts(page)).toContainText('DEMO');
  await expect(page).toHaveTitle('files2 (demo) – Klpscope');

  await page.keyboard.press('F9');
  await expect(player(page)).toContainText('The livepatch is loaded; rsync blocks.');
  await expect(player(page)).toContainText('A new process calls the function');
  await expect(player(page).getByRole('button', { name: 'Play the story' })).toBeVisible();
  await expect(headline(page)).toContainText('livepatch_nfs_fix');
  await expectAccessible(page, 'player');

  await page.keyboard.press('Control+Shift+c');
  const clipboard = () => electron.evaluate((electron_) => electron_.clipboard.readText());
  await expect.poll(clipboard).toContain('"source": "demo"');

  await page.keyboard.press('F7');
  await expect(player(page).getByRole('button', { name: '4×' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.keyboard.press('Shift+F9');
  await expect(player(page)).toContainText('The story begins.');
});

test('a person takes over by disabling; refusals are shown, and the story is handed back', async ({
  launch,
}) => {
  const { page } = await launch(['demo:two-vendors']);
  await page.keyboard.press('F9');
  await page.keyboard.press('F9');
  await expect(page.getByRole('tab', { name: /Livepatches/ })).toContainText('2');
  await page.keyboard.press('F4');
  const dialog = page.getByRole('dialog', { name: /^Take over/ });
  await expectAccessible(page, 'take over');
  // A livepatch that is applied holds its own module (kernel-abi: module reference counts).
  await dialog.getByText('Unload a module').click();
  await dialog.getByRole('button', { name: 'Unload' }).click();
  await expect(dialog.getByRole('status')).toContainText('EAGAIN');
  await expect(dialog.getByRole('status')).toContainText('in use');

  // Time stands still, so the second one's transition runs: one at a time (klp_enable_patch).
  await dialog.getByRole('button', { name: 'Disable kpatch_vendor_a' }).click();
  await expect(dialog.getByRole('status')).toContainText('EBUSY');
  await expect(dialog.getByRole('status')).toContainText('Another transition runs');
  await page.keyboard.press('Escape');
  await expect(player(page)).toContainText('You have taken over; time stands still.');
  await page.keyboard.press('F8');
  await expect(headline(page).getByRole('img', { name: 'settled' })).toBeVisible();

  await page.keyboard.press('F4');
  await dialog.getByRole('button', { name: 'Disable kpatch_vendor_a' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('tab', { name: /Livepatches/ })).toContainText('1');
  await expect(player(page)).toContainText('You have taken over');
  await page.keyboard.press('Shift+F4');
  await expect(player(page)).not.toContainText('You have taken over');
});

test('a livepatch of picked functions is loaded', async ({ launch }) => {
  const { page } = await launch(['demo:clean-apply']);
  await expect(player(page)).toBeVisible();
  await page.keyboard.press('F4');
  const dialog = page.getByRole('dialog', { name: /^Take over/ });
  await dialog.getByText('Load a livepatch').click();
  await dialog.getByRole('checkbox', { name: /vfs_read/ }).check();
  await dialog.getByRole('button', { name: 'Load', exact: true }).first().click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('main')).toContainText('livepatch_mine');
});

test('nothing of this is offered on a saved state', async ({ launch }) => {
  const { page } = await launch([sample('04-stalled-patching')]);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('F4');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(player(page)).toBeHidden();
  await expect(page.getByRole('main')).not.toContainText('DEMO');
});

test('the fleet of twenty opens, and the rail shows the state of each', async ({ launch }) => {
  const { page } = await launch();
  await page.getByRole('button', { name: /^Open the whole fleet/ }).click();
  await expect(railHosts(page)).toHaveCount(20);
  await expect(page.getByRole('navigation').getByText('reading …')).toHaveCount(0);
  await expect(railHosts(page).getByText('DEMO')).toHaveCount(20);
  // Where each begins in its story, and what is true there (the stories' own words).
  await expect(railHosts(page).first()).toContainText('web1');
  await expect(railHosts(page).filter({ hasText: 'web2' })).toContainText('settled');
  await expect(railHosts(page).filter({ hasText: 'files1' })).toContainText('patching');
  await expect(railHosts(page).filter({ hasText: 'files5' })).toContainText('pinned');
});
