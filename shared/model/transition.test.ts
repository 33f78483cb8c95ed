import { describe, expect, it } from 'vitest';
import type { FolderReading, Readings, ThreadScan } from '../readings/readings';
import { livepatch, readingsOf, thread, type Files } from '../../testing/shared/memoryTree';
import { buildState } from './buildState';

const root = '/sys/kernel/livepatch';
const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const undirected = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: 'x' });

function scan(states: readonly number[], more: Partial<ThreadScan> = {}): ThreadScan {
  const numbers = states.map((_, row) => row + 1);
  const counts = { denied: 0, vanished: 0, absent: 0, invalid: [] };
  return { pids: numbers, tids: numbers, states, ...counts, ...more };
}

const stateWith = (files: Files, change: Partial<Readings> = {}) =>
  buildState({ ...readingsOf({ '/proc/version': '', ...files }), ...change });

function withFolder(readings: Readings, path: string, folder: FolderReading | null): Readings {
  const folders = new Map(readings.folders);
  if (folder) folders.set(path, folder);
  else folders.delete(path);
  return { ...readings, folders };
}

describe('whether threads that can’t be seen may block', () => {
  const mayHide = (threads: ThreadScan | null, change: Partial<Readings> = {}, files = moving) =>
    stateWith(files, { threads, ...change }).transition?.hiddenBlockersPossible;

  it.each([
    ['one is seen blocking, and every thread was read', scan([0, 1]), {}, false],
    ['nobody is seen blocking: idle CPUs can’t be', scan([1, 1]), {}, true],
    ['one was denied', scan([0, 1], { denied: 1 }), {}, true],
    ['the reader is not root', scan([0, 1]), { privileged: false }, true],
    ['the reader is root', scan([0, 1]), { privileged: true }, false],
    ['more threads lack the file than have it', scan([0, 1], { absent: 3 }), {}, true],
    ['as many lack the file as have it', scan([0, 1], { absent: 2 }), {}, false],
    ['some ended meanwhile', scan([0, 1], { vanished: 9 }), {}, false],
    ['no thread was read', null, {}, true],
  ] as const)('%s', (_, threads, change, expected) => {
    expect(mayHide(threads, change)).toBe(expected);
  });

  it('is possible where the capture breaks off among the threads', () => {
    const kthreadd = thread(2, { state: '1', kthread: true });
    const readings = readingsOf({ ...moving, ...thread(1), ...kthreadd });
    const breaksOff = withFolder(readings, '/proc', { entries: [], truncated: true });
    expect(buildState(readings).transition?.hiddenBlockersPossible).toBe(false);
    expect(buildState(breaksOff).transition?.hiddenBlockersPossible).toBe(true);
  });

  it('is possible where the second process is no kernel thread: a container’s view', () => {
    const seen = (second: Record<string, string>) =>
      buildState(readingsOf({ ...moving, ...thread(1), ...second })).transition
        ?.hiddenBlockersPossible;
    expect(seen(thread(2, { kthread: true }))).toBe(false);
    expect(seen(thread(2))).toBe(true);
    expect(seen(thread(3))).toBe(true);
  });

  it('is unknown where the direction is: then nobody knows whether one blocks', () => {
    expect(mayHide(scan([0, 1]), {}, undirected)).toBeNull();
    expect(mayHide(scan([0, 1], { denied: 1 }), {}, undirected)).toBe(true);
  });
});

describe('the counts of threads', () => {
  it('hold those that are where the transition leads and were not listed one by one', () => {
    const { transition, coverage } = stateWith(moving, {
      threads: scan([0, -1], { unlisted: 800, denied: 3, vanished: 4, absent: 5 }),
    });
    expect(transition?.threads).toEqual({ total: 802, done: 800, blocking: 1, undefined: 1 });
    expect(coverage).toMatchObject({ threadsRead: 802, threadsDenied: 3, threadsVanished: 9 });
  });
});

