/** What open hosts do over their life: which reader is asked, and what a host is known as. */
import { afterEach, expect, test, vi } from 'vitest';
import { eventually } from '../../../testing/shared/eventually';
import type { Host } from '../../../shared/api/contract';
import type { Target } from '../../../shared/api/target';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { playedReader } from '../../../testing/main/playedReader';
import { noDemo, type Sampled } from '../../reader/calls';
import type { Reader } from '../../reader/readerPool';
import { createHosts, type LiveChoice } from './hosts';

const settled: StatusDocument = {
  format: 'klpscope/status',
  version: 1,
  target: 'local',
  source: 'local',
  takenAt: null,
  host: { name: 'db1', kernel: null, bootId: null, uptimeSeconds: null },
  livepatch: { supported: true, tainted: true },
  coverage: { privileged: true, threadsRead: null, threadsDenied: null, threadsVanished: null },
  order: 'unknown',
  patches: [],
  functions: [],
  transitionState: 'none',
  transition: null,
  blockers: [],
  ghosts: [],
  findings: [],
  problems: [],
};
const sampled = (change: Partial<StatusDocument> = {}): Sampled => ({
  ok: true,
  value: { ...settled, ...change },
  roundMs: 1,
});

interface Played {
  readonly target: Target;
  readonly live: LiveChoice;
  readonly did: string[];
  readonly waiting: ((sampled: Sampled) => void)[];
}

afterEach(() => {
  vi.useRealTimers();
});

function played() {
  const readers: Played[] = [];
  const changed: Host[] = [];
  const closed: string[] = [];
  const hosts = createHosts({
    open: (target, live) => {
      const one: Played = { target, live, did: [], waiting: [] };
      readers.push(one);
      return readerOf(one);
    },
    settledInterval: () => 5000,
    changed: (host) => changed.push(host),
    closed: (id) => closed.push(id),
  });
  return { hosts, readers, changed, closed };
}

function readerOf({ did, waiting }: Played): Reader {
  const recorder = { file: '/x', moments: 1, bytes: 1, problem: null };
  return playedReader(
    {
      sample: () => new Promise((answer) => waiting.push(answer)),
      'host:file': () => 'x',
      'demo:control': () => ({ ok: true }),
      moveTo: ({ index }) => {
        did.push(`moveTo ${index}`);
        return {
          ...sampled({ source: 'recording' }),
          recording: {
            index,
            count: 9,
            at: '2026-11-21T12:00:05.000Z',
            seconds: 5,
            lasts: 8,
            lost: false,
          },
        };
      },
      record: ({ file }) => {
        did.push(`record ${file}`);
        return file === null ? null : recorder;
      },
    },
    (what) => did.push(what),
  );
}

function idOf(opened: ReturnType<ReturnType<typeof createHosts>['open']>): string {
  if (!opened.ok) throw new Error(opened.problem.message);
  return opened.value;
}

test.each([
  ['/srv/captures/db1.tar.gz', 'db1.tar.gz', false],
  ['dir:/srv/db1/', 'db1', false],
  ['demo:two-vendors', 'two-vendors', true],
  ['local', 'local', true],
  ['ada@db1:22', 'ada@db1:22', true],
  ['dir:/', 'dir:/', false],
  ['/srv/x.klprec', 'x.klprec', false],
  ['demo:/srv/mine.json', 'mine.json', true],
])('%s is called %s before it is read; read by itself: %s', (target, label, live) => {
  const { hosts } = played();
  idOf(hosts.open(target));
  expect(hosts.list()).toMatchObject([{ id: 'host-1', target, label, live }]);
});

test('hosts stand in the order of their opening, and a closed one is nobody', () => {
  const { hosts, readers, closed } = played();
  const [a, b] = [idOf(hosts.open('a')), idOf(hosts.open('b'))];
  expect(hosts.list().map(({ target }) => target)).toEqual(['a', 'b']);
  hosts.close(a);
  hosts.close(a);
  expect(closed).toEqual([a]);
  expect(readers[0]?.did).toEqual(['close']);
  expect(hosts.list().map(({ id }) => id)).toEqual([b]);
  expect(hosts.get(a)).toBeUndefined();
  // Opened again it is another one, with a reader of its own.
  expect(idOf(hosts.open('a'))).toBe('host-3');
  hosts.retry(a, {});
  expect(readers).toHaveLength(3);
});

