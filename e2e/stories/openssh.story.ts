/** The system's OpenSSH from the window: offered, chosen, remembered; hops, codes, certificates. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { promptLimits } from '../../shared/api/prompts';
import { askingServer } from '../../testing/sshd/askingServer';
import { fabricateRoot, type FabricatedRoot } from '../../testing/sshd/fabricatedRoot';
import {
  cannotServe,
  startSshd,
  type ServerOptions,
  type SshServer,
} from '../../testing/sshd/server';
import { newSecret } from '../../testing/sshd/secrets';
import { configFile, expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, openPalette, startHeading } from '../support/screen';

const impossible = cannotServe();
test.skip(impossible !== undefined, `no sshd here: ${impossible}`);

const servers: SshServer[] = [];
let host: FabricatedRoot | null = null;

test.afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  host?.remove();
  host = null;
});

/** A server whose sessions see the files of a capture of a real kernel. */
async function serve(options: ServerOptions = {}): Promise<SshServer> {
  host ??= fabricateRoot(sample('02-one-enabled'));
  const { path } = host;
  const prepare = [
    `mount --bind '${path}/bin/dmesg' "$(readlink -f "$(command -v dmesg)")"`,
    `mount --rbind '${path}/sys' /sys`,
  ];
  const server = await startSshd({ ...options, prepare });
  servers.push(server);
  return server;
}

function block(name: string, { port, keys }: Pick<SshServer, 'port' | 'keys'>): string[] {
  return [
    `Host ${name}`,
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  IdentityFile ${keys.ed25519}`,
  ];
}

function line({ port, hostKey }: SshServer, key = hostKey): string {
  return `[127.0.0.1]:${port} ${key}`;
}

/** The app's variables and files: configuration and known hosts of the story's own. */
function configured(folder: string, config: readonly string[], known: readonly string[] = []) {
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, known.map((each) => `${each}\n`).join(''));
  const common = [
    'Host *',
    '  User root',
    '  IdentityAgent none',
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${knownHosts}`,
    '  GlobalKnownHostsFile /dev/null',
  ];
  const path = join(folder, 'ssh_config');
  writeFileSync(path, [...config, ...common, ''].join('\n'));
  const env = { KLPSCOPE_SSH_CONFIG: path, XDG_CONFIG_HOME: join(folder, 'config') };
  return { options: { env }, knownHosts };
}

/** As if a person had chosen it for the host before. */
function chosenBefore(folder: string, name: string, transport: 'ssh2' | 'openssh'): void {
  const file = configFile(folder);
  mkdirSync(dirname(file), { recursive: true });
  const settings = { transports: { [name]: transport } };
  writeFileSync(file, JSON.stringify({ format: 'klpscope/config', version: 1, settings }));
}

function makeKey(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
  return path;
}

function printOf(path: string): string {
  return execFileSync('ssh-keygen', ['-lf', path]).toString().split(' ')[1] ?? '';
}

/** How a dialog looks, dark, light and in a narrow window, for whoever looks at the results. */
async function picture(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((value) => {
      document.documentElement.dataset['theme'] = value;
    }, theme);
    await page.screenshot({ path: test.info().outputPath(`${name}-${theme}.png`) });
  }
  await page.setViewportSize({ width: 420, height: 720 });
  await page.screenshot({ path: test.info().outputPath(`${name}-narrow.png`) });
  await page.setViewportSize(size ?? { width: 1280, height: 820 });
}

/** Nothing of an open dialog sticks out of a narrow window. */
async function expectNothingCutOff(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog');
  const isWide = await dialog.evaluate((element) => element.scrollWidth > element.clientWidth + 1);
  expect(isWide).toBe(false);
}

