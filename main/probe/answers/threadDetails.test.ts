/** Details of threads as they come: at once, late, one by one, or never. */
import { describe, expect, it } from 'vitest';
import type { FileReading } from '../../../shared/readings/readings';
import type { Frame } from '../wire/frames';
import { ThreadDetails } from './threadDetails';
import { readFullScan } from './threadStates';

function frame(kind: string, words: readonly string[], ...lines: readonly string[]): Frame {
  return { kind, words, body: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}

const seven = { pid: 3, tid: 7 };
const eight = { pid: 3, tid: 8 };
const [atSeven, atEight] = ['/proc/3/task/7', '/proc/3/task/8'] as const;

function filesOf(details: ThreadDetails): ReadonlyMap<string, FileReading> {
  const files = new Map<string, FileReading>();
  details.addTo(files, null);
  return files;
}

const shown = (details: ThreadDetails, path: string) => {
  const file = filesOf(details).get(path);
  return file && 'text' in file ? file.text : file?.missing;
};

function toldOf(...lines: readonly string[]): ThreadDetails {
  const details = new ThreadDetails();
  details.takeFast([frame('d', [], ...lines)]);
  return details;
}

describe('a thread', () => {
  it('is known once something was told of it, each once', () => {
    const details = new ThreadDetails();
    const told = details.takeFast([
      frame('p', [], '/proc/9/task/9/comm:not of a frame with details'),
      frame('d', [], `${atSeven}/comm:a`, `${atSeven}/wchan:0`),
      frame('d', [], `${atEight}/comm:b`),
    ]);
    expect(told).toEqual([atSeven, atEight]);
    expect([details.has(seven), details.has(eight), details.has({ pid: 9, tid: 9 })]).toEqual([
      true,
      true,
      false,
    ]);
    expect(details.takeFast([])).toEqual([]);
  });

  it('has what is fast, vanished where it was gone by then, and waits for what is slow', () => {
    const files = filesOf(toldOf(`${atSeven}/comm:a`, `${atSeven}/stat:7 (a) S`));
    expect(Object.fromEntries(files)).toEqual({
      [`${atSeven}/comm`]: { text: 'a\n', truncated: false },
      [`${atSeven}/stat`]: { text: '7 (a) S\n', truncated: false },
      [`${atSeven}/status`]: { missing: 'vanished' },
      [`${atSeven}/wchan`]: { missing: 'vanished' },
      [`${atSeven}/stack`]: { missing: 'timed-out' },
      '/proc/3/cmdline': { missing: 'timed-out' },
      '/proc/3/cgroup': { missing: 'timed-out' },
    });
  });

  it('has the state that the scan has found', () => {
    const details = toldOf(`${atSeven}/comm:a`);
    const scan = readFullScan(
      frame('t', ['9', '1'], '3/task/7/patch_state:0', '3/task/8/patch_state:0'),
      undefined,
    );
    if (scan === null || typeof scan === 'string') throw new Error('no scan');
    const files = new Map<string, FileReading>();
    details.addTo(files, scan);
    expect(files.get(`${atSeven}/patch_state`)).toEqual({ text: '0\n', truncated: false });
    expect(files.has(`${atEight}/patch_state`)).toBe(false);
  });

  it('is forgotten with its process’ files once it is of no more interest', () => {
    const details = toldOf(`${atSeven}/comm:a`, `${atEight}/comm:b`);
    details.takeSlow([frame('k', [], '/proc/3/cgroup:0::/x'), frame('xk', [])], [atSeven]);
    details.keepOnly([seven]);
    expect([details.has(seven), details.has(eight)]).toEqual([true, false]);
    expect([shown(details, `${atSeven}/comm`), shown(details, '/proc/3/cgroup')]).toEqual([
      'a\n',
      '0::/x\n',
    ]);
    details.keepOnly([]);
    expect(filesOf(details).size).toBe(0);
    // What was kept of it is gone, too.
    details.takeFast([frame('d', [], `${atSeven}/wchan:0`)]);
    expect(shown(details, `${atSeven}/comm`)).toBe('vanished');
    expect(shown(details, '/proc/3/cgroup')).toBe('timed-out');
  });
});

describe('what is slow', () => {
  it('is as it came the second time, where it was begun twice', () => {
    const details = toldOf(`${atSeven}/comm:a`);
    details.takeSlow(
      [
        frame('k', [], `${atSeven}/stack:[<0>] torn+0x1/0x2`),
        frame('xk', [], `grep: ${atSeven}/stack: No such process`),
        frame('k', [], `${atSeven}/stack:[<0>] whole+0x1/0x2`),
        frame('xk', []),
      ],
      [atSeven],
    );
    expect(shown(details, `${atSeven}/stack`)).toBe('[<0>] whole+0x1/0x2\n');
  });

  it('is missing for the reason that is given, unless it came', () => {
    const details = toldOf(`${atSeven}/comm:a`, `${atEight}/comm:b`);
    details.takeSlow(
      [
        frame('k', [], `${atEight}/stack:[<0>] f+0x1/0x2`),
        frame(
          'xk',
          [],
          `grep: ${atSeven}/stack: Permission denied`,
          `grep: ${atEight}/stack: Permission denied`,
          '/proc/3/cgroup: slow',
        ),
      ],
      [atSeven, atEight],
    );
    expect(shown(details, `${atSeven}/stack`)).toBe('denied');
    expect(shown(details, `${atEight}/stack`)).toBe('[<0>] f+0x1/0x2\n');
    expect(shown(details, '/proc/3/cgroup')).toBe('timed-out');
    expect(shown(details, '/proc/3/cmdline')).toBe('');
  });

  it('is empty of those that were asked for where the whole has come, and late otherwise', () => {
    const whole = toldOf(`${atSeven}/comm:a`, `${atEight}/comm:b`);
    whole.takeSlow([frame('k', []), frame('xk', [])], [atSeven]);
    expect([shown(whole, `${atSeven}/stack`), shown(whole, `${atEight}/stack`)]).toEqual([
      '',
      'timed-out',
    ]);
    const part = toldOf(`${atSeven}/comm:a`);
    part.takeSlow([frame('k', [], '/proc/3/cgroup:0::/x')], [atSeven]);
    expect([shown(part, '/proc/3/cgroup'), shown(part, `${atSeven}/stack`)]).toEqual([
      '0::/x\n',
      'timed-out',
    ]);
    const none = toldOf(`${atSeven}/comm:a`);
    none.takeSlow([], [atSeven]);
    none.takeSlow([frame('xk', [])], [atSeven]);
    expect(shown(none, `${atSeven}/stack`)).toBe('timed-out');
  });

  it('may come one by one, or not in time', () => {
    const details = toldOf(`${atSeven}/comm:a`);
    const cmdline: Frame = { kind: 'C', words: ['/proc/3/cmdline'], body: Buffer.from('a\0b\0') };
    details.takeSlow([cmdline], []);
    expect(shown(details, '/proc/3/cmdline')).toBe('a\0b\0');
    details.takeSlow([frame('S', ['/proc/3/cmdline'])], []);
    expect(shown(details, '/proc/3/cmdline')).toBe('timed-out');
  });
});
