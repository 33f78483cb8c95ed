/**
 * klp_try_switch_task of kernel/livepatch/transition.c says of each thread that stays behind why it
 * does: `COMM:PID is running`, `… is sleeping on function NAME`, `… has an unreliable stack`.
 */
import { describe, expect, it } from 'vitest';
import { buildState } from '../model/buildState';
import { dmesg, livepatch, readingsOf, thread, type Files } from '../../testing/shared/memoryTree';
import { diagnose } from './diagnosis';

const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const start = "[  100.000000] livepatch: 'a': starting patching transition";
const says = (second: string, text: string) =>
  `[  ${second}] livepatch: klp_try_switch_task: ${text}`;

function named(lines: readonly string[], files: Files = {}, patch = moving) {
  const state = buildState(
    readingsOf({ '/proc/version': '', ...patch, ...files, ...dmesg(...lines) }),
  );
  return diagnose(state).fromLog;
}
const whoOf = (lines: readonly string[], files: Files = {}) =>
  named(lines, files).map(({ comm, tid, cpu }) => [comm, tid, cpu]);

const running = 'cat:7 is running';
const idle = 'swapper/3:0 is running';

describe('whom the kernel’s log alone names', () => {
  it('are idle CPUs, which have no entry in /proc, by their number', () => {
    expect(named([start, says('101.000000', idle)], thread(1, { state: '1' }))).toMatchObject([
      {
        comm: 'swapper/3',
        tid: null,
        cpu: 3,
        reason: { code: 'running', function: null, certainty: 'certain' },
        entry: { seconds: 101, line: 2 },
      },
    ]);
  });

  it('are all threads where the scan has none, and idle CPUs only where it has', () => {
    const lines = [start, says('101.000000', running), says('101.000100', idle)];
    expect(whoOf(lines)).toEqual([
      ['cat', 7, null],
      ['swapper/3', null, 3],
    ]);
    expect(whoOf(lines, thread(7))).toEqual([['swapper/3', null, 3]]);
  });

  it('is nobody with number 0 who is no CPU’s idle task, nor a thread that is called like one', () => {
    expect(whoOf([start, says('101.000000', 'odd:0 is running')])).toEqual([]);
    expect(whoOf([start, says('101.000000', 'xswapper/3:0 is running')])).toEqual([]);
    expect(whoOf([start, says('101.000000', 'swapper/3x:0 is running')])).toEqual([]);
    expect(whoOf([start, says('101.000000', 'swapper/3:7 is running')])).toEqual([
      ['swapper/3', 7, null],
    ]);
  });

  // It tries again every second; who is not named any more has switched.
  it('are those of its last round', () => {
    const lines = [
      start,
      says('101.000000', 'old:6 is running'),
      says('104.000000', running),
      says('104.000200', 'dog:8 is running'),
    ];
    expect(whoOf(lines)).toEqual([
      ['cat', 7, null],
      ['dog', 8, null],
    ]);
  });

  it('are all of them where the lines have no time', () => {
    const bare = ['old:6 is running', running].map(
      (text) => `livepatch: klp_try_switch_task: ${text}`,
    );
    expect(whoOf([start, ...bare])).toEqual([
      ['old', 6, null],
      ['cat', 7, null],
    ]);
  });

  it('are each named once, with the last word about them', () => {
    const lines = [
      start,
      says('101.000000', running),
      says('101.000100', idle),
      says('101.000200', 'cat:7 is sleeping on function f'),
      says('101.000300', 'swapper/3:0 has an unreliable stack'),
    ];
    expect(named(lines).map(({ tid, reason }) => [tid, reason.code, reason.function])).toEqual([
      [7, 'sleeping-on-function', 'f'],
      [null, 'unreliable-stack', null],
    ]);
  });

  it.each([
    ['cat:7 is running', 'running', null],
    ['cat:7 is sleeping on function f', 'sleeping-on-function', 'vmlinux'],
    ['cat:7 is sleeping on function g', 'sleeping-on-function', null],
    ['cat:7 has an unreliable stack', 'unreliable-stack', null],
  ])('are held for the reason that it gives: %s', (text, code, object) => {
    expect(named([start, says('101.000000', text)])).toMatchObject([
      { details: null, reason: { code, certainty: 'certain', object, symbol: null, frame: null } },
    ]);
  });

  it('are held for no reason where the kernel knows none', () => {
    const text =
      'livepatch: klp_try_switch_task: Unknown error code (-5) when trying to switch cat:7';
    expect(named([start, `[  101.000000] ${text}`])).toMatchObject([
      { tid: 7, reason: { code: 'unknown', certainty: 'unknown' }, remedies: ['wait'] },
    ]);
  });

  it('is nobody where no transition runs, or nothing was named in it', () => {
    const settled = livepatch('a', { vmlinux: ['f,1'] });
    expect(named([start, says('101.000000', running)], {}, settled)).toEqual([]);
    expect(named([says('99.000000', running), start])).toEqual([]);
    expect(named([start, '[  115.000000] livepatch: signaling remaining tasks'])).toEqual([]);
    expect(named([])).toEqual([]);
  });
});
