/** Recordings: made in the window, opened and gone through; and scenario files. */
import { AxeBuilder } from '@axe-core/playwright';
import type { ElectronApplication, Page } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { findScenario } from '../../shared/kernel/scenarios/gallery';
import { Player } from '../../shared/kernel/scenarios/player';
import { nothing, sampleLine } from '../../shared/history/recording/encode';
import { readKernel } from '../../testing/shared/kernelAgreement';
import { expect, test } from '../support/app';
import { headline, openPalette, railHosts } from '../support/screen';

const transport = (page: Page) => page.getByRole('region', { name: 'Recording', exact: true });
const slider = (page: Page) => page.getByRole('slider', { name: 'Moment of the recording' });

/** A recording of the story "stalled on a disk sleeper", a sample each second. */
function recordingOf(folder: string): string {
  const scenario = findScenario('disk-sleeper');
  if (!scenario) throw new Error('no such story');
  const player = new Player(scenario);
  const start = Date.parse('2026-11-21T12:00:00.000Z');
  const time = (second: number) => new Date(start + second * 1000).toISOString();
  const lines: object[] = [
    {
      format: 'klpscope/recording',
      version: 1,
      target: 'demo:disk-sleeper',
      source: 'demo',
      started: time(0),
      app: '0.1.0',
    },
  ];
  let before: typeof nothing = nothing;
  for (let second = 0; second <= scenario.lasts; second += 1) {
    const readings = readKernel(player.kernel.core);
    lines.push(sampleLine(before, readings, time(second)));
    before = readings;
    player.advance(1);
  }
  lines.push({ at: time(scenario.lasts), end: 'done' });
  const path = join(folder, 'db1.klprec');
  writeFileSync(path, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  return path;
}

async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
  expect(found, where).toEqual([]);
}

test('a recording opens at its end, is marked, and every moment of it can be looked at', async ({
  launch,
  folder,
}) => {
  const { electron, page } = await launch([recordingOf(folder)]);
  // The story ends with the livepatch applied (its own words).
  await expect(headline(page).getByRole('img', { name: 'settled' })).toBeVisible();
  await expect(transport(page)).toContainText('1 min 5 s in');
  await expect(transport(page)).toContainText('66 of 66');
  await expect(page.getByRole('main')).toContainText('DEMO RECORDING');
  await expect(railHosts(page)).toContainText('DEMO RECORDING');
  await expect(page).toHaveTitle('files1 (demo recording) – Klpscope');
  await expectAccessible(page, 'a recording');

  // Before anything happened: no livepatch.
  await slider(page).focus();
  await page.keyboard.press('Home');
  await expect(transport(page)).toContainText(', 0 s in');
  await expect(page.getByRole('tab', { name: /Livepatches/ })).not.toContainText('1');

  // It is loaded at 3 s, and rsync blocks.
  await page.keyboard.press(']');
  await expect(transport(page)).toContainText('livepatch_nfs_fix appeared');
  await expect(headline(page)).toContainText('rsync');
  const loadedAt = await slider(page).getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowRight');
  await expect(slider(page)).not.toHaveAttribute('aria-valuetext', loadedAt ?? '');
  await page.keyboard.press('ArrowLeft');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', loadedAt ?? '');

  // How long it has waited is told by the recording's clock: at 40 s, loaded at 3 s.
  for (let press = 0; press < 37; press += 1) await page.keyboard.press('ArrowRight');
  await expect(transport(page)).toContainText(', 40 s in');
  await expect(headline(page)).toContainText(/3[67] s/);
  await expect(headline(page).getByRole('img', { name: 'stuck' })).toBeVisible();

  await page.keyboard.press('Control+Shift+c');
  const clipboard = () => electron.evaluate((electron_) => electron_.clipboard.readText());
  await expect.poll(clipboard).toContain('"source": "recording"');
  await expect.poll(clipboard).toContain('"takenAt": "2026-11-21T12:00:40.000Z"');
});

test('it plays, faster and to its end, and pauses', async ({ launch, folder }) => {
  const { page } = await launch([recordingOf(folder)]);
  await expect(transport(page)).toContainText('66 of 66');
  await page.getByRole('button', { name: '16×' }).click();
  await page.keyboard.press('Shift+F9');
  await expect(transport(page)).toContainText(', 0 s in');
  await page.keyboard.press('F8');
  await expect(transport(page).getByRole('button', { name: 'Pause the recording' })).toBeVisible();
  await expect(transport(page)).toContainText('66 of 66');
  await expect(transport(page).getByRole('button', { name: 'Play the recording' })).toBeVisible();
  await page.keyboard.press('Shift+F8');
  await expect(transport(page)).toContainText('65 of 66');
  await page.keyboard.press('F9');
  await expect(transport(page)).toContainText('66 of 66');
});

