// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { putHost, useWindow } from '../state/store';
import { playMain, type PlayedMain } from '../../testing/renderer/playedMain';
import { hostOf, settled } from '../../testing/renderer/documents';
import { isRecording } from '../state/isRecording';
import {
  loadMoments,
  pause,
  playbackOf,
  moveTo,
  setSpeed,
  shownIndex,
  step,
  stepToMark,
  togglePlayback,
  usePlayback,
} from './playback';
import { eventually } from '../../testing/renderer/eventually';

const blank = useWindow.getState();
let main: PlayedMain;
const at = (index: number) =>
  hostOf(settled, {
    target: '/x.klprec',
    recording: {
      index,
      count: 9,
      at: '2026-11-21T12:00:00.000Z',
      seconds: index,
      lasts: 8,
      lost: false,
    },
  });
const mark = (index: number) => ({ index, text: 'x', isBad: false });
const moments = {
  seconds: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  marks: [mark(2), mark(5), mark(5), mark(7)],
};

beforeEach(() => {
  useWindow.setState(blank, true);
  usePlayback.setState({}, true);
  main = playMain();
  putHost(at(4));
});

const wanted = () => playbackOf('h1').wanted;
const moves = () => main.asked('recording:move-to').map((one) => Reflect.get(Object(one), 'index'));

/** Answers what is under way, until nothing is. */
async function settle(): Promise<void> {
  await eventually(() => {
    main.requests.forEach((request) => request.answer());
    expect(wanted()).toBeNull();
  });
}

test('while a moment is on its way only the last of several wishes counts', async () => {
  for (const index of [1, 2, 3]) moveTo('h1', index);
  expect(moves()).toEqual([1]);
  expect(shownIndex(at(4))).toBe(3);
  await settle();
  expect(moves()).toEqual([1, 3]);
  expect(shownIndex(at(4))).toBe(4);
});

test('one step beyond an end is none; a step stops what plays', async () => {
  usePlayback.setState({ h1: { moments, playing: true, speed: 1, wanted: null } });
  step('h1', -5);
  expect(moves()).toEqual([]);
  expect(playbackOf('h1').playing).toBe(false);
  step('h1', 5);
  expect(moves()).toEqual([]);
  step('h1', 4);
  expect(wanted()).toBe(8);
  await settle();
  step('h1', -4);
  expect(wanted()).toBe(0);
  await settle();
});

test.each([
  [4, 1, 5],
  [5, 1, 7],
  [7, 1, null],
  [4, -1, 2],
  [5, -1, 2],
  [2, -1, 0],
] as const)('from moment %i the event in direction %i is at %s', async (from, direction, to) => {
  putHost(at(from));
  usePlayback.setState({ h1: { moments, playing: true, speed: 1, wanted: null } });
  stepToMark('h1', direction);
  expect(wanted()).toBe(to);
  expect(playbackOf('h1').playing).toBe(false);
  await settle();
});

test('nothing is known of events before the moments are', () => {
  stepToMark('h1', 1);
  expect(main.requests).toEqual([]);
});

test('it plays on from where it stands, at the end from the beginning', async () => {
  togglePlayback('h1');
  expect(playbackOf('h1').playing).toBe(true);
  expect(moves()).toEqual([]);
  togglePlayback('h1');
  expect(playbackOf('h1').playing).toBe(false);
  putHost(at(8));
  togglePlayback('h1');
  expect(moves()).toEqual([0]);
  togglePlayback('h1');
  expect(moves()).toEqual([0]);
  await settle();
});

test('each recording has its own speed', () => {
  setSpeed('h1', 16);
  pause('h2');
  expect(playbackOf('h1')).toMatchObject({ speed: 16, playing: false });
  expect(playbackOf('h2')).toMatchObject({ speed: 1, playing: false });
});

test('the moments are asked for once, and then the shown one anew', async () => {
  loadMoments('h1', 9);
  main.last('recording:moments').answer(moments);
  await eventually(() => expect(playbackOf('h1').moments).toEqual(moments));
  expect(moves()).toEqual([4]);
  await settle();
  loadMoments('h1', 9);
  expect(main.asked('recording:moments')).toHaveLength(1);
  // It has grown since.
  loadMoments('h1', 10);
  expect(main.asked('recording:moments')).toHaveLength(2);
});

test.each([
  ['/srv/x.klprec', true],
  ['x.KLPREC', true],
  ['demo:x.klprec', false],
  ['dir:/x.klprec', false],
  ['x.klprec.tar', false],
])('%s is a recording: %s', (target, is) => {
  expect(isRecording({ target })).toBe(is);
});
