import { expect, test } from 'vitest';
import type { DemoState } from '../../shared/api/contract';
import { nextText, nowText, positionText, surpriseText } from './playerText';

const state: DemoState = {
  title: 'Stalled on a disk sleeper',
  story: 'A backup waits.',
  position: 4.2,
  lasts: 65,
  playing: true,
  speed: 1,
  says: 'The livepatch is loaded.',
  next: { at: 19, says: 'The kernel has signalled.' },
  takenOver: false,
  rules: null,
  surprises: [],
};

test('a running story says what is, what comes, and when', () => {
  expect(nowText(state)).toBe('The livepatch is loaded.');
  // 19 − 4.2 s, rounded up: it never says 0 s before it happens.
  expect(nextText(state)).toBe('In 15 s: The kernel has signalled.');
  expect(positionText(state)).toBe('4 of 65 s');
});

test('before the first step, after the last, and past the end', () => {
  expect(nowText({ ...state, says: null })).toBe('The story begins.');
  expect(nextText({ ...state, next: null })).toBeNull();
  const over = { ...state, next: null, position: 90 };
  expect(nextText(over)).toBe('The story has ended.');
  expect(positionText(over)).toBe('65 of 65 s');
});

test('whoever has taken over is told so, and whether time passes', () => {
  const taken = { ...state, takenOver: true, next: null };
  expect(nowText(taken)).toBe('You have taken over.');
  expect(nowText({ ...taken, playing: false })).toBe('You have taken over; time stands still.');
  expect(nextText(taken)).toBe('The story waits until you hand back.');
});

test('a step that went otherwise is said, the last of several', () => {
  expect(surpriseText(state)).toBeNull();
  expect(surpriseText({ ...state, surprises: ['step 1 …', 'step 3 …'] })).toBe(
    'Otherwise than the story says (and 1 before): step 3 ….',
  );
});
