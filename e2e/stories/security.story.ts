/** What the page cannot do, tried from inside of it. */
import type { Page } from '@playwright/test';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';
import { headline, tab, viewTitles } from '../support/screen';

const stalled = sample('04-stalled-patching');

/** Collects violations of the content security policy from the page's first line on. */
async function watchViolations(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) => {
      violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return () => page.evaluate((): string[] => Reflect.get(window, 'violations'));
}

test('no view, dialog or theme violates the content security policy', async ({ launch }) => {
  const { page } = await launch([stalled]);
  const violations = await watchViolations(page);
  for (const [index, title] of viewTitles.entries()) {
    await page.keyboard.press(`Control+${index + 1}`);
    await expect(tab(page, title)).toHaveAttribute('aria-selected', 'true');
  }
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('theme: dark');
  await page.keyboard.press('Enter');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+1');
  await page.getByRole('button', { name: /force/i }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('inline code, foreign files and connections are refused', async ({ launch }) => {
  const { page } = await launch([], { expected: /^Refused to|violates the document's/ });
  const violations = await watchViolations(page);
  await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    const style = document.createElement('style');
    style.textContent = 'body { outline: 9px solid red }';
    const frame = document.createElement('iframe');
    frame.src = 'https://example.org/';
    const image = document.createElement('img');
    image.src = 'https://example.org/x.png';
    document.body.append(script, style, frame, image);
    await fetch('https://example.org/').catch(() => null);
  });
  await expect
    .poll(async () =>
      (await violations())
        .map((violation) => violation.split(' ')[0])
        .toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1)),
    )
    .toEqual(['connect-src', 'frame-src', 'img-src', 'script-src-elem', 'style-src-elem']);
  expect(await page.evaluate(() => Reflect.has(window, 'inlineRan'))).toBe(false);
});

test('every file comes with the policy; only files of the window are served', async ({
  launch,
}) => {
  const { electron, page } = await launch();
  const response = await page.reload();
  const headers = response?.headers() ?? {};
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers['x-content-type-options']).toBe('nosniff');
  const statusOf = (url: string, method = 'GET') =>
    electron.evaluate(
      async ({ net }, [address = '', verb = '']) =>
        (await net.fetch(address, { method: verb })).status,
      [url, method],
    );
  expect(await statusOf('app://klpscope/index.html')).toBe(200);
  expect(await statusOf('app://klpscope/index.html', 'POST')).toBe(404);
  expect(await statusOf('app://klpscope/..%2f..%2fpackage.json')).toBe(404);
  expect(await statusOf('app://klpscope/..%2fmain%2fmain.cjs')).toBe(404);
  expect(await statusOf('app://elsewhere/index.html')).toBe(404);
});

test('the window cannot be led away, and opens no other', async ({ launch }) => {
  const { electron, page } = await launch([], { expected: /^Not allowed to load local resource/ });
  const inPage = <T>(code: string): Promise<T> =>
    electron.evaluate(
      ({ BrowserWindow }, text) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text),
      code,
    );
  expect(await page.evaluate(() => window.open('https://example.org/'))).toBeNull();
  for (const address of ['https://example.org/', 'file:///etc/passwd', 'app://klpscope/x.html']) {
    for (const target of ['_self', '_blank']) {
      await inPage(`{
        const link = document.createElement('a');
        link.href = '${address}';
        link.target = '${target}';
        document.body.append(link);
        link.click();
      }`);
    }
    expect(await inPage('location.href')).toBe('app://klpscope/index.html');
    expect(await inPage('document.querySelectorAll("h1").length')).toBe(1);
  }
  expect(electron.windows()).toHaveLength(1);
});

