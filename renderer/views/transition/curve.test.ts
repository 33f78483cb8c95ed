import { expect, test } from 'vitest';
import { curveOf, ticksOf } from './curve';

test('threads switch at one moment: the curve is made of steps', () => {
  const curve = curveOf(
    [
      [0, 10],
      [5, 5],
      [10, 0],
    ],
    100,
    104,
  );
  expect(curve).toMatchObject({
    line: 'M0 3H50V53H100V103',
    area: 'M0 3H50V53H100V103V104H0Z',
    seconds: 10,
    most: 10,
  });
});

test('one point, or no time between them, is no curve', () => {
  expect(curveOf([], 100, 100)).toBeNull();
  expect(curveOf([[3, 4]], 100, 100)).toBeNull();
  expect(
    curveOf(
      [
        [3, 4],
        [3, 2],
      ],
      100,
      100,
    ),
  ).toBeNull();
});

test('a short watch has two ticks, a longer one four', () => {
  expect(ticksOf(4)).toEqual([0, 4]);
  expect(ticksOf(45)).toEqual([0, 15, 30, 45]);
});
