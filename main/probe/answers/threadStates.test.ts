/** What a partial scan changes, and what it leaves as the last full one found it. */
import { describe, expect, it } from 'vitest';
import { blockingThreads } from '../../../shared/readings/threads';
import type { Frame } from '../wire/frames';
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

describe('a full scan', () => {
  const scanned = (states: readonly string[], failures: readonly string[], total = 100) =>
    readFullScan(frame('t', [String(total), '1'], states), frame('e', [], failures));

  function scanOf(...[states, failures, total]: Parameters<typeof scanned>) {
    const read = scanned(states, failures, total);
    if (read === null || typeof read === 'string') throw new Error(`no scan: ${read}`);
    return read.scan;
  }

  it('tells who was denied from who was gone by then', () => {
    expect(
      scanOf(
        [],
        [
          '      2 Permission denied',
          '      3 Operation not permitted',
          '      4 No such file or directory',
          '     50 No such process',
        ],
      ),
    ).toMatchObject({ denied: 5, vanished: 54 });
    expect(scanOf([], [])).toMatchObject({ denied: 0, vanished: 0 });
  });

  it.each([
    'Permission denied, perhaps',
    'No Permission denied',
    'No such process here',
    'It is so: No such process',
    'Input/output error',
  ])('takes %j for neither, and is none then', (reason) => {
    expect(scanned([], ['      1 No such process', `      1 ${reason}`])).toBe(reason);
  });

  it('keeps what is no state of a thread, cut, as such', () => {
    const scan = scanOf(['7/task/7/patch_state:1', `7/task/8/patch_state:${'x'.repeat(300)}`], []);
    expect(scan.states).toEqual([1]);
    expect(scan.invalid).toEqual([{ path: '/proc/7/task/8/patch_state', text: 'x'.repeat(100) }]);
  });

  it('counts those of which it says nothing, without who was denied or gone', () => {
    const states = ['7/task/7/patch_state:0', '7/task/8/patch_state:bad'];
    const failures = ['      3 Permission denied', '      5 No such process'];
    expect(scanOf(states, failures).unlisted).toBe(100 - 2 - 3 - 5);
    expect(scanOf(states, failures, 4).unlisted).toBe(0);
  });

  it('is null where threads have no state, and a reason where not all could be read', () => {
    expect(readFullScan(frame('t', ['none'], []), undefined)).toBeNull();
    expect(readFullScan(frame('t', ['unfinished'], []), undefined)).toMatch(/could not|could be/);
  });

  it.each([
    ['1', true],
    ['0', false],
    ['', null],
    ['yes', null],
  ])('of a livepatch whose enabled is %j leads to %s', (text, enabled) => {
    const scan = readFullScan(frame('t', ['3', text], []), undefined);
    expect(scan).toMatchObject({ enabled, hasNewThreads: false });
  });
});

describe('a removal', () => {
  const leaving = (): ThreadStates => {
    const lines = ['7/task/7/patch_state:1', '7/task/8/patch_state:1', '9/task/9/patch_state:0'];
    const states = readFullScan(frame('t', ['100', '0'], lines), undefined);
    if (states === null || typeof states === 'string') throw new Error('no scan');
    return states;
  };
  const blockingIn = ({ scan }: ThreadStates) => blockingThreads(scan, false).map(({ tid }) => tid);

  it('waits for threads in the patched state, also those of which nothing is said', () => {
    const after = readPartialScan(leaving(), frame('s', ['0'], ['/proc/7/task/7 0 2']));
    expect(blockingIn(after)).toEqual([8]);
    expect(after.scan.states).toEqual([1]);
  });

  it('whose direction can’t be read claims nothing of threads that were not read', () => {
    const after = readPartialScan(leaving(), frame('s', ['?'], ['/proc/7/task/7 1 2']));
    expect(after.enabled).toBeNull();
    expect(after.scan.tids).toEqual([7]);
  });
});
