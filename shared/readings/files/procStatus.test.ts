import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcStatus } from './procStatus';

/** fs/proc/array.c: `proc_task_name` escapes "\n\\", then `task_state` follows. */
function statusText(name: string): string {
  const escaped = name.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
  return (
    `Name:\t${escaped}\nUmask:\t0022\nState:\tD (disk sleep)\nTgid:\t389\nNgid:\t0\nPid:\t390\n` +
    'PPid:\t167\nTracerPid:\t0\nUid:\t1000\t1001\t1002\t1003\nGid:\t0\t0\t0\t0\nFDSize:\t64\n' +
    'Groups:\t \nNStgid:\t389\nNSpid:\t390\nKthread:\t0\nThreads:\t2\n'
  );
}

const fields = {
  state: 'D',
  tgid: 389,
  pid: 390,
  ppid: 167,
  uid: 1000,
  kthread: false,
};

describe('parseProcStatus', () => {
  it('reads the fields, the real one of the user IDs among them', () => {
    expect(parseProcStatus(statusText('cat'))).toEqual({ name: 'cat', ...fields });
  });

  it('says nothing of what an older kernel leaves out', () => {
    expect(parseProcStatus('Name:\tcat\nState:\tS (sleeping)\nPid:\t5\n')).toEqual({
      name: 'cat',
      state: 'S',
      tgid: null,
      pid: 5,
      ppid: null,
      uid: null,
      kthread: null,
    });
  });

  it('reads back every name that the kernel escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(parseProcStatus(statusText(name))).toEqual({ name, ...fields });
      }),
    );
  });

  it('believes neither of two lines, where a tree holds a name that was not escaped', () => {
    const forged = statusText('cat').replace('cat', 'cat\nUid:\t0\t0\t0\t0\nKthread:\t1');
    expect(parseProcStatus(forged)).toEqual({ name: 'cat', ...fields, uid: null, kthread: null });
  });

  it.each(['', '\n', 'Name', 'Name: cat', 'VmPeak:\t1 kB\n', 'Pid:\t-1\n', 'Pid:\t1x\n'])(
    'finds nothing in %j',
    (text) => {
      expect(parseProcStatus(text)).toBeNull();
    },
  );

  it.each(['Kthread:\t2\nPid:\t1\n', 'Kthread:\t\nPid:\t1\n'])('does not guess from %j', (text) => {
    expect(parseProcStatus(text)).toMatchObject({ pid: 1, kthread: null });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseProcStatus(text)).not.toThrow();
        expect(() => parseProcStatus(`State:\t${text}`)).not.toThrow();
      }),
    );
  });
});
