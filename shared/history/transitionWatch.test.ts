import { describe, expect, it } from 'vitest';
import { statusOf } from '../report/status';
import { livepatch, readingsOf, thread, type Files } from '../testing/memoryTree';
import { watchTransition, withStall } from './transitionWatch';

const status = (...parts: readonly Files[]) =>
  statusOf(readingsOf(Object.assign({ '/proc/version': '' }, ...parts)));
const patching = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const unpatching = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });
const settled = livepatch('a', { vmlinux: ['f,1'] });

describe('watching a transition', () => {
  it('keeps when it was first seen, and how many threads blocked since', () => {
    const first = watchTransition(null, status(patching, thread(1), thread(2)), 1000);
    const second = watchTransition(first, status(patching, thread(1)), 3000);
    expect(second).toMatchObject({
      seenAt: 1000,
      drain: [
        [0, 2],
        [2, 1],
      ],
    });
  });

  it('begins anew with a reversal and ends with the transition', () => {
    const first = watchTransition(null, status(patching, thread(1)), 1000);
    const reversed = watchTransition(first, status(unpatching, thread(1, { state: '1' })), 2000);
    expect(reversed).toMatchObject({ seenAt: 2000, direction: 'unpatching' });
    expect(watchTransition(reversed, status(settled), 3000)).toBeNull();
  });

  it('calls it stalled after 30 s in which no thread switched', () => {
    const now = status(patching, thread(1), thread(2, { state: '1' }));
    const first = watchTransition(null, status(patching, thread(1), thread(2)), 0);
    const moved = watchTransition(first, now, 10_000);
    const codes = (seconds: number) =>
      withStall(now, watchTransition(moved, now, seconds * 1000), seconds * 1000).findings.map(
        ({ code }) => code,
      );
    expect(codes(39)).not.toContain('transition-stalled');
    expect(codes(40)).toContain('transition-stalled');
  });
});
