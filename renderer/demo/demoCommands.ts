/** Commands of demo hosts, for the registry. */
import type { Command } from '../commands/command';
import { openByDialog } from '../state/actions';
import { selectedHost, useWindow, type WindowState } from '../state/store';
import { changeSpeed, direct, openFleet, speeds, takeOver, togglePlay } from './control';

const demoOf = (state: WindowState) => selectedHost(state)?.demo ?? null;
const onDemo = (state: WindowState) => demoOf(state) !== null;

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
    title: 'Play or pause the story',
    group: 'Demo',
    shortcuts: ['F8'],
    enabled: onDemo,
    run: onHost(togglePlay),
  },
  {
    id: 'demo.step',
    title: 'Go to the story’s next step',
    group: 'Demo',
    shortcuts: ['F9'],
    enabled: (state) => Boolean(demoOf(state)?.next),
    run: onHost((id) => direct(id, { do: 'step' })),
  },
  {
    id: 'demo.restart',
    title: 'Begin the story anew',
    group: 'Demo',
    shortcuts: ['Shift+F9'],
    enabled: onDemo,
    run: onHost((id) => direct(id, { do: 'restart' })),
  },
  {
    id: 'demo.faster',
    title: 'Let the story run faster',
    group: 'Demo',
    shortcuts: ['F7'],
    enabled: (state) => (demoOf(state)?.speed ?? Infinity) < Math.max(...speeds),
    run: onHost((id) => changeSpeed(id, 1)),
  },
  {
    id: 'demo.slower',
    title: 'Let the story run slower',
    group: 'Demo',
    shortcuts: ['Shift+F7'],
    enabled: (state) => (demoOf(state)?.speed ?? 0) > Math.min(...speeds),
    run: onHost((id) => changeSpeed(id, -1)),
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