async function willSaveAs(electron: ElectronApplication, path: string): Promise<void> {
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

test('a host is recorded in the window, which shows that it is, and the file opens', async ({
  launch,
  folder,
}) => {
  const { electron, page } = await launch(['demo:clean-apply']);
  const path = join(folder, 'made here.klprec');
  await expect(headline(page)).toBeVisible();
  await willSaveAs(electron, path);
  await page.getByRole('button', { name: 'Record …' }).click();
  const recorder = page.getByRole('region', { name: 'Recording of this host' });
  await expect(recorder).toContainText('made here.klprec');
  await expect(railHosts(page)).toContainText('● REC');
  await expectAccessible(page, 'recording');
  await page.keyboard.press('F9');
  await expect(headline(page)).toContainText('livepatch_tcp_fix');
  await expect(recorder).toContainText(/[3-9] samples/);
  await page.keyboard.press('Control+Shift+r');
  await expect(recorder).toBeHidden();
  await expect(railHosts(page)).not.toContainText('REC');

  await openPalette(page);
  await page.keyboard.type(path);
  await page.keyboard.press('Enter');
  await expect(transport(page)).toBeVisible();
  await expect(page.getByRole('main')).toContainText('DEMO RECORDING');
  await page.keyboard.press('Shift+F9');
  await expect(page.getByRole('tab', { name: /Livepatches/ })).not.toContainText('1');
});

test('a recording that broke off is shown as far as it goes, and says so', async ({
  launch,
  folder,
}) => {
  const whole = readFileSync(recordingOf(folder));
  const path = join(folder, 'cut.klprec');
  writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.9)));
  const { page } = await launch([path]);
  await expect(transport(page)).toContainText(/(\d\d) of \1/);
  await expect(transport(page)).not.toContainText('of 66');
  await page.getByRole('tab', { name: /Findings/ }).click();
  await expect(page.getByRole('main')).toContainText('truncated');

  // The header of a recording, and nothing else.
  writeFileSync(path, whole.subarray(0, gzipSync('').length + 60));
  await page.keyboard.press('F5');
  await expect(page.getByRole('main')).toContainText('is no recording');
});

test('closing the window ends a recording that is being made', async ({ launch, folder }) => {
  const { electron, page, close } = await launch(['demo:clean-apply']);
  const path = join(folder, 'x.klprec');
  await expect(headline(page)).toBeVisible();
  await willSaveAs(electron, path);
  await page.getByRole('button', { name: 'Record …' }).click();
  await expect(railHosts(page)).toContainText('● REC');
  await close();
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  expect(lines.at(-1)).toContain('"end":"done"');
});

test('a scenario file plays as a demo host; one that is wrong says where', async ({
  launch,
  folder,
}) => {
  const path = join(folder, 'wrong.json');
  writeFileSync(path, '{\n  "id": "mine",\n  "lasts": "long"\n}\n');
  const { electron, page } = await launch();
  await electron.evaluate(({ dialog }, file) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
  }, path);
  const open = async () => {
    await openPalette(page);
    await page.keyboard.type('Open a scenario file');
    await page.keyboard.press('Enter');
  };
  await open();
  await expect(page.getByRole('main')).toContainText('could not be read');
  await expect(page.getByRole('main')).toContainText('line 3, column 12 (lasts)');
  await expectAccessible(page, 'a wrong scenario');

  const scenario = { ...findScenario('clean-apply'), id: 'mine', title: 'My own story' };
  writeFileSync(path, JSON.stringify(scenario));
  const player = page.getByRole('region', { name: 'Story of this demo host' });
  const retry = page.getByRole('button', { name: 'Try again' });
  // It is read again by itself, too, which may take the button away just then.
  await expect(async () => {
    if (await retry.isVisible()) await retry.click({ timeout: 1000 });
    await expect(player).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(page.getByRole('main')).toContainText('DEMO');
  await page.keyboard.press('F9');
  await expect(player).toContainText('The livepatch is loaded.');
});
