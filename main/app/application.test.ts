/**
 * How the parts of the main process hang together: what the window asks reaches the right part with
 * all that it said. Electron and the reader threads are played; the stories have the real ones.
 */
import type { BrowserWindow } from 'electron';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../../testing/shared/eventually';
import { z } from 'zod';
import { root } from '../../scripts/lib/paths';
import { requestNames } from '../../shared/api/channels';
import type { Target } from '../../shared/api/target';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { readingsOf } from '../../testing/shared/memoryTree';
import { playedReader } from '../../testing/main/playedReader';
import type { Sampled } from '../reader/calls';
import type { ReaderPool } from '../reader/readerPool';
import type { LiveRequest } from '../sources/source';
import { nobody, type Ask } from '../ssh/questions';

type Handler = (event: { senderFrame: unknown }, argument: unknown) => Promise<unknown>;

const electron = vi.hoisted(() => ({
  handlers: new Map<string, Handler>(),
  app: {} as Record<string, unknown>,
  clipboard: { writeText: (_text: string): void => undefined },
  nativeTheme: { themeSource: 'system' },
  dialog: {} as Record<string, unknown>,
}));

vi.mock('electron', () => ({
  app: electron.app,
  clipboard: electron.clipboard,
  nativeTheme: electron.nativeTheme,
  dialog: electron.dialog,
  ipcMain: {
    handle: (name: string, handler: Handler) => void electron.handlers.set(name, handler),
  },
  Menu: {
    getApplicationMenu: () => null,
    setApplicationMenu: () => undefined,
    buildFromTemplate: () => null,
  },
  safeStorage: {
    getSelectedStorageBackend: () => 'basic_text',
    isEncryptionAvailable: () => false,
  },
  session: {},
}));

interface Opened {
  readonly target: Target;
  readonly live: Partial<LiveRequest>;
  readonly ask: Ask;
  readonly did: string[];
  /** Answers the sample that is waited for. */
  answer(sampled: Sampled): void;
  readonly waiting: () => number;
}

const opened: Opened[] = vi.hoisted(() => []);

vi.mock('../reader/readerPool', () => ({
  createReaderPool: (): ReaderPool => ({
    isStuck: () => false,
    open: (target, live = {}, ask = nobody) => {
      const did: string[] = [];
      const waiting: ((sampled: Sampled) => void)[] = [];
      const doing = <T>(what: string, result: T) => {
        did.push(what);
        return result;
      };
      opened.push({
        target,
        live,
        ask,
        did,
        answer: (sampled) => waiting.shift()?.(sampled),
        waiting: () => waiting.length,
      });
      return playedReader(
        {
          sample: () => new Promise((resolve) => waiting.push(resolve)),
          'host:files': () => doing('files', []),
          'host:file': ({ path }) => doing(`file ${path}`, 'text'),
          'host:what-if': ({ action }) =>
            doing(`what-if ${action.do}`, {
              ok: false,
              problem: { code: 'timeout', path: null, message: 'It took too long.' },
            }),
          'demo:control': ({ command }) => doing(`control ${command.do}`, { ok: true }),
          moveTo: ({ index }) => doing(`moveTo ${index}`, sampled(settled)),
          'recording:moments': () => doing('moments', { seconds: [0], marks: [] }),
          record: ({ file }) => doing(`record ${file}`, null),
        },
        (what) => did.push(what),
      );
    },
  }),
}));

const { startApplication } = await import('./application');
const { statusOf } = await import('../../shared/report/status');

const settled: StatusDocument = statusOf(
  readingsOf({ '/proc/sys/kernel/hostname': 'db1\n', '/sys/kernel/livepatch/': '' }),
);
const sampled = (value: StatusDocument): Sampled => ({ ok: true, value, roundMs: 1 });

class Page extends EventEmitter {
  readonly mainFrame = { origin: 'app://klpscope' };
  readonly sent: [string, unknown][] = [];
  zoom = 0;
  isDestroyed = () => false;
  send = (name: string, payload: unknown) => void this.sent.push([name, payload]);
  setZoomFactor = (zoom: number) => {
    this.zoom = zoom;
  };
}

class Window extends EventEmitter {
  readonly webContents = new Page();
  readonly did: string[] = [];
  isGone = false;
  isSmall = false;
  isDestroyed = () => this.isGone;
  isMinimized = () => this.isSmall;
  restore = () => void this.did.push('restore');
  focus = () => void this.did.push('focus');
}

// The version of Electron, which this process is not.
const { versions } = process;
beforeAll(() => {
  const value = { ...versions, electron: '45.0.0' };
  Object.defineProperty(process, 'versions', { value, configurable: true });
});
afterAll(() => {
  Object.defineProperty(process, 'versions', { value: versions, configurable: true });
});

