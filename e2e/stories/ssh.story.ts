/** Connecting as people do, against Debian's own sshd on loopback: questions, refusals, loss, return. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { fabricateRoot, type FabricatedRoot } from '../../testing/sshd/fabricatedRoot';
import { newSecret } from '../../testing/sshd/secrets';
import {
  cannotServe,
  startSshd,
  type ServerOptions,
  type SshServer,
} from '../../testing/sshd/server';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, openPalette, startHeading } from '../support/screen';

const impossible = cannotServe();
test.skip(impossible !== undefined, `no sshd here: ${impossible}`);

let server: SshServer | null = null;
let host: FabricatedRoot | null = null;

test.afterEach(async () => {
  await server?.stop();
  server = null;
  host?.remove();
  host = null;
});

/** A server whose sessions see the files of a capture of a real kernel. */
async function serve(options: ServerOptions = {}): Promise<SshServer> {
  host = fabricateRoot(sample('02-one-enabled'));
  const { path } = host;
  const mounts = [
    `mount --bind '${path}/bin/dmesg' "$(readlink -f "$(command -v dmesg)")"`,
    `mount --rbind '${path}/sys' /sys`,
  ];
  server = await startSshd({ ...options, prepare: [...mounts, ...(options.prepare ?? [])] });
  return server;
}

/** The app's variables: an ssh_config of the story's own with the host `db1`, and no other keys. */
function configured(
  to: SshServer,
  folder: string,
  { user = 'root', knownHosts = join(folder, 'known_hosts'), lines = [] as readonly string[] } = {},
): { readonly env: Record<string, string> } {
  const path = join(folder, 'ssh_config');
  const options = [
    ...lines,
    'HostName 127.0.0.1',
    `Port ${to.port}`,
    `User ${user}`,
    `IdentityFile ${to.keys.ed25519}`,
    'IdentityAgent none',
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile /dev/null',
  ];
  writeFileSync(path, `Host db1\n  ${options.join('\n  ')}\nHost *.internal\n`);
  return { env: { KLPSCOPE_SSH_CONFIG: path, XDG_CONFIG_HOME: join(folder, 'config') } };
}

function fingerprintOf(to: SshServer): string {
  const line = execFileSync('ssh-keygen', ['-lf', join(to.folder, 'host.pub')]).toString();
  return line.split(' ')[1] ?? '';
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('list', { name: 'Hosts of your SSH configuration' }).getByText(name).click();
}

test('an unknown host key is shown, accepted, and remembered', async ({ launch, folder }) => {
  const to = await serve();
  const options = configured(to, folder);
  const first = await launch([], options);
  await expect(startHeading(first.page)).toBeVisible();
  await expect(first.page.getByText('*.internal')).toHaveCount(0);
  await choose(first.page, 'db1');
  const dialog = first.page.getByRole('dialog', { name: 'The key of 127.0.0.1 is not known' });
  await expect(dialog).toContainText(fingerprintOf(to));
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await first.page.keyboard.press('Enter');
  await expect(first.page.getByRole('main')).toContainText('host-key-unknown');

  await first.page.getByRole('button', { name: 'Try again' }).click();
  await dialog.getByRole('button', { name: 'Accept for Klpscope' }).click();
  await expect(headline(first.page)).toContainText('is applied');
  await expect(first.page.getByText('read as root')).toBeVisible();
  await expect(first.page.getByText('every 5 s')).toBeVisible();
  expect(existsSync(join(folder, 'known_hosts'))).toBe(false);
  await first.close();

  const second = await launch(['db1'], options);
  await expect(headline(second.page)).toContainText('is applied');
});

test('a key that is saved goes to known_hosts', async ({ launch, folder }) => {
  const to = await serve();
  const { page } = await launch(['db1'], configured(to, folder));
  await page.getByRole('button', { name: 'Accept and save in known_hosts' }).click();
  await expect(headline(page)).toContainText('is applied');
  expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toBe(
    `[127.0.0.1]:${to.port} ${to.hostKey}\n`,
  );
});

