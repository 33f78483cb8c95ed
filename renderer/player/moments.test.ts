import { expect, test } from 'vitest';
import { eventText, indexAt } from './moments';
import { nextMoment } from './playback';

const seconds = [0, 1, 2, 7, 12];
const marks = [
  { index: 1, text: 'livepatch_a appeared', isBad: false },
  { index: 1, text: 'livepatch_a: transition started', isBad: false },
  { index: 4, text: 'livepatch_a: transition completed', isBad: false },
];
const moments = { seconds, marks };

test.each([
  [-1, 0],
  [0, 0],
  [1.9, 1],
  [2, 2],
  [6.9, 2],
  [99, 4],
])('at %s s the last moment that is not later counts', (wanted, index) => {
  expect(indexAt(seconds, wanted)).toBe(index);
});

test('no moments, no place', () => expect(indexAt([], 3)).toBe(0));

test('what happened, or last happened before', () => {
  expect(eventText(moments, 0)).toBeNull();
  expect(eventText(moments, 1)).toBe('livepatch_a appeared (and 1 more)');
  expect(eventText(moments, 3)).toBe('6 s ago: livepatch_a appeared (and 1 more)');
  expect(eventText(moments, 4)).toBe('livepatch_a: transition completed');
  expect(eventText({ seconds: [0, 0.2], marks: [{ index: 0, text: 'x', isBad: true }] }, 1)).toBe(
    'Just before: x',
  );
});

test('playing waits as long as was between two moments, divided by the speed', () => {
  expect(nextMoment(moments, 0, 1)).toEqual({ index: 1, afterMs: 1000 });
  expect(nextMoment(moments, 3, 4)).toEqual({ index: 4, afterMs: 1250 });
  expect(nextMoment(moments, 4, 1)).toBeNull();
});

test('playing fast leaves moments out instead of showing more than can be seen', () => {
  const dense = { seconds: Array.from({ length: 100 }, (_, index) => index / 10), marks: [] };
  // A tenth of a second is 1.6 s of the recording: sixteen of its moments.
  expect(nextMoment(dense, 0, 16)).toEqual({ index: 16, afterMs: 100 });
  // Never fewer than one on.
  expect(nextMoment({ seconds: [0, 0, 0], marks: [] }, 0, 1)?.index).toBeGreaterThan(0);
});
