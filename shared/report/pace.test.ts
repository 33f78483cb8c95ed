import { expect, test } from 'vitest';
import { slownessText } from './pace';

test('seconds have one digit where it says something', () => {
  expect(slownessText({ everyMs: 4000, roundMs: 1000 })).toBe('every 4 s: a round takes 1 s');
  expect(slownessText({ everyMs: 12_345, roundMs: 3086.25 })).toBe(
    'every 12 s: a round takes 3.1 s',
  );
  expect(slownessText({ everyMs: 9960, roundMs: 2490 })).toBe('every 10 s: a round takes 2.5 s');
});