describe('whether a transition runs', () => {
  const stateOf = (livepatches: FolderReading | null, around: FolderReading | null) => {
    const readings = readingsOf({ '/proc/version': '' });
    const { transitionState, problems } = buildState(
      withFolder(withFolder(readings, root, livepatches), '/sys/kernel', around),
    );
    const told = problems.filter(({ path }) => path === root);
    return [transitionState, ...told.map(({ code }) => code)];
  };
  const empty = { entries: [] };

  it.each([
    ['no livepatch is listed', empty, null, ['none']],
    ['the folder around does not hold it', { missing: 'absent' }, empty, ['none']],
    ['it was not asked for, and the folder around lacks it', null, empty, ['none']],
    [
      'nothing was found of either',
      { missing: 'absent' },
      { missing: 'absent' },
      ['unknown', 'not-found'],
    ],
    ['neither was asked for', null, null, ['unknown', 'not-found']],
    [
      'it may not be listed',
      { missing: 'denied' },
      empty,
      ['unknown', 'permission-denied', 'invalid-content'],
    ],
    [
      'it did not answer',
      { missing: 'timed-out' },
      empty,
      ['unknown', 'timeout', 'invalid-content'],
    ],
    ['the capture breaks off in it', { ...empty, truncated: true }, null, ['unknown', 'truncated']],
  ] as const)('%s', (_, livepatches, around, expected) => {
    expect(stateOf(livepatches, around)).toEqual(expected);
  });

  it('is unknown where the capture breaks off among livepatches of which none moves', () => {
    const readings = readingsOf(livepatch('a', { vmlinux: ['f,1'] }));
    const listed = readings.folders.get(root);
    if (!listed || !('entries' in listed)) throw new Error('no folder');
    expect(buildState(readings).transitionState).toBe('none');
    const breaksOff = withFolder(readings, root, { ...listed, truncated: true });
    expect(buildState(breaksOff)).toMatchObject({ transitionState: 'unknown', transition: null });
  });

  it('is known of the one that moves, wherever the capture breaks off', () => {
    const readings = readingsOf(moving);
    const listed = readings.folders.get(root);
    if (!listed || !('entries' in listed)) throw new Error('no folder');
    const breaksOff = withFolder(readings, root, { ...listed, truncated: true });
    expect(buildState(breaksOff).transitionState).toBe('running');
  });

  it('is unknown where one livepatch does not tell and none is moving, with the reason', () => {
    const unclear = livepatch('b', { vmlinux: ['g,1'] }, { transition: 'x' });
    const { transitionState, problems } = stateWith({
      ...livepatch('a', { vmlinux: ['f,1'] }),
      ...unclear,
    });
    expect(transitionState).toBe('unknown');
    expect(problems.find(({ path }) => path === root)?.message).toBe(
      'Whether a transition runs is unknown: transition could not be read of every livepatch.',
    );
  });

  it('is unknown where two move, with the reason', () => {
    const { problems } = stateWith({
      ...moving,
      ...livepatch('b', { vmlinux: ['g,1'] }, { transition: '1' }),
    });
    expect(problems.find(({ path }) => path === root)?.message).toContain(
      '2 livepatches read as being in transition at once',
    );
  });
});