test('OpenSSH is offered for a ProxyCommand, remembered, and the choice can be changed', async ({
  launch,
  folder,
}) => {
  const [gate, db] = [await serve(), await serve()];
  const command = `ssh -F /dev/null -i ${gate.keys.ed25519} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p ${gate.port} -W 127.0.0.1:%p root@127.0.0.1`;
  const { options } = configured(
    folder,
    [...block('db1', db), `  ProxyCommand ${command}`],
    [line(db)],
  );
  const first = await launch(['db1'], options);
  const dialog = first.page.getByRole('dialog', { name: 'Which SSH for db1?' });
  await expect(dialog).toContainText('uses a ProxyCommand, which the built-in SSH can’t do');
  await expect(dialog.getByRole('button', { name: 'Use the built-in SSH' })).toBeDisabled();
  await picture(first.page, 'which-ssh');
  await expectNothingCutOff(first.page);
  await expect(dialog.getByRole('button', { name: 'Use the system’s OpenSSH' })).toBeFocused();
  await first.page.keyboard.press('Enter');
  await expect(headline(first.page)).toContainText('is applied');
  await first.close();

  const { page } = await launch(['db1'], options);
  await expect(headline(page)).toContainText('is applied');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await openPalette(page);
  await page.keyboard.type('ssh of this host built-in');
  await page.getByRole('option', { name: /SSH of this host: built-in/ }).click();
  const bar = page.getByRole('region', { name: 'Connection' });
  await bar.getByRole('button', { name: 'Use the system’s OpenSSH' }).click();
  await expect(bar).toHaveCount(0);
  await expect(headline(page)).not.toContainText('stale');
});

test('the question which SSH can be cancelled, and then nothing is connected to', async ({
  launch,
  folder,
}) => {
  const db = await serve();
  const key = makeKey(folder, 'id');
  writeFileSync(`${key}-cert.pub`, readFileSync(`${key}.pub`));
  const { options } = configured(
    folder,
    [...block('db1', db), `  IdentityFile ${key}`],
    [line(db)],
  );
  const { page } = await launch(['db1'], options);
  const dialog = page.getByRole('dialog', { name: 'Which SSH for db1?' });
  await expect(dialog).toContainText('a user certificate');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('main')).toContainText('authentication-needed');
  expect(db.log()).not.toContain('Accepted');
  await page.getByRole('button', { name: 'Try again' }).click();
  await dialog.getByRole('button', { name: 'Use the built-in SSH' }).click();
  await expect(headline(page)).toContainText('is applied');
});

test('a user certificate logs in through OpenSSH, and after ssh2 was refused OpenSSH is offered', async ({
  launch,
  folder,
}) => {
  const authority = makeKey(folder, 'authority');
  const key = makeKey(folder, 'ada');
  const sign = ['-q', '-s', authority, '-I', 'ada', '-n', 'root', `${key}.pub`];
  execFileSync('ssh-keygen', sign, { stdio: 'ignore' });
  const db = await serve({
    config: [`TrustedUserCAKeys ${authority}.pub`, 'AuthorizedKeysFile none'],
  });
  const config = ['Host db1', '  HostName 127.0.0.1', `  Port ${db.port}`, `  IdentityFile ${key}`];
  const { options } = configured(folder, config, [line(db)]);
  const { page } = await launch(['db1'], options);
  const dialog = page.getByRole('dialog', { name: 'Which SSH for db1?' });
  await dialog.getByRole('button', { name: 'Use the built-in SSH' }).click();
  const main = page.getByRole('main');
  await expect(main).toContainText('authentication-failed');
  await expect(main).toContainText('a user certificate');
  await picture(page, 'refused-with-advice');
  await page.getByRole('button', { name: 'Use the system’s OpenSSH' }).click();
  await expect(headline(page)).toContainText('is applied');
  expect(db.log()).toContain('CA ED25519');
});

for (const transport of ['ssh2', 'openssh'] as const) {
  test(`the unknown key of a second hop is shown under its name and saved, by ${transport}`, async ({
    launch,
    folder,
  }) => {
    const [gate, inner, db] = [await serve(), await serve(), await serve()];
    const hosts = [
      ...block('gate', gate),
      ...block('inner', inner),
      ...block('db1', db),
      '  ProxyJump gate,inner',
    ];
    const { options, knownHosts } = configured(folder, hosts, [line(gate), line(db)]);
    chosenBefore(folder, 'db1', transport);
    const { page } = await launch(['db1'], options);
    const dialog = page.getByRole('dialog', { name: 'The key of 127.0.0.1 is not known' });
    await expect(dialog).toContainText(`port ${inner.port}`);
    await expect(dialog).toContainText(printOf(join(inner.folder, 'host.pub')));
    await expect(dialog).toContainText(knownHosts);
    await expect(dialog).toContainText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await picture(page, 'unknown-key');
    await expectNothingCutOff(page);
    await dialog.getByRole('button', { name: 'Accept and save in known_hosts' }).click();
    await expect(headline(page)).toContainText('is applied');
    await expect
      .poll(() => readFileSync(knownHosts, 'utf8').trim().split('\n'))
      .toEqual([line(gate), line(db), line(inner)]);
  });

  test(`a password and then a code are asked for, one after the other, by ${transport}`, async ({
    launch,
    folder,
  }) => {
    const given: string[][] = [];
    const [password, code] = [newSecret('password'), newSecret('code')];
    const asking = await askingServer([['Password: '], ['One-time code: ']], given);
    const config = ['Host db1', '  HostName 127.0.0.1', `  Port ${asking.port}`];
    const { options } = configured(folder, config);
    chosenBefore(folder, 'db1', transport);
    const { page } = await launch(['db1'], options);
    await page.getByRole('button', { name: 'Accept for Klpscope' }).click();
    const dialog = page.getByRole('dialog', { name: 'db1 asks' });
    await expect(dialog.getByLabel('Password:')).toBeFocused();
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await expect(dialog.getByLabel('One-time code:')).toBeFocused();
    await picture(page, 'code');
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await expect(headline(page)).toBeVisible();
    expect(given).toEqual([[password], [code]]);
    asking.stop();
  });
}

