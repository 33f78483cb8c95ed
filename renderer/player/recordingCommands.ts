/** Commands of recordings, for the registry. */
import type { Command } from '../state/command';
import { attempt } from '../state/actions';
import { ask } from '../state/bridge';
import { selectedHost, useWindow, type WindowState } from '../state/store';
import { step, stepToMark } from './playback';

const onRecording = (state: WindowState) => Boolean(selectedHost(state)?.recording);

function onHost(act: (id: string) => void): () => void {
  return () => {
    const { selected } = useWindow.getState();
    if (selected !== null) act(selected);
  };
}

/** Asks for a file and records the host into it, or ends that. */
export function setRecording(id: string, on: boolean): void {
  attempt(ask('host:record', { id, on }));
}

export const recordingCommands: readonly Command[] = [
  {
    id: 'host.record',
    title: 'Record … or stop recording',
    group: 'Host',
    shortcuts: ['Mod+Shift+R'],
    enabled: (state) => {
      const host = selectedHost(state);
      return host?.live === true && host.status !== null;
    },
    run: onHost((id) => setRecording(id, useWindow.getState().hosts[id]?.recorder === null)),
  },
  {
    id: 'recording.back',
    title: 'Go one moment back in the recording',
    group: 'Demo',
    shortcuts: ['Shift+F8'],
    enabled: onRecording,
    run: onHost((id) => step(id, -1)),
  },
  {
    id: 'recording.next-event',
    title: 'Go to the recording’s next event',
    group: 'Demo',
    shortcuts: [']'],
    enabled: onRecording,
    run: onHost((id) => stepToMark(id, 1)),
  },
  {
    id: 'recording.previous-event',
    title: 'Go to the event before',
    group: 'Demo',
    shortcuts: ['['],
    enabled: onRecording,
    run: onHost((id) => stepToMark(id, -1)),
  },
];