test('one that is not open answers nothing', async () => {
  const { hosts } = played();
  expect(await hosts.ask('x', 'demo:control', { command: { do: 'play' } })).toEqual(noDemo);
  expect(await hosts.ask('x', 'host:files', {})).toEqual([]);
  expect(await hosts.ask('x', 'host:file', { path: '/y' })).toBeNull();
  expect(await hosts.ask('x', 'recording:moments', {})).toBeNull();
  const action = { do: 'disable', patch: 'y' } as const;
  expect(await hosts.ask('x', 'host:what-if', { action })).toBeNull();
  expect(hosts.open('dir:').ok).toBe(false);
});

test('options add up over the tries, and the same ones keep the reader', () => {
  const { hosts, readers } = played();
  const id = idOf(hosts.open('db1', { sudo: true }));
  hosts.retry(id, { transport: 'openssh' });
  hosts.retry(id, { sudo: true, pkexec: false });
  hosts.retry(id, { pkexec: true });
  hosts.retry(id, { transport: null });
  expect(readers.map(({ live }) => live)).toEqual([
    { sudo: true },
    { sudo: true, transport: 'openssh' },
    { sudo: true, transport: 'openssh', pkexec: true },
    { sudo: true, transport: null, pkexec: true },
  ]);
  expect(readers.map(({ did }) => did)).toEqual([['close'], ['retry', 'close'], ['close'], []]);
});

test('a host that goes on with other rights forgets what its old reader still says', async () => {
  const { hosts, readers, changed } = played();
  const id = idOf(hosts.open('db1'));
  hosts.retry(id, { sudo: true });
  readers[0]?.waiting[0]?.(sampled({ host: { ...settled.host, name: 'old' } }));
  await eventually(() => expect(readers[1]?.waiting).toHaveLength(1));
  expect(hosts.get(id)?.host()).toMatchObject({ phase: 'loading', reconnecting: true });
  readers[1]?.waiting[0]?.(sampled());
  await eventually(() => expect(hosts.get(id)?.host().phase).toBe('ready'));
  expect(hosts.get(id)?.host()).toMatchObject({ label: 'db1', reconnecting: false });
  expect(changed.map(({ label }) => label)).not.toContain('old');
});

test('what is recorded is read while nobody looks, and no longer than it is recorded', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { hosts, readers, changed } = played();
  const id = idOf(hosts.open('db1'));
  const [reader] = readers;
  reader?.waiting.shift()?.(sampled());
  await vi.advanceTimersByTimeAsync(0);
  hosts.setVisible(false);
  await hosts.get(id)?.record('/x');
  expect(changed.at(-1)).toMatchObject({ recorder: { file: '/x' } });
  await vi.advanceTimersByTimeAsync(5000);
  expect(reader?.waiting).toHaveLength(1);
  reader?.waiting.shift()?.(sampled());
  await vi.advanceTimersByTimeAsync(0);
  // The sample says that nothing is being recorded any more.
  expect(changed.at(-1)).toMatchObject({ recorder: null });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reader?.waiting).toEqual([]);
});

test('one that is opened while nobody looks is read once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { hosts, readers } = played();
  hosts.setVisible(false);
  idOf(hosts.open('db1'));
  readers[0]?.waiting.shift()?.(sampled());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(readers[0]?.waiting).toEqual([]);
});

test('another moment of a recording is shown as it was, by its own clock', async () => {
  const { hosts, readers, changed } = played();
  const id = idOf(hosts.open('/srv/x.klprec'));
  await hosts.get(id)?.moveTo(5);
  expect(readers[0]?.did).toEqual(['moveTo 5']);
  expect(changed.at(-1)).toMatchObject({
    phase: 'ready',
    sampledAt: '2026-11-21T12:00:05.000Z',
    recording: { index: 5 },
  });
});

test('what was done to a demo host is shown at once', async () => {
  const { hosts, readers } = played();
  const id = idOf(hosts.open('demo'));
  readers[0]?.waiting.shift()?.(sampled({ source: 'demo' }));
  await eventually(() => expect(hosts.get(id)?.host().phase).toBe('ready'));
  expect(await hosts.ask(id, 'demo:control', { command: { do: 'step' } })).toEqual({ ok: true });
  expect(readers[0]?.waiting).toHaveLength(1);
});

test('closed with the window, all readers end and nobody hears of them', async () => {
  const { hosts, readers, changed, closed } = played();
  idOf(hosts.open('a'));
  idOf(hosts.open('b'));
  await hosts.closeAll();
  readers[0]?.waiting.shift()?.(sampled());
  expect(readers.map(({ did }) => did)).toEqual([['close'], ['close']]);
  expect(hosts.list()).toEqual([]);
  expect(hosts.isClosing()).toBe(false);
  expect(changed).toEqual([]);
  expect(closed).toEqual([]);
});
