// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Host, Moments } from '../../shared/api/contract';
import { runCommand } from '../commands/registry';
import { putHost, useWindow } from '../state/store';
import { hostOf, settled } from '../../testing/renderer/documents';
import { KindBadge } from './KindBadge';
import { usePlayback } from '../player/playback';
import { RecorderBar } from './RecorderBar';
import { RecordingBar } from './RecordingBar';

const blank = useWindow.getState();
const recording = {
  index: 2,
  count: 3,
  at: '2026-11-21T12:00:02.000Z',
  seconds: 2,
  lasts: 2,
  lost: false,
};
const host: Host = hostOf(
  {
    ...settled,
    source: 'recording',
    recording: { target: 'demo', source: 'demo', started: '2026-11-21T12:00:00.000Z' },
  },
  { target: '/srv/db1.klprec', recording },
);
const moments: Moments = {
  seconds: [0, 1, 2],
  marks: [{ index: 1, text: 'livepatch_x appeared', isBad: false }],
};
let asked: { name: string; argument: unknown }[] = [];

beforeAll(() => {
  Object.defineProperty(window, 'klpscope', {
    value: {
      request: (name: string, argument: unknown) => {
        asked.push({ name, argument });
        return Promise.resolve(name === 'recording:moments' ? moments : undefined);
      },
      subscribe: () => () => undefined,
      pathOfFile: () => '',
    },
  });
});
beforeEach(() => {
  useWindow.setState(blank, true);
  usePlayback.setState({}, true);
  putHost(host);
  useWindow.setState({ selected: 'h1' });
  asked = [];
});
afterEach(cleanup);

const moves = () =>
  asked.filter(({ name }) => name === 'recording:move-to').map((one) => one.argument);

async function shown(): Promise<HTMLElement> {
  render(<RecordingBar host={host} recording={recording} />);
  const slider = screen.getByRole('slider');
  await expect.poll(() => slider.hasAttribute('disabled')).toBe(false);
  // What was asked for when the moments came has been answered.
  await expect.poll(() => usePlayback.getState()['h1']?.wanted).toBeNull();
  asked = [];
  return slider;
}

test('the keys of the slider go from moment to moment, and to the ends', async () => {
  const slider = await shown();
  for (const [key, index] of [
    ['ArrowLeft', 1],
    ['Home', 0],
    ['End', 2],
  ] as const) {
    fireEvent.keyDown(slider, { key });
    await expect.poll(moves).toContainEqual({ id: 'h1', index });
    await expect.poll(() => usePlayback.getState()['h1']?.wanted).toBeNull();
  }
  asked = [];
  // It is at its end already.
  fireEvent.keyDown(slider, { key: 'ArrowRight' });
  expect(moves()).toEqual([]);
});

test('it says where it is and what happened', async () => {
  const slider = await shown();
  expect(slider.getAttribute('aria-valuetext')).toMatch(/, 2 s in$/);
  expect(screen.getByRole('status').textContent).toBe('1 s ago: livepatch_x appeared');
});

test('space plays, from the beginning where it stands at the end', async () => {
  const slider = await shown();
  fireEvent.keyDown(slider, { key: ' ' });
  expect(screen.getByRole('button', { name: 'Pause the recording' })).toBeTruthy();
  await expect.poll(moves).toContainEqual({ id: 'h1', index: 0 });
});

test('the commands of stories go through recordings too', async () => {
  await shown();
  expect(runCommand('recording.previous-event')).toBe(true);
  await expect.poll(moves).toEqual([{ id: 'h1', index: 1 }]);
  expect(runCommand('demo.faster')).toBe(true);
  expect(usePlayback.getState()['h1']?.speed).toBe(4);
  expect(runCommand('host.record')).toBe(false);
});

test('what is recorded, and what is being recorded, is marked', () => {
  const { rerender } = render(<KindBadge host={host} />);
  expect(screen.getByText('DEMO RECORDING')).toBeTruthy();
  const recorder = { file: '/srv/\u001bx.klprec', moments: 3, bytes: 2048, problem: null };
  const live = hostOf(settled, { target: 'db1', live: true, recorder });
  rerender(<KindBadge host={live} />);
  expect(screen.getByText('● REC')).toBeTruthy();
  rerender(<RecorderBar host={live} recorder={recorder} />);
  expect(screen.getByText(/3 samples, 2\.0 KiB/)).toBeTruthy();
  expect(document.body.textContent).not.toMatch(/\p{Cc}/u);
  fireEvent.click(screen.getByRole('button', { name: 'Stop recording' }));
  expect(asked).toContainEqual({ name: 'host:record', argument: { id: 'h1', on: false } });
  const problem = { code: 'too-large', path: null, message: 'It is full.' } as const;
  rerender(<RecorderBar host={live} recorder={{ ...recorder, problem }} />);
  expect(screen.getByRole('alert').textContent).toContain('It is full.');
});
