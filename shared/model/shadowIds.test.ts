import { expect, test } from 'vitest';
import { suseIdOf } from './shadowIds';

// As a C compiler works out KLP_SHADOW_ID(bsc, id); the first two are in use:
// bsc1197597/livepatch_bsc1197597.c and the fix of bsc1119947 in github.com/SUSE/kernel-livepatch.
test.each([
  ['0x4918741', { bug: 1197597, variable: 1 }],
  ['0x445b2c1', { bug: 1119947, variable: 1 }],
  ['0x3d09000', { bug: 1000000, variable: 0 }],
  ['0x26259fff', { bug: 9999999, variable: 63 }],
])('%s reads as a bug’s number and a variable', (id, read) => {
  expect(suseIdOf(id)).toEqual(read);
});

test.each([
  // SV_LEAK and SV_COUNTER of samples/livepatch/livepatch-shadow-fix1.c and -fix2.c.
  '0x1',
  '0x2',
  '0x4a51',
  '0x3d08fff',
  '0x2625a000',
  '0xffffffffffffffff',
  '0x10000000004918741',
  '76642113',
  '',
])('%s reads as none', (id) => {
  expect(suseIdOf(id)).toBeNull();
});
