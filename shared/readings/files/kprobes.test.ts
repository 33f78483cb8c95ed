import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseKprobes } from './kprobes';

const one = { function: 'f', module: null, onReturn: false, byFtrace: false, armed: true };

// kernel/kprobes.c, report_probe; the second and third as captured on ppc64le and s390x.
it.each([
  ['ffffffff81238f24  k  f+0x4    [FTRACE]', { ...one, byFtrace: true }],
  [
    'c0080000001c0398  r  f+0xc  busy [DISABLED][FTRACE]',
    { ...one, module: 'busy', onReturn: true, byFtrace: true, armed: false },
  ],
  ['000003ff6000f3c8  k  f+0x0    [OPTIMIZED]', one],
  ['0000000000000000  k  f+0x25    ', one],
  ['0000000000000000  k  f+0x0  nfs [GONE]', { ...one, module: 'nfs', armed: false }],
  ['(____ptrval____)  j  f+0x0    ', one],
  ['ffffffffc0000000  k  f+0x0/0x10 [nfs] [FTRACE]', { ...one, module: 'nfs', byFtrace: true }],
  [
    '0000000000000000  k  f.isra.0+0x0    [FTRACE]',
    { ...one, function: 'f.isra.0', byFtrace: true },
  ],
])('reads %j', (line, expected) => {
  expect(parseKprobes(`${line}\n`)).toEqual([expected]);
});

it.each(['', '\n', 'k f+0x0', '0  x  f+0x0  ', '0  k  f  ', '0  k  +0x0  '])(
  'finds none in %j',
  (text) => {
    expect(parseKprobes(text)).toEqual([]);
  },
);

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(() => parseKprobes(text)).not.toThrow();
      expect(() => parseKprobes(`0  k  f+0x0  ${text}`)).not.toThrow();
    }),
  );
});