let folder = '';
let window = new Window();
let said: string[] = [];
const quits = new EventEmitter();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-application-'));
  window = new Window();
  opened.length = 0;
  electron.handlers.clear();
  quits.removeAllListeners();
  Object.assign(electron.app, {
    isPackaged: false,
    getAppPath: () => root,
    getPath: (name: string) => join(folder, name),
    getVersion: () => '9.9.9',
    quit: vi.fn<() => void>(),
    on: (name: string, listener: (...args: unknown[]) => void) => quits.on(name, listener),
  });
  said = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function isBrowserWindow(one: object): one is BrowserWindow {
  return one instanceof Window;
}

const files = () => ({ config: join(folder, 'c.json'), earlier: join(folder, 'e.json') });

function start(change: Partial<Parameters<typeof startApplication>[1]> = {}) {
  const request = { targets: [], screenshot: null, theme: null, size: null, view: null, ...change };
  if (!isBrowserWindow(window)) throw new Error('no window');
  return startApplication(window, request, files());
}

/** Asks as the window's own page does. */
function ask(name: string, argument?: unknown): Promise<unknown> {
  return askAs(window.webContents.mainFrame, name, argument);
}

async function askAs(senderFrame: unknown, name: string, argument?: unknown): Promise<unknown> {
  const handler = electron.handlers.get(name);
  if (handler === undefined) throw new Error(`nobody handles ${name}`);
  return handler({ senderFrame }, argument);
}

const told = (name: string) =>
  window.webContents.sent.filter(([sent]) => sent === name).map(([, payload]) => payload);

test('every request is answered, to the page of ours alone, and only as the contract has it', async () => {
  await start();
  expect([...electron.handlers.keys()].toSorted()).toEqual([...requestNames].toSorted());
  await expect(ask('host:open', { target: '' })).rejects.toThrow('too_small');
  await expect(ask('host:close', { id: 'x', more: 1 })).rejects.toThrow('unrecognized_keys');
  for (const frame of [null, { origin: 'app://klpscope' }, { origin: 'https://x.org' }]) {
    await expect(askAs(frame, 'app:info')).rejects.toThrow('not for this page');
  }
  window.webContents.mainFrame.origin = 'https://x.org';
  await expect(ask('app:info')).rejects.toThrow('not for this page');
  window.isGone = true;
  expect(await ask('app:info')).toBeUndefined();
});

test('at first the window hears what is open and what is shown; notices only once', async () => {
  writeFileSync(files().config, 'broken');
  await start({ targets: ['db1', 'dir:'], view: 'files', theme: 'dark' });
  expect(said.join('')).toContain('dir:: ');
  const info = await ask('app:info');
  expect(info).toMatchObject({
    version: '9.9.9',
    hosts: [{ id: 'host-1', target: 'db1' }],
    selected: 'host-1',
    view: 'files',
    settings: { theme: 'dark', interval: 5 },
    notices: [expect.stringContaining('c.json')],
  });
  expect(await ask('app:info')).toMatchObject({ notices: [] });
});

test('a host is opened with what was wished for, and connected to anew with what is wished then', async () => {
  await start();
  const live = { sudo: true, pkexec: false, transport: 'openssh' };
  expect(await ask('host:open', { target: 'db1', live })).toEqual({ ok: true, id: 'host-1' });
  expect(opened[0]).toMatchObject({ target: { kind: 'ssh', host: 'db1' }, live });
  await ask('host:retry', { id: 'host-1', live: {} });
  expect(opened[0]?.did).toEqual(['retry']);
  await ask('host:retry', { id: 'host-1', live: { sudo: false, transport: 'ssh2' } });
  expect(opened[0]?.did).toEqual(['retry', 'close']);
  expect(opened[1]?.live).toEqual({ sudo: false, pkexec: false, transport: 'ssh2' });
  // The choice of the transport is remembered for the next one of this host, and told.
  expect(told('settings:changed').at(-1)).toMatchObject({ transports: { db1: 'ssh2' } });
  await ask('host:open', { target: 'ada@db1' });
  expect(opened[2]?.live).toEqual({ transport: 'ssh2' });
  await ask('host:open', { target: 'db2' });
  expect(opened[3]?.live).toEqual({ transport: null });
});

test('what opens relatively opens from home, and what can’t be opened says why', async () => {
  await start();
  expect(await ask('host:open', { target: 'x.tar.gz' })).toMatchObject({ ok: true });
  expect(opened[0]?.target).toMatchObject({ path: join(folder, 'home', 'x.tar.gz') });
  expect(await ask('host:open', { target: 'dir:' })).toMatchObject({
    ok: false,
    problem: { code: expect.any(String) },
  });
});

