/** Which thread reads which host, and what becomes of hosts whose thread dies or does not answer. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TargetTraits } from '../../shared/api/targetTraits';
import { parseTarget, type Target } from '../../shared/api/target';
import type { FromReader, ThreadStart, ToReader } from './messages';
import type { ThreadSets } from './placement';
import { createReaderPool, type Reader } from './readerPool';
import type { StartThread, ThreadHearer } from './readerThread';

const sets: ThreadSets = {
  network: { most: 2, movesOn: false },
  files: { most: 2, movesOn: true },
  'this-machine': { most: 1, movesOn: false },
  computing: { most: 1, movesOn: false },
};

/** A thread as the pool sees it. */
class Thread {
  readonly posted: (ToReader | 'end')[] = [];
  isTerminated = false;

  constructor(
    private readonly start: ThreadStart,
    private readonly hearer: ThreadHearer,
  ) {}

  /** Targets that it was told to open. */
  get opened(): string[] {
    return this.posted.flatMap((message) =>
      message !== 'end' && message.do === 'open' ? [message.target.text] : [],
    );
  }

  /** Calls that it was asked, oldest first. */
  get asked() {
    return this.posted.flatMap((message) =>
      message !== 'end' && message.do === 'ask' ? [message] : [],
    );
  }

  say(message: FromReader): void {
    // What crosses between threads has no types.
    this.hearer.message(JSON.parse(JSON.stringify(message)));
  }

  /** Answers everything that it was asked: each sample by a problem that names the thread's host. */
  answerAll(): void {
    for (const { host, id } of this.asked) {
      this.say({ say: 'answer', host, id, answer: [] });
    }
  }

  /** Takes up a message about a host and gets no further, as the thread itself would tell. */
  hangAt(host: number): void {
    Atomics.store(this.start.inHand, 0, host);
    Atomics.add(this.start.inHand, 1, 1);
  }

  goOn(): void {
    Atomics.store(this.start.inHand, 0, 0);
  }

  die(): void {
    this.hearer.ended();
  }
}

let threads: Thread[] = [];
const start: StartThread = (given, hearer) => {
  const thread = new Thread(given, hearer);
  threads.push(thread);
  return {
    post: (message) => thread.posted.push(JSON.parse(JSON.stringify(message))),
    terminate: () => {
      thread.isTerminated = true;
    },
  };
};

beforeEach(() => {
  threads = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value;
}

/** Opens targets and asks each for its files, as the first call that starts reading it. */
function openAll(...texts: string[]) {
  const pool = createReaderPool(start, sets);
  const readers = texts.map((text) => pool.open(target(text)));
  return {
    pool,
    readers,
    asked: readers.map((reader) => settled(reader.ask('host:files', {}))),
  };
}

/** What a promise has come to by now; undefined: nothing yet. */
function settled<T>(promise: Promise<T>): { value: T | undefined } {
  const state: { value: T | undefined } = { value: undefined };
  const settle = async (): Promise<void> => {
    state.value = await promise;
  };
  void settle();
  return state;
}

const opened = () => threads.map((thread) => thread.opened);

test('hosts on the network share a few threads evenly; what may hold up a thread is kept apart', () => {
  openAll('a', 'b', 'dir:/x', 'c', 'demo', 'local', 'd', 'demo:two-vendors', 'e');
  expect(opened()).toEqual([
    ['a', 'c', 'e'],
    ['b', 'd'],
    ['dir:/x'],
    ['demo', 'demo:two-vendors'],
    ['local'],
  ]);
});

test.each<[TargetTraits['waitsFor'], string[]]>([
  ['files', ['dir:/x', '/x.tar', '/x.klprec', 'demo:/x.json']],
  ['network', ['a', 'b', 'c', 'd']],
])('no more threads are started for what waits for %s than are allowed', (_waitsFor, texts) => {
  openAll(...texts);
  expect(opened()).toEqual([
    [texts[0], texts[2]],
    [texts[1], texts[3]],
  ]);
});

test('an answer reaches the call that it belongs to', async () => {
  const { open } = createReaderPool(start, sets);
  const [a, b] = [open(target('a')), open(target('b'))];
  const [first, second, other] = [
    a.ask('host:file', { path: '/1' }),
    a.ask('host:file', { path: '/2' }),
    b.ask('host:file', { path: '/3' }),
  ];
  for (const thread of threads) {
    for (const { host, id, call } of thread.asked.reverse()) {
      const path = call.name === 'host:file' ? call.argument.path : '';
      thread.say({ say: 'answer', host, id, answer: `text of ${path}` });
    }
  }
  expect(await Promise.all([first, second, other])).toEqual([
    'text of /1',
    'text of /2',
    'text of /3',
  ]);
});

test('a thread that dies leaves a problem for each of its hosts, and nothing else is touched', async () => {
  const { open } = createReaderPool(start, sets);
  const readers = ['a', 'b', 'c', 'd'].map((text) => open(target(text)));
  const samples = readers.map((reader) => settled(reader.ask('sample', null)));
  threads[0]?.die();
  await vi.advanceTimersByTimeAsync(0);
  expect(samples.map(({ value }) => value)).toEqual([
    expect.objectContaining({ problem: expect.objectContaining({ path: 'a' }) }),
    undefined,
    expect.objectContaining({ problem: expect.objectContaining({ path: 'c' }) }),
    undefined,
  ]);
  // Each of them comes back by its next call; the other thread goes on with what it has.
  for (const reader of readers) void reader.ask('sample', null);
  expect(opened()).toEqual([
    ['a', 'c'],
    ['b', 'd'],
    ['a', 'c'],
  ]);
});

test('a thread that does not answer is given no further hosts, and the others of it go on elsewhere', async () => {
  const { pool, asked } = openAll('dir:/1', 'dir:/2', 'dir:/3', 'dir:/4');
  const [first, second] = threads;
  expect(opened()).toEqual([
    ['dir:/1', 'dir:/3'],
    ['dir:/2', 'dir:/4'],
  ]);
  first?.hangAt(1);
  await vi.advanceTimersByTimeAsync(2000);
  // It is looked at twice before it counts as stuck; /3 goes where there is room: to a third thread.
  expect(opened().slice(2)).toEqual([['dir:/3']]);
  expect(pool.isStuck()).toBe(true);
  void pool.open(target('dir:/5')).ask('sample', null);
  void pool.open(target('dir:/6')).ask('sample', null);
  expect(first?.opened).toEqual(['dir:/1', 'dir:/3']);
  for (const thread of threads.slice(1)) thread.answerAll();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map(({ value }) => value)).toEqual([undefined, [], [], []]);
  // What the first says of /3, should it come to it, is an answer to nobody.
  first?.goOn();
  first?.answerAll();
  expect(pool.isStuck()).toBe(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked[0]?.value).toEqual([]);
  expect(second?.posted).not.toContain('end');
});

