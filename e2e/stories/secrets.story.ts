/** Secrets that are remembered, by a real keyring, and those that can't be. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { hostOf } from '../../testing/sshd/client';
import { newSecret } from '../../testing/sshd/secrets';
import { cannotServe, startSshd, type SshServer } from '../../testing/sshd/server';
import { expect, test } from '../support/app';
import { cannotKeep, startKeyring, type Keyring } from '../support/keyring';
import { headline, openPalette } from '../support/screen';

const impossible = cannotServe();
test.skip(impossible !== undefined, `no sshd here: ${impossible}`);

let server: SshServer;
let keyring: Keyring | null = null;

test.beforeAll(async () => {
  server = await startSshd({ config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] });
});
test.afterAll(() => server.stop());
test.afterEach(() => {
  keyring?.stop();
  keyring = null;
});

function passwordDialog(page: Page, user = 'root') {
  return page.getByRole('dialog', { name: `Password of ${user} on db1` });
}

async function runCommand(page: Page, words: string, title: RegExp): Promise<void> {
  await openPalette(page);
  await page.keyboard.type(words);
  await page.getByRole('option', { name: title }).waitFor();
  await page.keyboard.press('Enter');
}

test('without a keyring nothing can be remembered, and the dialog says why', async ({
  launch,
  folder,
}) => {
  const { page, electron } = await launch(['db1'], {
    env: hostOf(server),
    switches: ['--password-store=basic'],
  });
  const backend = await electron.evaluate(({ safeStorage }) =>
    safeStorage.getSelectedStorageBackend(),
  );
  expect(backend).toBe('basic_text');
  const dialog = passwordDialog(page);
  await expect(dialog.getByRole('checkbox', { name: 'Remember it' })).toBeDisabled();
  await expect(dialog).toContainText('readable for anybody');
  // Whatever the page may say.
  await page.evaluate((secret) => {
    return window.klpscope.request('question:answer', { id: 1, answers: [secret, 'remember'] });
  }, server.password);
  await expect(page.getByText('read as root')).toBeVisible();
  expect(existsSync(join(folder, 'profile/secrets.json'))).toBe(false);
});

test('a password is remembered by a keyring, and forgotten on demand', async ({
  launch,
  folder,
}) => {
  test.skip(cannotKeep() !== undefined, `no keyring here: ${cannotKeep()}`);
  keyring = await startKeyring(folder);
  const options = {
    env: { ...hostOf(server), ...keyring.env },
    switches: ['-r', join(import.meta.dirname, '../support/withKeyring.cjs')],
  };
  const file = join(folder, 'profile/secrets.json');
  const first = await launch(['db1'], options);
  const dialog = passwordDialog(first.page);
  await dialog.getByRole('checkbox', { name: 'Remember it' }).check();
  const field = dialog.getByRole('textbox', { name: 'Password' });
  await field.fill(newSecret('password'));
  await first.page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('not right');
  expect(existsSync(file)).toBe(false);
  await dialog.getByRole('checkbox', { name: 'Remember it' }).check();
  await field.fill(server.password);
  await first.page.keyboard.press('Enter');
  await expect(first.page.getByText('read as root')).toBeVisible();
  await expect.poll(() => existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).not.toContain(server.password);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await first.close();

  const second = await launch(['db1'], options);
  await expect(second.page.getByText('read as root')).toBeVisible();
  await runCommand(second.page, 'forget host', /Forget remembered secrets of this host/);
  await expect(second.page.getByText('Forgotten: 1 secret')).toBeVisible();
  await second.close();

  const third = await launch(['db1'], options);
  await expect(passwordDialog(third.page)).toBeVisible();
});

test('where sudo refuses, what the login may read is shown, and it is said why', async ({
  launch,
}) => {
  const { page } = await launch(['db1'], {
    env: hostOf(server, { user: 'viewer' }),
    switches: ['--password-store=basic'],
  });
  await passwordDialog(page, 'viewer').getByRole('textbox').fill(server.password);
  await page.keyboard.press('Enter');
  const bar = page.getByRole('region', { name: 'Rights' });
  await bar.getByRole('button', { name: 'Read through sudo' }).click();
  await passwordDialog(page, 'viewer').getByRole('textbox').fill(server.password);
  await page.keyboard.press('Enter');
  const sudo = page.getByRole('dialog', { name: 'sudo on db1 wants a password' });
  await sudo.getByRole('textbox').fill(server.password);
  await page.keyboard.press('Enter');
  await expect(bar).toContainText('viewer may not use sudo on db1');
  await expect(headline(page)).not.toContainText('stale');
  await expect(bar.getByRole('button', { name: 'Try again with a password' })).toBeVisible();
});