test('what is asked about a host goes to its reader, of one that is not open to nobody', async () => {
  await start({ targets: ['db1', 'db2'] });
  const id = 'host-2';
  expect(await ask('host:files', { id })).toEqual([]);
  expect(await ask('host:file', { id, path: '/proc/1' })).toBe('text');
  await ask('host:what-if', { id, action: { do: 'disable', patch: 'x' } });
  expect(await ask('demo:control', { id, command: { do: 'play' } })).toEqual({ ok: true });
  await ask('recording:move-to', { id, index: 3 });
  expect(await ask('recording:moments', { id })).toEqual({ seconds: [0], marks: [] });
  await ask('host:cancel', { id });
  expect(opened[1]?.did).toEqual([
    'files',
    'file /proc/1',
    'what-if disable',
    'control play',
    'moveTo 3',
    'moments',
    'cancel',
  ]);
  expect(opened[0]?.did).toEqual([]);
  await ask('host:close', { id });
  expect(opened[1]?.did.at(-1)).toBe('close');
  expect(told('host:closed')).toEqual([{ id }]);
  expect(await ask('host:file', { id, path: '/proc/1' })).toBeNull();
  expect(await ask('host:what-if', { id, action: { do: 'disable', patch: 'x' } })).toBeNull();
  expect(await ask('demo:control', { id, command: { do: 'play' } })).toEqual({
    ok: false,
    errno: 'ENODEV',
  });
});

test('a host is recorded into a file that is chosen; cancelled, all stays as it was', async () => {
  await start({ targets: ['db1'] });
  const id = 'host-1';
  let chosen = { canceled: true, filePath: '' };
  const asked: unknown[] = [];
  electron.dialog['showSaveDialog'] = (_window: unknown, options: unknown) => {
    asked.push(options);
    return Promise.resolve(chosen);
  };
  await ask('host:record', { id, on: true });
  expect(opened[0]?.did).toEqual([]);
  chosen = { canceled: false, filePath: '/srv/made' };
  await ask('host:record', { id, on: true });
  chosen = { canceled: false, filePath: '/srv/made.KLPREC' };
  await ask('host:record', { id, on: true });
  await ask('host:record', { id, on: false });
  expect(opened[0]?.did).toEqual([
    'record /srv/made.klprec',
    'record /srv/made.KLPREC',
    'record null',
  ]);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({
    defaultPath: expect.stringMatching(/^db1-\d{4}-\d\d-\d\d\.klprec$/),
  });
});

test.each([
  ['file', '/a'],
  ['folder', 'dir:/a'],
  ['scenario', 'demo:/a'],
])('what the dialog of a %s gives is %s; cancelled it is nothing', async (kind, target) => {
  await start();
  electron.dialog['showOpenDialog'] = () => Promise.resolve({ canceled: false, filePaths: ['/a'] });
  expect(await ask('dialog:open', { kind })).toEqual([target]);
  electron.dialog['showOpenDialog'] = () => Promise.resolve({ canceled: true, filePaths: ['/a'] });
  expect(await ask('dialog:open', { kind })).toEqual([]);
});

test('a setting is applied, and the interval is one of seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  await start({ targets: ['db1'] });
  expect(await ask('settings:change', { theme: 'dark', zoom: 1.5, interval: 7 })).toMatchObject({
    theme: 'dark',
    interval: 7,
  });
  expect(electron.nativeTheme.themeSource).toBe('dark');
  expect(window.webContents.zoom).toBe(1.5);
  const [host] = opened;
  host?.answer(sampled(settled));
  await vi.advanceTimersByTimeAsync(6999);
  expect(host?.waiting()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(host?.waiting()).toBe(1);
});

test.each([
  ['hide', 'show'],
  ['minimize', 'restore'],
])('after %s hosts rest, and after %s they are read again', async (away, back) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  await start({ targets: ['db1'] });
  const [host] = opened;
  host?.answer(sampled(settled));
  await vi.advanceTimersByTimeAsync(0);
  window.emit(away);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(host?.waiting()).toBe(0);
  window.emit(back);
  await vi.advanceTimersByTimeAsync(0);
  expect(host?.waiting()).toBe(1);
});

test('paused and refreshed by the window, and closed with it', async () => {
  await start({ targets: ['db1', 'db2'] });
  await ask('host:pause', { id: 'host-1', paused: true });
  expect(told('host:changed').at(-1)).toMatchObject({ id: 'host-1', paused: true });
  opened[0]?.answer(sampled(settled));
  await eventually(() => expect(opened[0]?.waiting()).toBe(0));
  await ask('host:refresh', { id: 'host-1' });
  expect(opened[0]?.waiting()).toBe(1);
  window.emit('closed');
  expect(opened.map(({ did }) => did)).toEqual([['close'], ['close']]);
});