test('the page has neither Node nor Electron, only the bridge', async ({ launch }) => {
  const { electron, page } = await launch();
  const found = await page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter(
      (name) => Reflect.has(window, name),
    ),
    bridge: Object.keys(window.klpscope).sort(),
  }));
  expect(found).toEqual({ node: [], bridge: ['pathOfFile', 'request', 'subscribe'] });
  const preferences = await electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    // Not in Electron's types, and just what is asked for here.
    const read: unknown = window && Reflect.get(window.webContents, 'getLastWebPreferences');
    return typeof read === 'function' ? read.call(window?.webContents) : null;
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
  });
});

test('unknown channels and asks outside of the contract are refused', async ({ launch }) => {
  const { page } = await launch();
  const tried = await page.evaluate(async () => {
    const bridge: { request(name: string, argument: unknown): Promise<unknown> } = window.klpscope;
    const refused = async (name: string, argument: unknown): Promise<string> => {
      try {
        return `answered ${JSON.stringify(await bridge.request(name, argument))}`;
      } catch (error) {
        return String(error);
      }
    };
    return {
      unknown: await refused('settings:read', {}),
      wrongType: await refused('host:open', { target: 7 }),
      tooMuch: await refused('host:open', { target: 'x', also: 'this' }),
      tooLong: await refused('host:open', { target: 'x'.repeat(5000) }),
      within: await refused('settings:change', {}),
    };
  });
  expect(tried.unknown).toContain('unknown request');
  // The contract's own words (zod's issues): any other exception would not be a refusal.
  for (const [answer, issue] of [
    [tried.wrongType, /host:open.*"code": "invalid_type".*"target"/s],
    [tried.tooMuch, /host:open.*"code": "unrecognized_keys".*"also"/s],
    [tried.tooLong, /host:open.*"code": "too_big".*"target"/s],
  ] as const) {
    expect(answer).toMatch(issue);
    expect(answer).not.toContain('answered');
  }
  expect(tried.within).toContain('answered {"theme"');
});

test('another page with the same bridge gets no answer', async ({ launch }) => {
  const { electron } = await launch();
  const answers = await electron.evaluate(async ({ BrowserWindow, app }) => {
    const ask = async (address: string): Promise<unknown> => {
      const window = new BrowserWindow({
        show: false,
        webPreferences: {
          preload: `${app.getAppPath()}/out/preload/preload.cjs`,
          sandbox: true,
          contextIsolation: true,
        },
      });
      await window.loadURL(address);
      const answer: unknown = await window.webContents.executeJavaScript(
        "klpscope.request('app:info').then(() => 'answered', (error) => error.message)",
      );
      window.destroy();
      return answer;
    };
    return [await ask('data:text/html,<p>x'), await ask('app://klpscope/index.html')];
  });
  for (const answer of answers) expect(answer).toContain('not for this page');
});

test('rights are denied', async ({ launch }) => {
  const { page } = await launch();
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[];
    const found = names.map((name) => navigator.permissions.query({ name }));
    return (await Promise.all(found)).map(({ state }) => state);
  });
  expect(new Set(states)).toEqual(new Set(['denied']));
});

test('nothing is asked of any network, not even a name', async ({ launch, folder }) => {
  const file = join(folder, 'net.json');
  const { electron, page } = await launch([stalled], {
    expected: /^Refused to connect to 'https:\/\/example\.org/,
    switches: [`--log-net-log=${file}`],
  });
  await expect(headline(page)).toBeVisible();
  await page.keyboard.press('Control+5');
  await page.evaluate(() => fetch('https://example.org/').catch(() => null));
  await electron.evaluate(({ net }) => net.fetch('https://example.com/').catch(() => null));
  // From a session without our walls: it shows that the log would tell, and that names lead nowhere.
  await electron.evaluate(({ session }) => {
    const elsewhere = session.fromPartition('elsewhere');
    elsewhere.setSpellCheckerLanguages([]);
    return elsewhere.fetch('https://example.net/').catch(() => null);
  });
  await electron.close();
  const { addresses, events } = readNetLog(file);
  expect(new Set(addresses)).toEqual(new Set(['https://example.net/']));
  expect(events).toContain('URL_REQUEST_START_JOB');
  for (const event of ['HOST_RESOLVER_DNS_TASK', 'UDP_BYTES_SENT', 'TCP_CONNECT']) {
    expect(events).not.toContain(event);
  }
});

