/** A page that dies is loaded again, with everything that was open; a disk that hangs holds up nothing. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, railHosts } from '../support/screen';
import { settledHost, writeTree } from '../support/trees';

const saidSchema = z.object({ told: z.array(z.string()), shown: z.string() });

// Without Playwright, whose page would not come back.
test('after a crash the window comes back and says what happened', async ({ run }) => {
  const hook = join(import.meta.dirname, '../support/crash.cjs');
  const { status, stdout, stderr } = await run([sample('04-stalled-patching')], {
    switches: ['-r', hook],
  });
  expect(status).toBe(0);
  const { told, shown } = saidSchema.parse(JSON.parse(stdout));
  expect(told).toEqual(['The window failed and was loaded again.']);
  expect(shown).toContain('klpvm');
  expect(stderr).toContain('is started again');
});

test('a host on a disk that never answers holds up neither the others nor the end', async ({
  launch,
  folder,
}) => {
  const tree = join(folder, 'db1');
  writeTree(tree, settledHost('db1'));
  const name = join(tree, 'proc/sys/kernel/hostname');
  rmSync(name);
  execFileSync('mkfifo', [name]);
  const hook = join(import.meta.dirname, '../support/hangingDisk.cjs');
  const { electron, page } = await launch([`dir:${tree}`, 'demo:clean-apply'], {
    switches: ['-r', hook],
  });
  const held = railHosts(page).filter({ hasText: 'db1' });
  await expect(headline(page)).toBeVisible();
  await expect(held).toContainText('reading …');
  await page.keyboard.press('F9');
  await expect(headline(page)).toContainText('livepatch_tcp_fix');
  await expect(held).toContainText('reading …');
  const ended = new Promise((resolve) => electron.process().once('exit', resolve));
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await ended;
});
