import { expect, test } from 'vitest';
import { blocker } from '../../testing/shared/documents';
import { nonRemedies } from './nonRemedies';

// klp_send_signals of kernel/livepatch/transition.c signals user threads, which wakes interruptible
// sleep only, and wakes kernel threads up, which makes none leave its function.
test.each([
  ['a kernel thread', { kthread: true, state: 'S' }, ['Signals will not']],
  ['a kernel thread in uninterruptible sleep', { kthread: true, state: 'D' }, ['Signals will not']],
  ['uninterruptible sleep', { state: 'D' }, ['The kernel’s signal will not']],
  ['uninterruptible sleep', { state: 'D', kthread: null }, ['The kernel’s signal will not']],
  ['a stopped thread', { state: 'T' }, ['Waiting alone will not']],
  ['a traced thread', { state: 't' }, ['Waiting alone will not']],
  ['interruptible sleep', { state: 'S' }, []],
  ['a running thread', { state: 'R' }, []],
  ['a thread of which nothing is known', { state: null, kthread: null }, []],
] as const)('what does not help %s', (_, change, titles) => {
  const found = nonRemedies(blocker(1, change));
  expect(found.map(({ title }) => title)).toEqual(titles);
  for (const { text } of found) expect(text).not.toBe('');
});