interface Ears {
  readonly udp: number;
  readonly tcp: number;
  /** What came since they listen: UDP packets and TCP connections. */
  heard(): { readonly udp: number; readonly tcp: number };
  close(): void;
}

/** Listens on loopback where STUN and TURN would be asked for. */
async function listenForIce(): Promise<Ears> {
  const heard = { udp: 0, tcp: 0 };
  const udp = createSocket('udp4').on('message', () => (heard.udp += 1));
  const tcp = createServer((socket) => {
    heard.tcp += 1;
    socket.on('error', () => undefined).destroy();
  });
  udp.bind(0, '127.0.0.1');
  tcp.listen(0, '127.0.0.1');
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  const address = tcp.address();
  return {
    udp: udp.address().port,
    tcp: typeof address === 'object' && address !== null ? address.port : 0,
    heard: () => ({ ...heard }),
    close: () => {
      udp.close();
      tcp.close();
    },
  };
}

/** Looks for ways to the outside by all means of WebRTC; answers the candidates that were found. */
const gather = ({ udp, tcp }: Pick<Ears, 'udp' | 'tcp'>) => `new Promise((resolve) => {
  const login = { username: 'u', credential: 'c' };
  const peer = new RTCPeerConnection({
    iceServers: [
      { urls: 'stun:127.0.0.1:${udp}' },
      { urls: 'turn:127.0.0.1:${udp}?transport=udp', ...login },
      { urls: 'turn:127.0.0.1:${tcp}?transport=tcp', ...login },
      { urls: 'turns:127.0.0.1:${tcp}?transport=tcp', ...login },
    ],
  });
  const found = [];
  peer.onicecandidate = ({ candidate }) => {
    if (candidate !== null) found.push(candidate.candidate);
    else resolve(found);
  };
  peer.createDataChannel('x');
  peer.createOffer().then((offer) => peer.setLocalDescription(offer));
})`;

test('WebRTC finds no way out either, by UDP or TCP, STUN or TURN', async ({ launch }) => {
  const ears = await listenForIce();
  try {
    // No name and no address resolves for Chromium; the walls of WebRTC hold without that one.
    const hook = join(import.meta.dirname, '../support/loopbackResolves.cjs');
    const { electron } = await launch([], { switches: ['-r', hook] });
    const found = await electron.evaluate(
      ({ BrowserWindow }, text) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text),
      gather(ears),
    );
    expect(found).toEqual([]);
    expect(ears.heard()).toEqual({ udp: 0, tcp: 0 });

    // A page without our walls: it shows that the ears would have heard.
    await electron.evaluate(async ({ BrowserWindow }, text) => {
      const window = new BrowserWindow({ show: false, webPreferences: { partition: 'elsewhere' } });
      window.webContents.setWebRTCIPHandlingPolicy('default');
      // Held, or it would be collected with its page.
      Object.assign(globalThis, { elsewhere: window });
      await window.loadURL('data:text/html,<p>x');
      void window.webContents.executeJavaScript(text).catch(() => null);
    }, gather(ears));
    await expect.poll(() => Math.min(ears.heard().udp, ears.heard().tcp)).toBeGreaterThan(0);
  } finally {
    ears.close();
  }
});

const netLogSchema = z.object({
  constants: z.object({ logEventTypes: z.record(z.string(), z.number()) }),
  events: z.array(
    z.object({ type: z.number(), params: z.object({ url: z.string().optional() }).optional() }),
  ),
});

/** Chromium's own log of its network service (`net/log` in its sources). */
function readNetLog(file: string) {
  const { constants, events } = netLogSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, id]) => [id, name]));
  return {
    addresses: events.flatMap(({ params }) => params?.url ?? []),
    events: new Set(events.map(({ type }) => names.get(type))),
  };
}