describe('what is known of a blocking thread', () => {
  const detailsOf = (files: Files) =>
    stateWith({ ...moving, ...files }).transition?.blockingThreads[0]?.details;
  const task = '/proc/7/task/7';
  const only = (files: Files) => ({ [`${task}/patch_state`]: '0\n', ...files });

  it('is what its files say, each with another in reserve', () => {
    expect(
      detailsOf({
        ...thread(7, { comm: 'cat', letter: 'D', stack: ['f+0x1/0x2'], wchan: 'f' }),
        [`${task}/status`]:
          'Name:\tother\nState:\tS (sleeping)\nUid:\t1000\t0\t0\t0\nKthread:\t1\n',
        '/proc/7/cmdline': 'cat\0/dev/x\0',
        '/proc/7/cgroup': '0::/system.slice/cron.service\n',
      }),
    ).toEqual({
      comm: 'cat',
      cmdline: 'cat /dev/x',
      state: 'D',
      kthread: false,
      userWorker: false,
      startTicks: 1010,
      uid: 1000,
      unit: 'cron.service',
      stack: [{ function: 'f', offset: 1, size: 2, module: null }],
      wchan: 'f',
    });
    expect(
      detailsOf(only({ [`${task}/status`]: 'Name:\tother\nState:\tS (sleeping)\nKthread:\t1\n' })),
    ).toMatchObject({ comm: 'other', state: 'S', kthread: true, uid: null });
    const stat = `7 (of stat) R 1 7 7 0 -1 0 190 0 0 0 3 1 0 0 20 0 1 0 1010 3096576 386\n`;
    expect(detailsOf(only({ [`${task}/stat`]: stat }))).toMatchObject({
      comm: 'of stat',
      state: 'R',
      kthread: false,
    });
  });

  it('is null for what could not be read', () => {
    expect(detailsOf(only({}))).toEqual({
      comm: null,
      cmdline: null,
      state: null,
      startTicks: null,
      kthread: null,
      userWorker: null,
      uid: null,
      unit: null,
      stack: null,
      wchan: null,
    });
  });

  // PF_IO_WORKER and PF_USER_WORKER of include/linux/sched.h, names of io_uring/{io-wq,sqpoll}.c and
  // kernel/vhost_task.c. Older kernels gave the bits other meanings.
  it.each([
    ['iou-wrk-7', 0x10, true],
    ['iou-sqp-7', 0x4000, true],
    ['vhost-1234', 0x4010, true],
    ['iou-wrk-7', 0, false],
    ['cat', 0x10, false],
    ['my-iou-wrk-7', 0x10, false],
    ['iou-wrk-7x', 0x10, false],
    ['iou-wrk-', 0x10, false],
    ['iou-wrk-7', 0x0020_0010, false],
  ])('without a stack, %s with the bits %d is a worker of user space: %s', (comm, bits, is) => {
    const stat = `7 (${comm}) S 1 7 7 0 -1 ${bits} 190 0 0 0 3 1 0 0 20 0 1 0 1010 3096576 386\n`;
    for (const stack of [{}, { [`${task}/stack`]: '' }])
      expect(detailsOf(only({ [`${task}/stat`]: stat, ...stack }))?.userWorker).toBe(is);
  });

  it('a stack tells a worker of user space by where it begins, whatever its name', () => {
    const workerOf = (...stack: readonly string[]) =>
      detailsOf(thread(7, { comm: 'cat', stack }))?.userWorker;
    expect(workerOf('io_wqe_worker+0x1/0x2', 'ret_from_fork+0x1/0x2')).toBe(true);
    expect(workerOf('vfs_read+0x1/0x2', 'entry_SYSCALL_64_after_hwframe+0x1/0x2')).toBe(false);
    const kernels = { kthread: true, stack: ['kthread+0x1/0x2', 'ret_from_fork+0x1/0x2'] };
    expect(detailsOf(thread(7, kernels))?.userWorker).toBe(false);
  });

  it('keeps 64 characters of a name and 4,096 of a command', () => {
    const details = detailsOf({
      ...thread(7, { comm: 'x'.repeat(65) }),
      '/proc/7/cmdline': 'y'.repeat(4096),
    });
    expect(details?.comm).toBe(`${'x'.repeat(63)}…`);
    expect(details?.cmdline).toBe('y'.repeat(4096));
  });

  it('is nothing for one that was not looked at', () => {
    const readings = readingsOf({ ...moving, ...thread(7), ...thread(8) });
    const files = new Map([...readings.files].filter(([path]) => !path.startsWith('/proc/8/')));
    const threads = buildState({ ...readings, files }).transition?.blockingThreads;
    expect(threads?.map(({ tid, details }) => [tid, details?.comm])).toEqual([
      [7, 'cat'],
      [8, undefined],
    ]);
    expect(threads?.[1]?.details).toBeNull();
  });
});