test('a wrong password is asked for again', async ({ launch, folder }) => {
  const to = await serve({ config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] });
  const options = configured(to, folder, { knownHosts: to.knownHostsFile });
  const { page } = await launch([], options);
  await page.getByRole('textbox', { name: 'Host to connect to' }).fill('db1');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Password of root on db1' });
  await expect(dialog.getByRole('textbox', { name: 'Password' })).toBeFocused();
  await page.keyboard.type(newSecret('password'));
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('not right');
  await page.keyboard.type(to.password);
  await page.keyboard.press('Enter');
  await expect(headline(page)).toContainText('is applied');
  await expect(dialog).toHaveCount(0);
});

test('a changed host key is refused, with both fingerprints and no way to accept', async ({
  launch,
  folder,
}) => {
  const to = await serve();
  const other = join(folder, 'other');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
  const old = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${to.port} ${old}\n`);
  const { page } = await launch(['db1'], configured(to, folder, { knownHosts }));
  const main = page.getByRole('main');
  await expect(main).toContainText('host-key-changed');
  await expect(main.getByRole('definition').first()).toContainText(fingerprintOf(to));
  const remove = `ssh-keygen -R '[127.0.0.1]:${to.port}' -f '${knownHosts}'`;
  await expect(main.getByText(remove, { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /accept/i })).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a server that is gone leaves the last state, and is live again when it is back', async ({
  launch,
  folder,
}) => {
  const to = await serve();
  const { page } = await launch(['db1'], configured(to, folder, { knownHosts: to.knownHostsFile }));
  await expect(headline(page)).toContainText('is applied');
  await page.evaluate(() => window.klpscope.request('settings:change', { interval: 0.5 }));
  to.signal('SIGKILL');
  await expect(headline(page)).toContainText(/stale since \d\d:\d\d:\d\d/);
  const bar = page.getByRole('region', { name: 'Connection' });
  await expect(bar).toContainText('connects again by itself');
  await page.keyboard.press('Control+2');
  await expect(page.getByRole('tabpanel')).toContainText('lp_one');
  await to.restart();
  await bar.getByRole('button', { name: 'Reconnect now' }).click();
  await expect(headline(page)).toContainText('is applied');
  await expect(bar).toHaveCount(0);
});

test('what only root may read is read through sudo, with the password of the user', async ({
  launch,
  folder,
}) => {
  const to = await serve();
  const known = { user: 'operator', knownHosts: to.knownHostsFile };
  const { page } = await launch(['db1'], configured(to, folder, known));
  const bar = page.getByRole('region', { name: 'Rights' });
  await bar.getByRole('button', { name: 'Read through sudo' }).click();
  const dialog = page.getByRole('dialog', { name: 'sudo on db1 wants a password' });
  await expect(dialog).toContainText('password of operator on db1');
  await page.keyboard.press('Escape');
  await expect(bar).toContainText(
    'wants a password of operator. What the login may read is shown.',
  );
  await expect(headline(page)).toContainText('is applied');
  await bar.getByRole('button', { name: 'Try again with a password' }).click();
  await expect(dialog).toBeVisible();
  await page.keyboard.type(to.password);
  await page.keyboard.press('Enter');
  await expect(page.getByText('read as root')).toBeVisible();
  await expect(bar).toHaveCount(0);
});

test('what is no host is said in its place', async ({ launch, folder }) => {
  const to = await serve();
  const { page } = await launch([], configured(to, folder));
  await page.getByRole('textbox', { name: 'Host to connect to' }).fill('db1:99999');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('a port lies between 1 and 65535');
  await expect(startHeading(page)).toBeVisible();
});

test('the palette connects to configured hosts', async ({ launch, folder }) => {
  const to = await serve();
  const { page } = await launch([], configured(to, folder, { knownHosts: to.knownHostsFile }));
  await openPalette(page);
  await page.keyboard.type('connect db1');
  await page.getByRole('option', { name: /Connect to db1/ }).waitFor();
  await page.keyboard.press('Enter');
  await expect(headline(page)).toContainText('is applied');
});
