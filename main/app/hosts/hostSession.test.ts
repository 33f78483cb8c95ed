import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Host } from '../../../shared/api/contract';
import type { Result } from '../../../shared/base/problem';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { playedReader } from '../../../testing/main/playedReader';
import type { Sampled } from '../../reader/calls';
import { startSession, type HostSession } from './hostSession';

const settledInterval = 5000;
let published: Host[] = [];
/** Samples that the reader has been asked for and not answered. */
let asked: ((result: Sampled) => void)[] = [];
let isReaderClosed = false;
/** What the reader was told about connecting. */
let told: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-21T12:00:00Z') });
  published = [];
  asked = [];
  isReaderClosed = false;
  told = [];
});
afterEach(() => vi.useRealTimers());

function start({ live = true, visible = true } = {}): HostSession {
  const reader = playedReader(
    { sample: () => new Promise<Sampled>((answer) => asked.push(answer)) },
    (what) => {
      if (what === 'close') isReaderClosed = true;
      else told.push(what);
    },
  );
  return startSession(
    { id: 'host-1', target: 'local', label: 'local', live, isDemo: false },
    reader,
    visible,
    {
      settledInterval: () => settledInterval,
      changed: (host) => published.push(host),
    },
  );
}

interface TransitionNow {
  readonly direction: 'patching' | 'unpatching';
  readonly blocking: number;
}

function statusOf(now: TransitionNow | null): StatusDocument {
  return {
    format: 'klpscope/status',
    version: 1,
    target: 'local',
    source: 'local',
    takenAt: '2026-11-21T12:00:00.000Z',
    host: { name: 'db1', kernel: '6.12.117', bootId: null, uptimeSeconds: null },
    livepatch: { supported: true, tainted: true },
    coverage: { privileged: true, threadsRead: null, threadsDenied: null, threadsVanished: null },
    order: 'unknown',
    patches: [],
    functions: [],
    transitionState: now === null ? 'none' : 'running',
    transition: now && {
      patch: 'livepatch_a',
      direction: now.direction,
      threads: { total: 10, done: 10 - now.blocking, blocking: now.blocking, undefined: 0 },
      hiddenBlockersPossible: false,
    },
    blockers: [],
    ghosts: [],
    findings: [],
    problems: [],
  };
}

/** Answers the one sample that is being waited for. */
async function answer(
  result: Result<StatusDocument>,
  roundMs: number | null = null,
): Promise<void> {
  expect(asked).toHaveLength(1);
  asked.pop()?.({ ...result, roundMs });
  await vi.advanceTimersByTimeAsync(0);
}

const settled = { ok: true, value: statusOf(null) } as const;
const lost = {
  ok: false,
  problem: { code: 'connection-lost', path: null, message: 'gone' },
} as const;
const moving = (blocking: number, direction: 'patching' | 'unpatching' = 'patching') =>
  ({ ok: true, value: statusOf({ direction, blocking }) }) as const;

test('it is read at once; until then it is loading under its own name', () => {
  const session = start();
  expect(asked).toHaveLength(1);
  expect(session.host()).toMatchObject({ phase: 'loading', label: 'local', status: null });
});

test('a settled live host is read again one interval after the last sample ended', async () => {
  start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  await answer(settled);
  expect(published.at(-1)).toMatchObject({
    phase: 'ready',
    label: 'db1',
    sampledAt: '2026-11-21T12:01:00.000Z',
    sampleMs: 60_000,
  });
  await vi.advanceTimersByTimeAsync(settledInterval - 1);
  expect(asked).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(1);
});

test('a transition is read every second, and its drain is kept until it ends', async () => {
  start();
  await answer(moving(9));
  await vi.advanceTimersByTimeAsync(1000);
  await answer(moving(4));
  expect(published.at(-1)).toMatchObject({
    transitionSeenAt: '2026-11-21T12:00:00.000Z',
    drain: [
      [0, 9],
      [1, 4],
    ],
  });
  await vi.advanceTimersByTimeAsync(1000);
  await answer(settled);
  expect(published.at(-1)).toMatchObject({ transitionSeenAt: null, drain: [] });
});

test.each([-3_600_000, 3_600_000])(
  'a clock that is set by %i ms changes neither when a host is read nor how long anything took',
  async (jump) => {
    const session = start();
    await answer(moving(9));
    vi.setSystemTime(Date.now() + jump);
    await vi.advanceTimersByTimeAsync(1000);
    await answer(moving(4));
    const { sampledAt, transitionSeenAt, drain, sampleMs } = session.host();
    // The time of day is the new one; what lies between two moments is what passed.
    expect(Date.parse(sampledAt ?? '')).toBe(Date.parse('2026-11-21T12:00:01.000Z') + jump);
    expect(Date.parse(sampledAt ?? '') - Date.parse(transitionSeenAt ?? '')).toBe(1000);
    expect(drain).toEqual([
      [0, 9],
      [1, 4],
    ]);
    expect(sampleMs).toBe(0);
    await vi.advanceTimersByTimeAsync(999);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    await answer(moving(4));
    expect(session.host().status?.findings).toEqual([]);
  },
);

test('threads that stand still for 30 s count as stalled, whatever the clock says meanwhile', async () => {
  const session = start();
  await answer(moving(4));
  for (let second = 1; second <= 30; second += 1) {
    vi.setSystemTime(Date.now() - 60_000);
    expect(session.host().status?.findings).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    await answer(moving(4));
  }
  expect(session.host().status?.findings).toMatchObject([{ code: 'transition-stalled' }]);
});