test('a thread that is busy, one message after the other, is not stuck', async () => {
  openAll('dir:/1', 'dir:/2', 'dir:/3');
  for (let second = 0; second < 10; second += 1) {
    threads[0]?.hangAt(second % 2 === 0 ? 1 : 3);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(threads).toHaveLength(2);
});

test('hosts on the network stay where they are connected: nobody is asked for a password again', async () => {
  const { asked } = openAll('a', 'b', 'c');
  threads[0]?.hangAt(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(opened()).toEqual([['a', 'c'], ['b']]);
  threads[0]?.goOn();
  threads[0]?.answerAll();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map(({ value }) => value)).toEqual([[], undefined, []]);
});

test('nothing is looked after while no call waits', async () => {
  openAll('dir:/1');
  threads[0]?.answerAll();
  await vi.advanceTimersByTimeAsync(2000);
  expect(vi.getTimerCount()).toBe(0);
});

async function closing(reader: Reader | undefined) {
  const closed = settled(reader?.close().then(() => 'closed') ?? Promise.resolve('nothing'));
  await vi.advanceTimersByTimeAsync(0);
  return closed;
}

test('a host is closed when its thread says so; the last one ends the thread', async () => {
  const { readers } = openAll('a', 'b', 'c');
  const [thread] = threads;
  const closed = await closing(readers[0]);
  expect(thread?.posted.at(-1)).toEqual({ do: 'close', host: 1 });
  expect(closed.value).toBeUndefined();
  thread?.say({ say: 'closed', host: 1 });
  await vi.advanceTimersByTimeAsync(0);
  expect(closed.value).toBe('closed');
  expect(thread?.posted).not.toContain('end');
  await closing(readers[2]);
  thread?.say({ say: 'closed', host: 3 });
  expect(thread?.posted.at(-1)).toBe('end');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(thread?.isTerminated).toBe(true);
});

test('one that was never read is closed at once, and one that is closed answers nothing', async () => {
  const { open } = createReaderPool(start, sets);
  const reader = open(target('a'));
  expect((await closing(reader)).value).toBe('closed');
  expect(await reader.ask('host:files', {})).toEqual([]);
  expect(threads).toEqual([]);
});

test('closing waits for a thread that does not answer, but not for ever', async () => {
  const { readers, pool } = openAll('dir:/1');
  const closed = await closing(readers[0]);
  expect(pool.isStuck()).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(closed.value).toBe('closed');
  expect(threads[0]?.isTerminated).toBe(true);
  // Told to end, it need not: it may wait for the system.
  expect(pool.isStuck()).toBe(true);
  threads[0]?.die();
  expect(pool.isStuck()).toBe(false);
});

test('closing waits no longer once the thread has ended', async () => {
  const { readers } = openAll('dir:/1');
  const closed = await closing(readers[0]);
  threads[0]?.die();
  await vi.advanceTimersByTimeAsync(0);
  expect(closed.value).toBe('closed');
});

test('a person is asked for the host that wants to know, and the answer goes back to it', async () => {
  const { open } = createReaderPool(start, sets);
  const password = { kind: 'password', user: 'ada', host: 'a', again: false } as const;
  const asked: unknown[] = [];
  void open(target('a'), { sudo: true }, (question) => {
    asked.push(question);
    return Promise.resolve(['secret']);
  }).ask('sample', null);
  void open(target('b')).ask('sample', null);
  threads[0]?.say({ say: 'question', host: 1, id: 7, question: password });
  threads[1]?.say({ say: 'question', host: 2, id: 8, question: password });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([password]);
  expect(threads[0]?.posted[0]).toMatchObject({ do: 'open', live: { sudo: true } });
  expect(threads[0]?.posted.at(-1)).toEqual({ do: 'answer', host: 1, id: 7, answers: ['secret'] });
  expect(threads[1]?.posted.at(-1)).toEqual({ do: 'answer', host: 2, id: 8, answers: null });
});

test('only a host that is being read hears about connecting', () => {
  const { open } = createReaderPool(start, sets);
  const reader = open(target('a'));
  reader.retry();
  expect(threads).toEqual([]);
  void reader.ask('sample', null);
  reader.retry();
  reader.cancel();
  expect(threads[0]?.posted.slice(-2)).toEqual([
    { do: 'retry', host: 1 },
    { do: 'cancel', host: 1 },
  ]);
});
