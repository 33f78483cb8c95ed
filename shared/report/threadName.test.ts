import { expect, test } from 'vitest';
import { blocker } from '../../testing/shared/documents';
import { blockerKey, threadName, threadNumber } from './threadName';

const idle = blocker(0, { pid: null, tid: null, cpu: 0, comm: 'swapper/0' });
const unnumbered = blocker(0, { pid: null, tid: null });

test('a thread is called by its name and number, and what is not known is said', () => {
  expect(threadName(blocker(389))).toBe('cat (389)');
  expect(threadName(blocker(389, { comm: null }))).toBe('thread (389)');
  expect(threadName(unnumbered)).toBe('cat (number unknown)');
  expect(threadName(blocker(1, { comm: 'a\u001b[2J' }))).toBe(String.raw`a\x1b[2J (1)`);
});

test('an idle CPU is called by the CPU: it has no number of a thread', () => {
  expect(threadName(idle)).toBe('idle CPU 0');
  expect(threadNumber(idle)).toBe('CPU 0');
});

test('a number that is not known is no number', () => {
  expect(threadNumber(blocker(389))).toBe('389');
  expect(threadNumber(unnumbered)).toBe('unknown');
});

test('blocking threads are told apart by process and thread, idle CPUs by CPU', () => {
  const keys = [
    blocker(7),
    blocker(8, { pid: 7 }),
    blocker(8),
    idle,
    { ...idle, cpu: 1 },
    blocker(0),
  ].map(blockerKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(blockerKey(blocker(7, { comm: 'other' }))).toBe(keys[0]);
});