test('a reversal begins a new drain', async () => {
  start();
  await answer(moving(2));
  await vi.advanceTimersByTimeAsync(1000);
  await answer(moving(7, 'unpatching'));
  expect(published.at(-1)).toMatchObject({
    transitionSeenAt: '2026-11-21T12:00:01.000Z',
    drain: [[0, 7]],
  });
});

test('when it cannot be read any more, the last known state stays and says how old it is', async () => {
  start();
  await answer(moving(3));
  await vi.advanceTimersByTimeAsync(1000);
  await answer(lost);
  expect(published.at(-1)).toMatchObject({
    phase: 'failed',
    problem: lost.problem,
    status: { transitionState: 'running' },
    sampledAt: '2026-11-21T12:00:00.000Z',
    drain: [[0, 3]],
  });
  await vi.advanceTimersByTimeAsync(1000);
  await answer(settled);
  expect(published.at(-1)).toMatchObject({ phase: 'ready', problem: null });
});

test('a host that was booted again says so, and what was seen of its transition ends with it', async () => {
  const inBoot = (id: string, host: typeof settled | ReturnType<typeof moving>) => ({
    ok: true as const,
    value: {
      ...host.value,
      host: { ...host.value.host, bootId: `${id.repeat(8)}-2222-4333-8444-555555555555` },
    },
  });
  start();
  await answer(inBoot('1', moving(3)));
  expect(published.at(-1)).toMatchObject({ rebooted: null });
  await vi.advanceTimersByTimeAsync(1000);
  await answer(lost);
  await vi.advanceTimersByTimeAsync(1000);
  await answer(inBoot('2', moving(3)));
  const rebooted = {
    seenAt: '2026-11-21T12:00:02.000Z',
    text: expect.stringMatching(/^The host was booted again while livepatch_a was in transition/),
  };
  expect(published.at(-1)).toMatchObject({ rebooted, drain: [[0, 3]] });
  await vi.advanceTimersByTimeAsync(1000);
  await answer(inBoot('2', settled));
  expect(published.at(-1)).toMatchObject({ rebooted, drain: [] });
});

test('a host that is slow to answer is read more rarely, and says so', async () => {
  start();
  await answer(moving(2), 1500);
  expect(published.at(-1)).toMatchObject({ slowed: { everyMs: 6000, roundMs: 1500 } });
  await vi.advanceTimersByTimeAsync(5999);
  expect(asked).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  await answer(moving(2), 100);
  expect(published.at(-1)).toMatchObject({ slowed: null });
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(1);
});

test('connected anew, it says so until the answer is there; what was asked before counts for nothing', async () => {
  const session = start();
  await answer(moving(3));
  await vi.advanceTimersByTimeAsync(1000);
  await answer(lost);
  await vi.advanceTimersByTimeAsync(1000);
  session.reconnect();
  expect(told).toEqual(['retry']);
  expect(published.at(-1)).toMatchObject({ reconnecting: true, phase: 'failed' });
  await answer(lost);
  expect(published.at(-1)).toMatchObject({ reconnecting: true });
  await answer(settled);
  expect(published.at(-1)).toMatchObject({ reconnecting: false, phase: 'ready' });
});

test('given up, it is lost as it was', async () => {
  const session = start();
  await answer(moving(3));
  await vi.advanceTimersByTimeAsync(1000);
  await answer(lost);
  session.reconnect();
  session.cancel();
  expect(told).toEqual(['retry', 'cancel']);
  await answer(lost);
  expect(published.at(-1)).toMatchObject({
    reconnecting: false,
    phase: 'failed',
    status: { transitionState: 'running' },
  });
});

test('a host that was never read is tried again at the settled interval', async () => {
  start();
  await answer(lost);
  expect(published.at(-1)).toMatchObject({ phase: 'failed', status: null, sampledAt: null });
  await vi.advanceTimersByTimeAsync(settledInterval);
  expect(asked).toHaveLength(1);
});

test('a saved state is read once, and again when asked', async () => {
  const session = start({ live: false });
  await answer(settled);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(asked).toHaveLength(0);
  session.refresh();
  expect(asked).toHaveLength(1);
});

test('a saved transition has not been seen since anything', async () => {
  start({ live: false });
  await answer(moving(2));
  expect(published.at(-1)).toMatchObject({ transitionSeenAt: null, drain: [] });
});

test('asked twice while a sample runs, it is read once more, after it', async () => {
  const session = start({ live: false });
  session.refresh();
  session.refresh();
  await answer(settled);
  await answer(settled);
  expect(asked).toHaveLength(0);
});

test('paused it rests, also when the running sample ends; resumed it is read when due', async () => {
  const session = start();
  session.setPaused(true);
  expect(published.at(-1)).toMatchObject({ paused: true });
  await answer(settled);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(0);
  session.setPaused(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(1);
});

test('while nobody sees the window it rests, and is read at once when it is seen again', async () => {
  const session = start();
  await answer(settled);
  session.setVisible(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(0);
  session.setVisible(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(1);
});

test('closed, it says nothing more and reads nothing more', async () => {
  const session = start();
  void session.close();
  await answer(settled);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(published).toEqual([]);
  expect(asked).toHaveLength(0);
  expect(isReaderClosed).toBe(true);
});
