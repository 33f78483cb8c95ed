/** What a partial scan changes, and what it leaves as the last full one found it. */
import { describe, expect, it } from 'vitest';
import { blockingThreads } from '../../shared/readings/threads';
import type { Frame } from './frames';
import { readFullScan, readPartialScan, type ThreadStates } from './threadStates';

function frame(kind: string, words: readonly string[], lines: readonly string[]): Frame {
  return { kind, words, body: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}

function fullScan(...blocking: readonly number[]): ThreadStates {
  const lines = blocking.map((tid) => `7/task/${tid}/patch_state:0`);
  const states = readFullScan(frame('t', ['100', '1'], lines), frame('e', [], []));
  if (states === null || typeof states === 'string') throw new Error('no scan');
  return states;
}

function partialScan(before: ThreadStates, ...lines: readonly string[]): ThreadStates {
  return readPartialScan(before, frame('s', ['1'], lines));
}

const tidsOf = ({ scan }: ThreadStates) => blockingThreads(scan, true).map(({ tid }) => tid);

describe('a partial scan', () => {
  it('believes what it says of each thread, and leaves the others as they were', () => {
    const after = partialScan(
      fullScan(7, 8, 9, 10),
      '/proc/7/task/7 0 4',
      '/proc/7/task/8 1 4',
      '/proc/7/task/9 gone 0',
      '/proc/20/task/20 0 0',
    );
    expect(tidsOf(after)).toEqual([7, 10, 20]);
    expect((after.scan.unlisted ?? 0) + after.scan.states.length).toBe(100);
  });

  it('remembers new threads until a full scan has looked for them', () => {
    const first = partialScan(fullScan(7), '/proc/7/task/7 0 4');
    expect(first.hasNewThreads).toBe(false);
    const uncounted = partialScan(first, '/proc/7/task/7 0 0');
    expect(uncounted.hasNewThreads).toBe(false);
    const second = partialScan(uncounted, '/proc/7/task/7 0 5');
    expect(second.hasNewThreads).toBe(true);
    expect(partialScan(second, '/proc/7/task/7 0 5').hasNewThreads).toBe(true);
    expect(fullScan(7).hasNewThreads).toBe(false);
  });

  it('does not take a child that was not counted yet for a process with new threads', () => {
    const first = partialScan(fullScan(7), '/proc/7/task/7 0 4', '/proc/20/task/20 0 0');
    expect(partialScan(first, '/proc/20/task/20 0 3').hasNewThreads).toBe(false);
  });
});
