import { describe, expect, it } from 'vitest';
import { statusOf } from '../report';
import { livepatch, readingsOf, thread, type Files } from '../../testing/shared/memoryTree';
import { finding, settled as calm, transition } from '../../testing/shared/documents';
import type { StatusDocument } from '../report/statusDocument';
import { watchTransition, withStall, type TransitionWatch } from './transitionWatch';

const status = (...parts: readonly Files[]) =>
  statusOf(readingsOf(Object.assign({ '/proc/version': '' }, ...parts)));
const patching = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const unpatching = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });
const settled = livepatch('a', { vmlinux: ['f,1'] });

/** A running transition that so many threads block; null: not known. */
const blockedBy = (blocking: number | null): StatusDocument => ({
  ...calm,
  transitionState: 'running',
  transition: transition({ threads: { total: 9000, done: null, blocking, undefined: 0 } }),
});

/** What was seen of numbers of blocking threads, one at each of these milliseconds. */
function seen(...readings: readonly (readonly [ms: number, blocking: number | null])[]) {
  let watch: TransitionWatch | null = null;
  for (const [ms, blocking] of readings) watch = watchTransition(watch, blockedBy(blocking), ms);
  return watch;
}

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
    expect(reversed).toEqual({
      seenAt: 2000,
      patch: 'a',
      boot: { bootId: null, uptimeSeconds: null },
      direction: 'unpatching',
      drain: [[0, 1]],
    });
    expect(watchTransition(reversed, status(settled), 3000)).toBeNull();
  });

  it('begins anew with another livepatch', () => {
    const other = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1' });
    const first = watchTransition(null, status(patching, thread(1)), 1000);
    expect(watchTransition(first, status(other, thread(1)), 2000)).toMatchObject({
      seenAt: 2000,
      patch: 'b',
      drain: [[0, 1]],
    });
  });

  it('goes on over a reading that could not tell whether it runs', () => {
    const first = watchTransition(null, status(patching, thread(1)), 1000);
    const unreadable = status(livepatch('a', { vmlinux: ['f,1'] }, { transition: 'x' }));
    expect(unreadable.transitionState).toBe('unknown');
    const kept = watchTransition(first, unreadable, 2000);
    expect(kept).toBe(first);
    expect(watchTransition(kept, status(patching, thread(1)), 3000)).toMatchObject({
      seenAt: 1000,
      drain: [
        [0, 1],
        [2, 1],
      ],
    });
    expect(watchTransition(null, unreadable, 2000)).toBeNull();
  });

  it('has no point for a reading without a number of threads, and goes on', () => {
    expect(seen([1000, 3], [2000, null], [3000, 2])).toMatchObject({
      seenAt: 1000,
      drain: [
        [0, 3],
        [2, 2],
      ],
    });
    expect(seen([1000, null], [2000, 3])).toMatchObject({ seenAt: 1000, drain: [[1, 3]] });
  });

  it('never counts seconds below 0, whatever the clock of a recording says', () => {
    expect(seen([5000, 2], [4000, 1])?.drain).toEqual([
      [0, 2],
      [0, 1],
    ]);
  });

  it('keeps at most 2,000 points, of the older ones every other, and the first and the last', () => {
    const readings = Array.from({ length: 9001 }, (_, second) => [second * 1000, 9001 - second]);
    let watch: TransitionWatch | null = null;
    let most = 0;
    for (const [ms = 0, blocking = 0] of readings) {
      watch = watchTransition(watch, blockedBy(blocking), ms);
      most = Math.max(most, watch?.drain.length ?? 0);
    }
    expect(most).toBe(2000);
    expect(watch?.drain[0]).toEqual([0, 9001]);
    expect(watch?.drain.at(-1)).toEqual([9000, 1]);
    for (const [seconds, blocking] of watch?.drain ?? []) expect(blocking).toBe(9001 - seconds);
  });
});

describe('a watched transition is stalled', () => {
  const stall = (document: StatusDocument, watch: TransitionWatch | null, ms: number) =>
    withStall(document, watch, ms).findings;

  it('after 30 s in which no thread switched', () => {
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

  it('counted from the last thread that switched, not from one that came to block', () => {
    expect(stall(blockedBy(5), seen([0, 5], [20_000, 5], [30_000, 5]), 30_000)).toHaveLength(1);
    expect(stall(blockedBy(4), seen([0, 5], [20_000, 4], [49_999, 4]), 49_999)).toEqual([]);
    expect(stall(blockedBy(4), seen([0, 5], [20_000, 4], [50_000, 4]), 50_000)).toHaveLength(1);
    expect(stall(blockedBy(7), seen([0, 5], [20_000, 7], [30_000, 7]), 30_000)).toHaveLength(1);
    const upAndDown = seen([0, 10], [10_000, 5], [20_000, 6], [30_000, 5], [40_000, 6]);
    expect(stall(blockedBy(6), upAndDown, 59_999)).toEqual([]);
    expect(stall(blockedBy(6), upAndDown, 60_000)).toHaveLength(1);
  });

  it('and says for how long, how many threads block, and which livepatch', () => {
    const [one] = stall(blockedBy(1), seen([1000, 1]), 42_900);
    expect(one).toEqual({
      code: 'transition-stalled',
      severity: 'error',
      subject: 'livepatch_b',
      message: 'No thread has switched for 41 s; 1 thread blocks the transition of livepatch_b.',
      evidence: ['/proc/*/task/*/patch_state'],
      remedies: ['let-it-return', 'reverse', 'ask-vendor', 'force'],
    });
    const [two] = stall(blockedBy(2), seen([0, 2]), 30_000);
    expect(two?.message).toBe(
      'No thread has switched for 30 s; 2 threads block the transition of livepatch_b.',
    );
  });

  it('and is told before all other findings, each of which stays', () => {
    const other = finding('overlap');
    const document = { ...blockedBy(1), findings: [other] };
    const found = stall(document, seen([0, 1]), 60_000);
    expect(found.map(({ code }) => code)).toEqual(['transition-stalled', 'overlap']);
    expect(document.findings).toEqual([other]);
  });

  it('and escapes the livepatch’s name', () => {
    const name = 'x\u001b[2J';
    const document = { ...blockedBy(1), transition: transition({ patch: name }) };
    const watch = watchTransition(null, document, 0);
    expect(stall(document, watch, 60_000)[0]?.message).toContain(String.raw`x\x1b[2J.`);
  });

  it('is said once: the log’s own word stands', () => {
    const known = { ...blockedBy(1), findings: [finding('transition-stalled')] };
    expect(withStall(known, seen([0, 1]), 60_000)).toBe(known);
  });

  it.each([
    ['nobody blocks', blockedBy(0), seen([0, 0])],
    ['nobody watched', blockedBy(1), null],
    ['no number of threads was ever read', blockedBy(1), seen([0, null])],
    ['how many block now is not known', blockedBy(null), seen([0, 1])],
    ['no transition runs', calm, seen([0, 1])],
  ])('not where %s', (_, document, watch) => {
    expect(withStall(document, watch, 60_000)).toBe(document);
  });
});