test('as many questions at once as are passed on are answered in one dialog; one more is refused', async ({
  launch,
  folder,
}) => {
  const given: string[][] = [];
  const prompts = (count: number) => Array.from({ length: count }, (_, place) => `${place + 1}: `);
  const [asking, greedy] = await Promise.all([
    askingServer([prompts(promptLimits.count)], given),
    askingServer([prompts(promptLimits.count + 1)], given),
  ]);
  try {
    const { options } = configured(folder, [
      'Host db*',
      '  HostName 127.0.0.1',
      'Host db1',
      `  Port ${asking.port}`,
      'Host db2',
      `  Port ${greedy.port}`,
    ]);
    const { page } = await launch(['db1'], options);
    const accept = page.getByRole('button', { name: 'Accept for Klpscope' });
    await accept.click();
    const fields = page.getByRole('dialog', { name: 'db1 asks' }).locator('input');
    await expect(fields).toHaveCount(promptLimits.count);
    const codes = prompts(promptLimits.count).map(() => newSecret('code'));
    for (const [place, code] of codes.entries()) await fields.nth(place).fill(code);
    await page.keyboard.press('Enter');
    await expect(headline(page)).toBeVisible();
    expect(given).toEqual([codes]);

    await openPalette(page);
    await page.keyboard.type('db2');
    await page.keyboard.press('Enter');
    await accept.click();
    await expect(page.getByRole('main')).toContainText('authentication-failed');
    await expect(page.getByRole('main')).toContainText('asks 17 questions at once');
  } finally {
    asking.stop();
    greedy.stop();
  }
});

test('a changed key is refused by OpenSSH too, with both fingerprints, the place and the command', async ({
  launch,
  folder,
}) => {
  const db = await serve();
  const other = makeKey(folder, 'other');
  const old = readFileSync(`${other}.pub`, 'utf8').trim();
  const { options, knownHosts } = configured(folder, block('db1', db), [line(db, old)]);
  chosenBefore(folder, 'db1', 'openssh');
  const { page } = await launch(['db1'], options);
  const main = page.getByRole('main');
  await expect(main).toContainText('host-key-changed');
  const facts = main.getByRole('definition');
  await expect(facts.nth(0)).toContainText(printOf(join(db.folder, 'host.pub')));
  await expect(facts.nth(1)).toContainText(printOf(`${other}.pub`));
  await expect(facts.nth(3)).toContainText(`${knownHosts}, line 1`);
  const remove = `ssh-keygen -R '[127.0.0.1]:${db.port}' -f '${knownHosts}'`;
  await expect(main.getByText(remove, { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /accept/i })).toHaveCount(0);
  await picture(page, 'changed-key');
  execFileSync('sh', ['-c', remove], { stdio: 'ignore' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'Accept for Klpscope' }).click();
  await expect(headline(page)).toContainText('is applied');
});

test('damaged files of Klpscope’s own are set aside and reported', async ({ launch, folder }) => {
  const { options } = configured(folder, []);
  const config = configFile(folder);
  const earlier = [
    join(dirname(config), 'known-hosts.json'),
    join(folder, 'profile', 'settings.json'),
  ];
  for (const files of [earlier, [config]]) {
    for (const path of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '{ "broken');
    }
    const app = await launch([], options);
    await expect(startHeading(app.page)).toBeVisible();
    const notices = app.page.getByRole('region', { name: 'Notices' });
    for (const path of files) {
      await expect(notices.getByText(`kept as ${path}.broken`)).toBeVisible();
      expect(readFileSync(`${path}.broken`, 'utf8')).toBe('{ "broken');
    }
    await app.close();
  }
});
