import { expect, test } from 'vitest';
import { offsetsOf, rowAt, scrollToShow, shownRows } from './window';

const heights = [46, 30, 30, 46];
const offsets = offsetsOf(heights, (height) => height);

test('each row begins where the one before ends', () => {
  expect([...offsets]).toEqual([0, 46, 76, 106, 152]);
});

test.each([
  [-5, 0],
  [0, 0],
  [45, 0],
  [46, 1],
  [105, 2],
  [151, 3],
  [9999, 3],
])('position %i lies in row %i', (position, row) => {
  expect(rowAt(offsets, position)).toBe(row);
});

test('of 20,000 rows only those near the screen are drawn', () => {
  const long = offsetsOf(
    Array.from({ length: 20_000 }, () => 30),
    (height) => height,
  );
  const { first, end } = shownRows(long, 300_000, 600);
  expect(first).toBeLessThanOrEqual(10_000);
  expect(end).toBeGreaterThanOrEqual(10_020);
  expect(end - first).toBeLessThan(50);
});

test('no rows, nothing drawn', () => {
  expect(
    shownRows(
      offsetsOf([], () => 30),
      0,
      600,
    ),
  ).toEqual({ first: 0, end: 0 });
});

test('it scrolls only as far as it takes to see a row', () => {
  expect(scrollToShow(offsets, 1, 0, 100)).toBe(0);
  expect(scrollToShow(offsets, 3, 0, 100)).toBe(52);
  expect(scrollToShow(offsets, 0, 60, 100)).toBe(0);
});
