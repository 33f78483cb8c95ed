/** What users install: packaged from this checkout, started, and used. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths';
import { runQuietly } from '../../scripts/lib/process';
import { argumentsOf, expect, test } from '../support/app';
import { lookInto } from '../support/packaged';
import { sample } from '../support/samples';
import { blockingThreads, headline } from '../support/screen';

const unpacked = join(root, 'dist/linux-unpacked');
const packaged = join(unpacked, 'klpscope');

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(300_000);
  const { status, output } = await runQuietly(
    process.execPath,
    [join(root, 'node_modules/tsx/dist/cli.mjs'), 'scripts/package.ts'],
    { cwd: root },
  );
  expect(status, output).toBe(0);
});

test('the packaged app opens a capture, and brings its sample states', async ({ folder }) => {
  const args = argumentsOf([sample('04-stalled-patching')], { packaged }, folder);
  await lookInto(packaged, args, 'klpvm – Klpscope', async (page) => {
    await expect(headline(page)).toContainText('lp_busy is being applied');
    await expect(blockingThreads(page)).toContainText('klp_busy_wait_d');
    await page.keyboard.press('Control+Shift+s');
    await page.getByRole('button', { name: /^Two on one function/ }).click();
    await expect(headline(page)).toContainText('2 livepatches are applied');
  });
});

test('it runs the command line, without a display', async ({ run }) => {
  const { status, stdout } = await run(['status', '--json', sample('02-one-enabled')], {
    packaged,
    env: { DISPLAY: '', WAYLAND_DISPLAY: '' },
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ format: 'klpscope/status', source: 'archive' });
});

test('it takes pictures', async ({ run, folder }) => {
  const file = join(folder, 'packaged.png');
  const { status } = await run([sample('02-one-enabled'), '--screenshot', file], { packaged });
  expect(status).toBe(0);
  expect(existsSync(file)).toBe(true);
});

test('it is no general interpreter', async ({ run, folder }) => {
  const script = join(folder, 'script.js');
  const { stdout } = await run(['--version'], {
    packaged,
    env: { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require ${script}` },
  });
  expect(stdout).toMatch(/^klpscope \d/);
});