test('the document crosses of the host that is shown, of every other its headline', async () => {
  await start({ targets: ['db1', 'db2'] });
  const changed = () =>
    z
      .array(z.looseObject({ id: z.string(), status: z.unknown(), headline: z.unknown() }))
      .parse(told('host:changed'))
      .map(({ id, status, headline }) => [id, status !== null, headline !== null]);
  // The host that the window is to show first is the last one.
  await ask('app:info');
  for (const host of opened) host.answer(sampled(settled));
  await eventually(() => expect(changed()).toHaveLength(2));
  expect(changed()).toEqual([
    ['host-1', false, true],
    ['host-2', true, true],
  ]);
  await ask('window:shows', { host: 'host-1' });
  expect(changed().at(-1)).toEqual(['host-1', true, true]);
  expect(await ask('app:info')).toMatchObject({
    hosts: [{ status: null }, { status: { host: { name: 'db1' } } }],
  });
  await ask('window:shows', { host: null });
  await ask('window:shows', { host: 'gone' });
  expect(changed()).toHaveLength(3);
});

test('a second start opens its targets here and shows the last; what makes no sense opens nothing', async () => {
  const openMore = await start({ targets: ['db1'] });
  openMore({ targets: ['db2', 'db3'] });
  expect(opened.map(({ target }) => target.text)).toEqual(['db1', 'db2', 'db3']);
  expect(told('host:select')).toEqual([{ id: 'host-3' }]);
  expect(window.did).toEqual(['focus']);
  window.isSmall = true;
  for (const nonsense of [{ targets: [7] }, { targets: ['x'], more: 1 }, null, { targets: [] }]) {
    openMore(nonsense);
  }
  expect(opened).toHaveLength(3);
  expect(told('host:select')).toHaveLength(1);
  expect(window.did).toEqual([
    'focus',
    ...Array.from({ length: 4 }, () => ['restore', 'focus']).flat(),
  ]);
});

test('a question of a host reaches the window, its answer the host; a closed host asks nothing more', async () => {
  await start({ targets: ['db1'] });
  const password = { kind: 'password', user: 'ada', host: 'db1', again: false } as const;
  const answered = opened[0]?.ask(password);
  await eventually(() => expect(told('question:asked')).toHaveLength(1));
  expect(told('question:asked')).toEqual([
    { id: 1, host: 'host-1', question: password, remembering: 'plain-text' },
  ]);
  // A page that is loaded anew hears it again.
  await ask('app:info');
  expect(told('question:asked')).toHaveLength(2);
  await ask('question:answer', { id: 1, answers: ['secret'] });
  expect(await answered).toEqual(['secret']);
  for (const [name, argument] of [
    ['host:cancel', { id: 'host-1' }],
    ['host:close', { id: 'host-1' }],
  ] as const) {
    const open = opened[0]?.ask(password);
    await eventually(() => expect(told('question:asked').length).toBeGreaterThan(2));
    await ask(name, argument);
    expect(await open).toBeNull();
  }
  expect(told('question:withdrawn')).toEqual([{ id: 2 }, { id: 3 }]);
});

test('a chosen transport that is to be remembered is, for the host that asked', async () => {
  await start({ targets: ['db1'] });
  const question = { kind: 'transport', host: 'db1', key: 'db1', needs: ['gssapi'] } as const;
  const answered = opened[0]?.ask(question);
  await eventually(() => expect(told('question:asked')).toHaveLength(1));
  await ask('question:answer', { id: 1, answers: ['openssh', 'remember'] });
  expect(await answered).toEqual(['openssh', 'remember']);
  expect(told('settings:changed')).toMatchObject([{ transports: { db1: 'openssh' } }]);
});

test('text goes to the clipboard, and without secrets none are forgotten', async () => {
  await start();
  const write = vi.spyOn(electron.clipboard, 'writeText');
  await ask('clipboard:write', { text: 'x' });
  expect(write).toHaveBeenCalledWith('x');
  expect(await ask('secrets:forget', { id: null })).toBe(0);
  expect(await ask('secrets:forget', { id: 'gone' })).toBe(0);
});

test('the program ends when the last change of settings is written, and waits no longer', async () => {
  await start();
  const quit = electron.app['quit'];
  const event = { preventDefault: vi.fn<() => void>() };
  quits.emit('will-quit', event);
  expect(event.preventDefault).not.toHaveBeenCalled();
  writeFileSync(`${files().config}.lock`, 'another writer');
  await ask('settings:change', { theme: 'dark' });
  quits.emit('will-quit', event);
  expect(event.preventDefault).toHaveBeenCalledOnce();
  expect(quit).not.toHaveBeenCalled();
  rmSync(`${files().config}.lock`);
  await eventually(() => expect(quit).toHaveBeenCalledOnce());
});
