import { expect, test } from 'vitest';
import { countText, durationText, percentText, plural } from './format';

test.each([
  [809, 812, '99.63 %'],
  [60, 62, '96.7 %'],
  [0, 812, '0.0 %'],
  [812, 812, '100 %'],
  [99_999_999, 100_000_000, '99.99 %'],
])('%i of %i is %s: it says 100 only when it is all', (done, total, text) => {
  expect(percentText(done, total)).toBe(text);
});

test('what is unknown has no percentage and no zero', () => {
  expect(percentText(null, 812)).toBeNull();
  expect(percentText(3, null)).toBeNull();
  expect(percentText(0, 0)).toBeNull();
  expect(countText(null)).toBe('unknown');
  expect(plural(null, 'thread')).toBe('an unknown number of threads');
});

test.each([
  [41, '41 s'],
  [200, '3 min 20 s'],
  [3600, '1 h'],
  [18_120, '5 h 2 min'],
  [86_400, '1 day'],
  [41 * 86_400 + 5, '41 days'],
])('%i seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
