/** A host behind a network that fails: a cable that is pulled, a way that leads nowhere, a slow one. */
import type { Page } from '@playwright/test';
import { hostOf, type HostOptions } from '../../testing/sshd/client';
import { fabricateRoot, type FabricatedRoot } from '../../testing/sshd/fabricatedRoot';
import { cannotSeparate, makeNet, type Net } from '../../testing/sshd/netns';
import { startRelay } from '../../testing/sshd/relay';
import { cannotServe, startSshd, type SshServer } from '../../testing/sshd/server';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, openPalette, railHosts, startHeading } from '../support/screen';

const impossible = cannotServe() ?? cannotSeparate();
if (impossible !== undefined) console.warn(`SKIPPED: stories of networks: ${impossible}`);
test.skip(impossible !== undefined, `no network of its own here: ${impossible}`);
// One server for all.
test.describe.configure({ mode: 'default' });

let net: Net;
let server: SshServer;
let root: FabricatedRoot;

test.beforeAll(async () => {
  net = makeNet();
  root = fabricateRoot(sample('02-one-enabled'));
  server = await startSshd({
    addresses: [net.address],
    inside: net.inside,
    prepare: [`mount --rbind '${root.path}/sys' /sys`],
  });
});

test.afterAll(async () => {
  await server.stop();
  root.remove();
  net.remove();
});

const patient = { timeout: 30_000 };

function configured(more: HostOptions) {
  const quick = ['ConnectTimeout 1', 'ServerAliveInterval 1', 'ServerAliveCountMax 2'];
  return { env: hostOf(server, { address: net.address, lines: quick, ...more }) };
}

function bar(page: Page) {
  return page.getByRole('region', { name: 'Connection' });
}

async function readOften(page: Page): Promise<void> {
  await page.evaluate(() => window.klpscope.request('settings:change', { interval: 0.5 }));
}

const troubles = [
  { what: 'whose cable is pulled', cut: () => net.unplug(), mend: () => net.plug() },
  { what: 'whose way back leads nowhere', cut: () => net.swallow(), mend: () => net.release() },
];

for (const { what, cut, mend } of troubles) {
  test(`a host ${what} is stale, and live again by itself`, async ({ launch }) => {
    const { page } = await launch(['db1'], configured({}));
    await expect(headline(page)).toContainText('is applied');
    await readOften(page);
    cut();
    try {
      await expect(headline(page)).toContainText(/stale since \d\d:\d\d:\d\d/, patient);
      await expect(bar(page)).toContainText('connects again by itself');
      await page.keyboard.press('Control+2');
      await expect(page.getByRole('tabpanel')).toContainText('lp_one');
    } finally {
      mend();
    }
    await expect(headline(page)).toContainText('is applied', patient);
    await expect(bar(page)).toHaveCount(0);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
}

test('while a host does not answer the window does, and connecting can be given up', async ({
  launch,
}) => {
  net.swallow();
  try {
    const { page } = await launch(['db1'], configured({ lines: ['ConnectTimeout 60'] }));
    const main = page.getByRole('main');
    await expect(main).toContainText('Connecting to db1');
    await openPalette(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('combobox')).toHaveCount(0);
    await main.getByRole('button', { name: 'Cancel' }).click();
    await expect(startHeading(page)).toBeVisible();
    await expect(railHosts(page)).toHaveCount(0);
  } finally {
    net.release();
  }
});

test('a host that never answered is said so within the configured time, and tried again on request', async ({
  launch,
}) => {
  net.swallow();
  let isSwallowed = true;
  try {
    const { page } = await launch(['db1'], configured({}));
    const main = page.getByRole('main');
    await expect(main).toContainText('did not answer within 1 s');
    await expect(main.getByText('timeout', { exact: true })).toBeVisible();
    net.release();
    isSwallowed = false;
    await main.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(headline(page)).toContainText('is applied');
  } finally {
    if (isSwallowed) net.release();
  }
});

test('connecting anew shows that it is tried, can be given up, and is not held up by a try before', async ({
  launch,
}) => {
  const lines = ['ConnectTimeout 60', 'ServerAliveInterval 1', 'ServerAliveCountMax 1'];
  const { page } = await launch(['db1'], configured({ lines }));
  await expect(headline(page)).toContainText('is applied');
  await readOften(page);
  net.swallow();
  try {
    await expect(headline(page)).toContainText('stale since', patient);
    await bar(page).getByRole('button', { name: 'Reconnect now' }).click();
    await expect(bar(page).getByRole('status')).toContainText('Connecting');
    await bar(page).getByRole('button', { name: 'Cancel' }).click();
    await expect(bar(page).getByRole('button', { name: 'Reconnect now' })).toBeVisible();
    await expect(headline(page)).toContainText('stale since');
    await bar(page).getByRole('button', { name: 'Reconnect now' }).click();
    await expect(bar(page).getByRole('status')).toContainText('Connecting');
  } finally {
    net.release();
  }
  await expect(headline(page)).toContainText('is applied', patient);
  await expect(bar(page)).toHaveCount(0);
});

test('a host that is slow to answer is read more rarely, and the header says so', async ({
  launch,
}) => {
  const relay = await startRelay(server.port, net.address);
  try {
    const at = { address: '127.0.0.1', port: relay.port, lines: [] };
    const { page } = await launch(['db1'], configured(at));
    await expect(headline(page)).toContainText('is applied');
    await expect(page.getByText('every 5 s', { exact: true })).toBeVisible();
    await readOften(page);
    relay.delay(150);
    await expect(page.getByText(/^a round takes [\d.]+ s$/)).toBeVisible();
    relay.delay(0);
    await expect(page.getByText('every 5 s', { exact: true })).toBeVisible();
  } finally {
    relay.stop();
  }
});

test('a host in whose place another one answers is not read any more, and asks nothing', async ({
  launch,
}) => {
  const addresses = [net.address];
  const first = await startSshd({ addresses, inside: net.inside });
  const { page } = await launch(['db1'], { env: hostOf(first, { address: net.address }) });
  await expect(headline(page)).toContainText('no livepatching');
  await readOften(page);
  first.signal('SIGKILL');
  const other = await startSshd({ addresses, inside: net.inside, port: first.port });
  try {
    await expect(bar(page)).toContainText('It is not read again until you say so', patient);
    await expect(page.getByText(/ssh-keygen -R/).first()).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByRole('button', { name: /accept/i })).toHaveCount(0);
  } finally {
    await Promise.all([first.stop(), other.stop()]);
  }
});
