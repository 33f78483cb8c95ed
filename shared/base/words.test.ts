import { describe, expect, it, test } from 'vitest';
import { countOf, countText, listed, percentText } from './words';

describe('pieces of English', () => {
  it.each([
    [0, '0 threads'],
    [1, '1 thread'],
    [2, '2 threads'],
    [12_000, '12,000 threads'],
  ])('%d', (count, text) => {
    expect(countOf(count, 'thread')).toBe(text);
  });

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd'], 'a, b and 2 more'],
  ])('%j with room for three', (names, text) => {
    expect(listed(names, 3)).toBe(text);
  });

  it('a list names six without being told', () => {
    expect(listed('abcdef'.split(''))).toBe('a, b, c, d, e and f');
    expect(listed('abcdefg'.split(''))).toBe('a, b, c, d, e and 2 more');
  });
});

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
  expect(countOf(null, 'thread')).toBe('an unknown number of threads');
});
