import { expect, test } from 'vitest';
import { durationText } from './format';

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
