import { expect, it } from 'vitest';
import { sameNamesIn } from './symbols';

const nothing = { soleNames: [], equalNames: [] };
const read = (lines: readonly string[], ...wanted: readonly string[]) =>
  sameNamesIn(lines.map((line) => `${line}\n`).join(''), new Set(wanted));

// Lines of a 6.18, as root reads them.
const getpid = [
  'ffffffff81379cc0 t __do_sys_getpid',
  'ffffffff81379cc0 T __ia32_sys_getpid',
  'ffffffff81379cc0 T __x64_sys_getpid',
];

it('names of one address are of one function, whichever of them is asked for', () => {
  const all = ['__do_sys_getpid', '__ia32_sys_getpid', '__x64_sys_getpid'];
  const equalNames = [all.map((name) => `vmlinux:${name}`)];
  for (const name of all) {
    expect(read(getpid, `vmlinux:${name}`)).toEqual({ soleNames: [], equalNames });
  }
  expect(read([...getpid, ...getpid], 'vmlinux:__x64_sys_getpid').equalNames).toEqual(equalNames);
  expect(read(getpid, 'vmlinux:__x64_sys_gettid', 'nfs:__x64_sys_getpid')).toEqual(nothing);
});

it('a function has no other name where its address has none', () => {
  const lines = ['ffffffff81000010 T vfs_read', 'ffffffffc0a00000 t f\t[nf_nat]'];
  expect(read(lines, 'vmlinux:vfs_read', 'nf_nat:f', 'vmlinux:f')).toEqual({
    soleNames: ['vmlinux:vfs_read', 'nf_nat:f'],
    equalNames: [],
  });
});

it('of symbols of one name, and of their other names, nothing is told', () => {
  const twice = ['ffffffff81000010 t f', 'ffffffff81000020 t f'];
  expect(read(twice, 'vmlinux:f')).toEqual(nothing);
  expect(read([...twice, 'ffffffff81000010 t g'], 'vmlinux:g')).toEqual(nothing);
});

it.each([
  ['hidden addresses', ['0000000000000000 T f', '0000000000000000 T g']],
  ['no lines', ['', 'f', 'T f', 'ffffffff81000010 T', 'ffffffff81000010  f', 'zz T f']],
  [
    'no names',
    ['ffffffff81000010 T f:g', 'ffffffff81000010 T f\t[a:b]', 'ffffffff81000010 T f [x]'],
  ],
  ['endless names', [`ffffffff81000010 T ${'f'.repeat(10_000)}`]],
  [
    'more names than an address has',
    Array.from({ length: 5_000 }, (_, index) => `ffffffff81000010 T f${index || ''}`),
  ],
])('%s tell nothing', (_, lines) => {
  expect(read(lines, 'vmlinux:f', 'vmlinux:g')).toEqual(nothing);
});
