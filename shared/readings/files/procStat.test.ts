import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcStat } from './procStat';

/** Fields 4 to 22 of proc_pid_stat(5), and some behind them. */
function statLine(fields: {
  pid: number;
  comm: string;
  state: string;
  ppid: number;
  flags: number;
  startTicks: number;
}): string {
  const { pid, comm, state, ppid, flags, startTicks } = fields;
  const upToFlags = `${ppid} 1 1 34816 -1 ${flags}`;
  const upToStart = `86 3489 0 0 1 68 50 33 20 0 1 0 ${startTicks}`;
  return `${pid} (${comm}) ${state} ${upToFlags} ${upToStart} 2314240 347 18446744073709551615\n`;
}

describe('parseProcStat', () => {
  it('reads a process of a captured kernel', () => {
    const text =
      '1290 (bash) S 167 1290 1290 0 -1 4194560 492 125 0 0 8 1 1 1 20 0 1 0 9294 4427776 747 ' +
      '18446744073709551615 94743461904384 94743462693789 140726061267088 0 0 0 65536 4 65538 1 0 ' +
      '0 17 0 0 0 0 0 0 94743462927088 94743462975332 94744361488384 140726061272816 ' +
      '140726061272824 140726061272824 140726061273070 0\n';
    expect(parseProcStat(text)).toEqual({
      pid: 1290,
      comm: 'bash',
      state: 'S',
      ppid: 167,
      flags: 4194560,
      kthread: false,
      workerBits: false,
      startTicks: 9294,
    });
  });

  it('tells a kernel thread by its flag', () => {
    const text =
      '2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 2 0 0 20 0 1 0 47 0 0 18446744073709551615 0 ' +
      '0 0 0 0 0 0 2147483647 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n';
    expect(parseProcStat(text)).toMatchObject({ pid: 2, comm: 'kthreadd', kthread: true });
  });

  it.each([
    'a b',
    ') R 1 1 1 0 -1 2097152 0 0 0 0 0 0 0 0 20 0 1 0 9',
    '((',
    '))) ((',
    ') (',
    '\n) Z 0\n',
    '',
    '\u001B[31m',
    'x'.repeat(65_536),
  ])('leaves the name %j whole', (comm) => {
    const fields = { pid: 7, comm, state: 'D', ppid: 1, flags: 0, startTicks: 5 };
    expect(parseProcStat(statLine(fields))).toEqual({
      ...fields,
      kthread: false,
      workerBits: false,
    });
  });

  it.each([
    ['', 'nothing'],
    ['1', 'a number'],
    ['1 (a', 'an open name'],
    ['1 (a) ', 'no fields'],
    ['x (a) S 0 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9\n', 'no PID'],
    ['1 (a) SS 0 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9\n', 'no state letter'],
    ['1 (a) S -1 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9\n', 'a negative parent'],
    ['1 (a) S 0 0 0 0 -1 4294967296 0 0 0 0 0 0 0 0 20 0 1 0 9\n', 'flags of 33 bits'],
    ['1 (a) S 0 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0\n', 'no start'],
    ['1 (a) S 0 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99999999999999999999\n', 'a start too large'],
  ])('refuses %j: %s', (text) => {
    expect(parseProcStat(text)).toBeNull();
  });

  it('reads back whatever the kernel writes', () => {
    const fields = fc.record({
      pid: fc.integer({ min: 1, max: 4_194_304 }),
      comm: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(fc.constantFrom(')', ' ', '(', 'S', '1', '\n')).map((parts) => parts.join('')),
      ),
      state: fc.constantFrom('R', 'S', 'D', 'T', 't', 'Z', 'I', 'X'),
      ppid: fc.nat(4_194_304),
      flags: fc.oneof(fc.constant(0xffff_ffff), fc.nat(0x7fff_ffff)),
      startTicks: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(fields, (written) => {
        const kthread = Math.floor(written.flags / 0x20_0000) % 2 === 1;
        const bit = (value: number) => Math.floor(written.flags / value) % 2 === 1;
        const workerBits = bit(0x10) || bit(0x4000);
        expect(parseProcStat(statLine(written))).toEqual({ ...written, kthread, workerBits });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseProcStat(text)).not.toThrow();
      }),
    );
  });
});
