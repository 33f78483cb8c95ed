/** Ways in: the start screen, arguments, dialogs, drops, and a second start. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prototypeNames } from '../../testing/shared/prototypeNames';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { blockingThreads, headline, railHosts, startHeading } from '../support/screen';
import { settledHost, writeTree } from '../support/trees';

const stalled = sample('04-stalled-patching');

test('the start screen offers this machine, captures and sample states', async ({ launch }) => {
  const { page } = await launch();
  await expect(startHeading(page)).toBeVisible();
  await expect(page.getByRole('button', { name: /^This machine/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^A capture file/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^A capture folder/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Settled/ })).toBeVisible();
  await expect(railHosts(page)).toHaveCount(0);
});

test('a sample state opens by mouse, and says who blocks what', async ({ launch }) => {
  const { page } = await launch();
  await page.getByRole('button', { name: /^Waiting for two sleepers/ }).click();
  await expect(headline(page)).toContainText('lp_busy is being applied');
  await expect(headline(page)).toContainText('2 of 62 threads');
  const rows = blockingThreads(page).getByRole('row');
  // Of proc/*/task/*/patch_state in that capture, those of 219 and 221 are 0.
  await expect(rows.filter({ hasText: 'klp_busy_wait_d' })).toContainText('219');
  await expect(rows.filter({ hasText: 'klp_busy_wait_s' })).toContainText('221');
});

test('a sample state opens by keyboard alone', async ({ launch }) => {
  const { page } = await launch();
  await expect(startHeading(page)).toBeVisible();
  const wanted = page.getByRole('button', { name: /^Two on one function/ });
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(wanted).toBeFocused({ timeout: 50 });
  }).toPass({ intervals: [0] });
  await page.keyboard.press('Enter');
  await expect(headline(page)).toContainText('2 livepatches are applied');
});

test('targets given as arguments are open, in their order, and the last one is shown', async ({
  launch,
  folder,
}) => {
  writeTree(join(folder, 'db1'), settledHost('db1'));
  const { page } = await launch(['open', stalled, `dir:${folder}/db1`]);
  await expect(railHosts(page)).toHaveCount(2);
  await expect(railHosts(page).nth(0)).toContainText('klpvm');
  await expect(railHosts(page).nth(1)).toContainText('db1');
  await expect(headline(page)).toContainText('livepatch_a is applied');
  await expect.poll(() => page.title()).toContain('db1');
});

test('the native menu and the dialog open captures', async ({ launch }) => {
  const { electron, page } = await launch();
  await expect(startHeading(page)).toBeVisible();
  await electron.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, stalled);
  await electron.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('open.file')?.click();
  });
  await expect(headline(page)).toContainText('lp_busy is being applied');
});

test('a dialog that is cancelled changes nothing', async ({ launch }) => {
  const { electron, page } = await launch();
  await electron.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] });
  });
  await page.getByRole('button', { name: /^A capture folder/ }).click();
  await expect(startHeading(page)).toBeVisible();
  await expect(railHosts(page)).toHaveCount(0);
});

test('a capture of any name that is dropped onto the window is opened', async ({
  launch,
  folder,
}) => {
  const renamed = join(folder, 'evidence.bin');
  copyFileSync(stalled, renamed);
  const { page } = await launch();
  await expect(startHeading(page)).toBeVisible();
  // Only a file that a person chose has a path: a field of files stands in for the desktop.
  await page.evaluate(() => {
    const field = document.createElement('input');
    field.type = 'file';
    field.id = 'desktop';
    document.body.append(field);
  });
  await page.locator('#desktop').setInputFiles(renamed);
  await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('#desktop');
    const [file] = field?.files ?? [];
    const dataTransfer = new DataTransfer();
    if (file) dataTransfer.items.add(file);
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    field?.remove();
  });
  await expect(headline(page)).toContainText('lp_busy is being applied');
});

test('opened twice, a target stands in the rail once; closed, it is gone', async ({ launch }) => {
  const { page } = await launch([stalled, stalled]);
  await expect(railHosts(page)).toHaveCount(1);
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+w');
  await expect(railHosts(page)).toHaveCount(0);
  await expect(startHeading(page)).toBeVisible();
});

test('a second start opens its targets in the first window and ends', async ({
  launch,
  run,
  folder,
}) => {
  writeTree(join(folder, 'db1'), settledHost('db1'));
  const { electron, page } = await launch([stalled]);
  await expect(headline(page)).toContainText('lp_busy');
  const second = await run([`dir:${folder}/db1`]);
  expect(second).toMatchObject({ status: 0, stdout: '' });
  await expect(headline(page)).toContainText('livepatch_a is applied');
  await expect(railHosts(page)).toHaveCount(2);
  expect(electron.windows()).toHaveLength(1);
  // More than a hundred.
  writeTree(join(folder, 'db2'), settledHost('db2'));
  const many = await run([...Array<string>(120).fill(stalled), `dir:${folder}/db2`]);
  expect(many).toMatchObject({ status: 0, stdout: '' });
  await expect(railHosts(page)).toHaveCount(3);
});

test('a second start with more than can be handed over says so, and the first one stays', async ({
  launch,
  run,
  folder,
}) => {
  writeTree(join(folder, 'db1'), settledHost('db1'));
  const { electron, page } = await launch([stalled]);
  await expect(headline(page)).toContainText('lp_busy');
  const times = (bytes: number) =>
    Array<string>(Math.ceil(bytes / (stalled.length + 1))).fill(stalled);
  // Each target is sent twice, as an argument and as what it means.
  for (const bytes of [16_384, 20_000, 40_000, 100_000]) {
    const refused = await run(times(bytes));
    expect(refused).toMatchObject({ status: 64, stdout: '' });
    expect(refused.stderr).toContain('So many targets can’t be handed to the Klpscope that runs');
  }
  await expect(railHosts(page)).toHaveCount(1);
  // Nearly as much as can be, wherever the repository lies: of 32 KiB, the program's own arguments and the last
  // target need some. A target takes its length twice, with nine bytes around it.
  const count = Math.floor(31_000 / (2 * stalled.length + 9));
  const most = await run([...Array<string>(count).fill(stalled), `dir:${folder}/db1`]);
  expect(most).toMatchObject({ status: 0, stdout: '' });
  await expect(headline(page)).toContainText('livepatch_a is applied');
  await expect(railHosts(page)).toHaveCount(2);
  expect(electron.windows()).toHaveLength(1);
});

test('the first start opens more than a second one can hand over', async ({ launch }) => {
  const { page } = await launch(Array<string>(Math.ceil(40_000 / stalled.length)).fill(stalled));
  await expect(headline(page)).toContainText('lp_busy');
  await expect(railHosts(page)).toHaveCount(1);
});

test('hosts called like what every object answers to are hosts like any other', async ({
  launch,
  run,
  folder,
}) => {
  const config = join(folder, 'ssh_config');
  // Nothing listens there: that it could not be reached is what is to be said.
  writeFileSync(config, 'Host *\n  HostName 127.0.0.1\n  Port 1\n');
  const env = { KLPSCOPE_SSH_CONFIG: config };
  const [first, ...others] = prototypeNames;
  const { page } = await launch([first], { env });
  await expect(page.getByRole('main')).toContainText(`${first} could not be read`);
  for (const name of others) {
    expect(await run([name], { env })).toMatchObject({ status: 0 });
    await expect(page.getByRole('main')).toContainText(`${name} could not be read`);
    await expect(page.getByRole('main')).toContainText('unreachable');
  }
  await expect(railHosts(page)).toHaveCount(prototypeNames.length);
});

test('the window comes back where it was left', async ({ launch }) => {
  const first = await launch();
  await first.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1000, height: 640 }),
  );
  await first.close();
  const second = await launch();
  const bounds = await second.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(bounds).toEqual({ x: 40, y: 30, width: 1000, height: 640 });
});
