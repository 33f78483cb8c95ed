/** Commands of demo hosts, for the registry. */
import type { Command } from '../state/command';
import { openByDialog } from '../state/actions';
import { selectedHost, useWindow, type WindowState } from '../state/store';
import { pause, playbackOf, moveTo, setSpeed, step, togglePlayback } from './playback';
import { changeSpeed, direct, openFleet, speeds, takeOver, togglePlay } from './control';

const demoOf = (state: WindowState) => selectedHost(state)?.demo ?? null;
const onDemo = (state: WindowState) => demoOf(state) !== null;

const onPlayer = (state: WindowState) => onDemo(state) || Boolean(selectedHost(state)?.recording);

/** Seconds in one of what is played; null: nothing is. */
function speedOf(state: WindowState): number | null {
  const host = selectedHost(state);
  if (host?.recording) return playbackOf(host.id).speed;
  return host?.demo?.speed ?? null;
}

/** The same keys go through stories and recordings. */
function onEither(onStory: (id: string) => void, onRecording: (id: string) => void): () => void {
  return () => {
    const host = selectedHost(useWindow.getState());
    if (host) (host.recording ? onRecording : onStory)(host.id);
  };
}

function changePlaybackSpeed(id: string, by: 1 | -1): void {
  const { speed } = playbackOf(id);
  const next = speeds[speeds.findIndex((one) => one === speed) + by];
  if (next !== undefined) setSpeed(id, next);
}

function onHost(act: (id: string) => void): () => void {
  return () => {
    const { selected } = useWindow.getState();
    if (selected !== null) act(selected);
  };
}

export const demoCommands: readonly Command[] = [
  {
    id: 'demo.fleet',
    title: 'Open the whole fleet of demo hosts',
    group: 'Open',
    shortcuts: [],
    enabled: (state) => state.info?.demos.some(({ isFleet }) => isFleet) === true,
    run: openFleet,
  },
  {
    id: 'open.scenario',
    title: 'Open a scenario file …',
    group: 'Open',
    shortcuts: [],
    enabled: () => true,
    run: () => openByDialog('scenario'),
  },
  {
    id: 'demo.play',
    title: 'Play or pause the story or recording',
    group: 'Demo',
    shortcuts: ['F8'],
    enabled: onPlayer,
    run: onEither(togglePlay, togglePlayback),
  },
  {
    id: 'demo.step',
    title: 'Go to the story’s next step, or the recording’s next moment',
    group: 'Demo',
    shortcuts: ['F9'],
    enabled: (state) => Boolean(demoOf(state)?.next) || Boolean(selectedHost(state)?.recording),
    run: onEither(
      (id) => direct(id, { do: 'step' }),
      (id) => step(id, 1),
    ),
  },
  {
    id: 'demo.restart',
    title: 'Begin the story or recording anew',
    group: 'Demo',
    shortcuts: ['Shift+F9'],
    enabled: onPlayer,
    run: onEither(
      (id) => direct(id, { do: 'restart' }),
      (id) => {
        pause(id);
        moveTo(id, 0);
      },
    ),
  },
  {
    id: 'demo.faster',
    title: 'Play faster',
    group: 'Demo',
    shortcuts: ['F7'],
    enabled: (state) => (speedOf(state) ?? Infinity) < Math.max(...speeds),
    run: onEither(
      (id) => changeSpeed(id, 1),
      (id) => changePlaybackSpeed(id, 1),
    ),
  },
  {
    id: 'demo.slower',
    title: 'Play slower',
    group: 'Demo',
    shortcuts: ['Shift+F7'],
    enabled: (state) => (speedOf(state) ?? 0) > Math.min(...speeds),
    run: onEither(
      (id) => changeSpeed(id, -1),
      (id) => changePlaybackSpeed(id, -1),
    ),
  },
  {
    id: 'demo.take-over',
    title: 'Take over the demo host …',
    group: 'Demo',
    shortcuts: ['F4'],
    enabled: onDemo,
    run: takeOver,
  },
  {
    id: 'demo.hand-back',
    title: 'Hand back to the story',
    group: 'Demo',
    shortcuts: ['Shift+F4'],
    enabled: (state) => demoOf(state)?.takenOver === true,
    run: onHost((id) => direct(id, { do: 'hand-back' })),
  },
];
