/** What cannot be read says so: which, why, and what to do. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, openPalette, railHosts, startHeading, tab } from '../support/screen';
import { settledHost, writeTree } from '../support/trees';

test('a missing file is named, and opens once it is there', async ({ launch, folder }) => {
  const missing = join(folder, 'late.tar.gz');
  const { page } = await launch([missing]);
  await expect(page.getByRole('main')).toContainText('late.tar.gz could not be read');
  await expect(page.getByRole('main')).toContainText('not-found');
  await expect(page.getByRole('main')).toContainText(missing);
  writeFileSync(missing, readFileSync(sample('02-one-enabled')));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(headline(page)).toContainText('is applied');
});

test('a folder that is no host says what it lacks', async ({ launch, folder }) => {
  mkdirSync(join(folder, 'empty'));
  const { page } = await launch([`dir:${folder}/empty`]);
  await expect(page.getByRole('main')).toContainText('empty could not be read');
  await expect(page.getByRole('main')).toContainText('not-found');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(startHeading(page)).toBeVisible();
});

test('a truncated archive is called truncated', async ({ launch, folder }) => {
  const whole = readFileSync(sample('04-stalled-patching'));
  writeFileSync(join(folder, 'cut.tar.gz'), whole.subarray(0, whole.length / 2));
  const { page } = await launch([join(folder, 'cut.tar.gz')]);
  await expect(headline(page)).toContainText('could not be read');
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('tabpanel')).toContainText('truncated');
  await expect(page.getByRole('tabpanel')).toContainText('cut.tar.gz breaks off');
});

test('a file that is no archive is called so', async ({ launch, folder }) => {
  writeFileSync(join(folder, 'notes.tar.gz'), 'just some notes\n');
  const { page } = await launch([join(folder, 'notes.tar.gz')]);
  await expect(page.getByRole('main')).toContainText('notes.tar.gz could not be read');
  await expect(page.getByRole('main')).toContainText('unsupported-format');
});

test('a kernel without livepatching is a fact, not a failure', async ({ launch, folder }) => {
  writeTree(join(folder, 'old'), {
    'proc/sys/kernel/hostname': 'old\n',
    'proc/sys/kernel/osrelease': '4.4.0\n',
    'sys/kernel/': '',
  });
  const { page } = await launch([`dir:${folder}/old`]);
  await expect(headline(page)).toContainText('No livepatching was found here');
  await expect(tab(page, 'Livepatches')).toBeVisible();
});

test('this machine is read live, whatever it supports', async ({ launch }) => {
  const { page } = await launch(['local']);
  await expect(headline(page)).toBeVisible();
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  const first = await page.getByText(/^read \d/).textContent();
  await page.keyboard.press('F5');
  await expect(page.getByText(/^read \d/)).not.toHaveText(first ?? '');
  await page.keyboard.press('Control+p');
  await expect(page.getByText('paused', { exact: true })).toBeVisible();
});

test('a state that was known stays on the screen when its source goes', async ({
  launch,
  folder,
}) => {
  writeTree(join(folder, 'db1'), settledHost('db1'));
  const { page } = await launch([`dir:${folder}/db1`]);
  await expect(headline(page)).toContainText('livepatch_a is applied');
  rmSync(join(folder, 'db1'), { recursive: true });
  await page.keyboard.press('F5');
  await expect(headline(page)).toContainText('stale since');
  await expect(page.getByText('livepatch_a').first()).toBeVisible();
});

test('a refused target is told in a notice and opens nothing', async ({ launch }) => {
  const { page } = await launch();
  await openPalette(page);
  await page.keyboard.type('no such thing');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('no such thing was not opened');
  await expect(railHosts(page)).toHaveCount(0);
});

test.describe('the command line', () => {
  for (const [args, said] of [
    [['--screenshoot', 'x.png'], '--screenshoot'],
    [['--theme', 'pink'], '--theme'],
    [['dir:'], 'dir:'],
  ] as const) {
    test(`refuses ${args.join(' ')} with status 64`, async ({ run }) => {
      const { status, stderr, stdout } = await run(args);
      expect(status).toBe(64);
      expect(stderr).toContain(said);
      expect(stdout).toBe('');
    });
  }

  test("keeps its options, which look like Chromium's", async ({ run }) => {
    const asked = await run(['what-if', 'demo:two-vendors', '--disable', 'acme_fix', '--json']);
    expect(asked.status).toBe(0);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      action: { do: 'disable', patch: 'acme_fix' },
    });
    const log = await run(['status', sample('02-one-enabled'), '--log', '/nowhere.log']);
    expect(log).toMatchObject({ status: 3, stdout: '' });
    expect(log.stderr).toContain('/nowhere.log does not exist');
    const forgotten = await run(['forget-key', 'db1.example']);
    expect(forgotten).toMatchObject({ status: 3, stdout: '' });
    expect(forgotten.stderr).toContain('No key of db1.example');
  });

  test('runs commands without a window or a display', async ({ run }) => {
    const { status, stdout } = await run(['status', '--json', sample('02-one-enabled')], {
      env: { DISPLAY: '', WAYLAND_DISPLAY: '' },
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'klpscope/status',
      transitionState: 'none',
    });
  });
});
