import { expect, test } from 'vitest';
import { livepatch, readingsOf, thread } from '../../testing/shared/memoryTree';
import type { Readings } from '../readings/readings';
import { buildState } from './buildState';
import { areOfContainer } from './container';

const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });

// Process 2 of a host is kthreadd, a kernel thread (init/main.c, rest_init).
test('threads are a container’s where the second process is no kernel thread', () => {
  expect(areOfContainer(readingsOf(thread(2)), [])).toBe(true);
  expect(areOfContainer(readingsOf(thread(2, { kthread: true })), [])).toBe(false);
});

test('a container without a second process shows by its lack, where every thread is listed', () => {
  const readings = readingsOf({ ...moving, ...thread(1), ...thread(7) });
  const having = (change: Partial<NonNullable<Readings['threads']>>) =>
    areOfContainer(
      { ...readings, threads: readings.threads && { ...readings.threads, ...change } },
      [],
    );
  expect(having({})).toBe(true);
  // It is there, and nothing tells what it is.
  expect(having({ pids: [1, 2] })).toBeNull();
  // Threads that have switched were only counted: it may be among them.
  expect(having({ unlisted: 5 })).toBeNull();
  expect(having({ pids: [] })).toBeNull();
  expect(areOfContainer({ ...readings, threads: null }, [])).toBeNull();
});

test('a second process whose line can’t be understood tells nothing', () => {
  const files = { ...thread(2), '/proc/2/stat': 'what is this\n', '/proc/2/task/2/stat': '' };
  expect(areOfContainer(readingsOf(files), [])).toBeNull();
});

// A tree that was put together of the threads that block has no second process either.
test('threads among which a kernel thread was seen are the host’s', () => {
  const seen = buildState(
    readingsOf({ ...moving, ...thread(1), ...thread(9, { kthread: true, comm: 'net_kthread' }) }),
  );
  expect(seen.threadsAreOfContainer).toBe(false);
});
