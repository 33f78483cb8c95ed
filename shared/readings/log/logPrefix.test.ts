import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLogLine } from './logPrefix';

const message = "livepatch: enabling patch 'lp_one'";

describe('parseLogLine', () => {
  it.each([
    ['[    7.319935] ', 7.319935],
    ['[123456.319935] ', 123456.319935],
    ['<5>[    7.319935] ', 7.319935],
    ['<6>[    7.319935][  T389] ', 7.319935],
    ['[    7.319935] [   C1] ', 7.319935],
    ['[    7.319935 <    0.000012>] ', 7.319935],
    ['kern  :notice : [    7.319935] ', 7.319935],
    ['[    7.319935] db1 kernel: ', 7.319935],
    ['Nov 21 04:58:55 db1 kernel: [    7.319935] ', 7.319935],
    // The kernel's own stamp behind that of journald.
    ['[    9.000000] db1 kernel: [    7.319935] ', 7.319935],
    ['Nov 21 04:58:55 db1 kernel: ', null],
    ['Nov 21 04:58:55.123456 db1 kernel: ', null],
    ['Nov  1 04:58:55 db1 kernel: ', null],
    ['2026-11-21T04:58:55+0100 db1 kernel: ', null],
    ['2026-11-21T04:58:55.123456+01:00 db1 kernel: ', null],
    ['Sat 2026-11-21 04:58:55 UTC db1 kernel: ', null],
    ['1763700000.123456 db1 kernel: ', null],
    ['[Sat Nov 21 04:58:55 2026] ', null],
    ['[Sat Nov 21 04:58:55 2026] [  T389] ', null],
    ['2026-11-21T04:58:55,123456+00:00 ', null],
    ['[  +0.000013] ', null],
    ['', null],
  ])('takes %j off', (prefix, seconds) => {
    expect(parseLogLine(prefix + message)).toMatchObject({ seconds, message });
  });

  it.each([
    `Nov 21 04:58:55 db1 app[7]: kernel: ${message}`,
    `Nov 21 04:58:55 db1 app: ${message}`,
    `[    7.319935] audit: comm="kernel: ${message}`,
  ])("leaves another program's words before the message: %s", (line) => {
    expect(parseLogLine(line).message).not.toBe(message);
  });

  it('reads back what the kernel prints', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(999_999),
        fc.stringMatching(/^[a-z]+: [\w ]*$/),
        (s, us, told) => {
          const stamp = `${String(s).padStart(5)}.${String(us).padStart(6, '0')}`;
          const { seconds, message: text } = parseLogLine(`[${stamp}] ${told}`);
          fc.pre(!told.startsWith('kernel: '));
          expect(seconds).toBe(Number(stamp));
          expect(text).toBe(told);
        },
      ),
    );
  });

  it('never throws, and keeps the end of every line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        expect(line.endsWith(parseLogLine(line).message)).toBe(true);
      }),
    );
  });
});
