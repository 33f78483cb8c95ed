/** How the window goes through a recording: which moment, whether by itself, how fast. */
import { create } from 'zustand';
import type { Host, Moments } from '../../shared/api/contract';
import { attempt } from '../state/actions';
import { ask } from '../state/bridge';
import { useWindow } from '../state/store';
import { indexAt } from './moments';

export interface Playback {
  /** Null until the recording has been looked through. */
  readonly moments: Moments | null;
  readonly playing: boolean;
  /** Seconds of the recording in one. */
  readonly speed: number;
  /** The moment that was asked for and is not shown yet; null: none. */
  readonly wanted: number | null;
}

export const atRest: Playback = { moments: null, playing: false, speed: 1, wanted: null };

export const usePlayback = create<Readonly<Record<string, Playback>>>()(() => ({}));

export function playbackOf(id: string): Playback {
  return usePlayback.getState()[id] ?? atRest;
}

function change(id: string, part: Partial<Playback>): void {
  usePlayback.setState((all) => ({ [id]: { ...(all[id] ?? atRest), ...part } }));
}

/** The moment that is shown, or will be. */
export function shownIndex(host: Host): number {
  return playbackOf(host.id).wanted ?? host.recording?.index ?? 0;
}

/** Asks what happened when in a recording, unless that is known of all its moments. */
export function loadMoments(id: string, count: number): void {
  if (playbackOf(id).moments?.seconds.length === count) return;
  attempt(load(id));
}

async function load(id: string): Promise<void> {
  const moments = await ask('recording:moments', { id });
  change(id, { moments });
  const host = useWindow.getState().hosts[id];
  // Now it is known since when a transition has run at the moment that is shown.
  if (host?.recording && moments) moveTo(id, shownIndex(host));
}

const underWay = new Set<string>();

/** Shows a moment. While one is on its way only the last of several wishes counts. */
export function moveTo(id: string, index: number): void {
  change(id, { wanted: index });
  if (underWay.has(id)) return;
  underWay.add(id);
  attempt(
    ask('recording:move-to', { id, index }).finally(() => {
      underWay.delete(id);
      const { wanted } = playbackOf(id);
      if (wanted !== null && wanted !== index) moveTo(id, wanted);
      else change(id, { wanted: null });
    }),
  );
}

/** Goes some moments on or back; at the ends it stays. */
export function step(id: string, by: number): void {
  const host = useWindow.getState().hosts[id];
  if (!host?.recording) return;
  pause(id);
  const index = shownIndex(host) + by;
  if (index >= 0 && index < host.recording.count) moveTo(id, index);
}

/** Goes to the next moment at which something happened, or to the one before. */
export function stepToMark(id: string, direction: 1 | -1): void {
  const host = useWindow.getState().hosts[id];
  const { moments } = playbackOf(id);
  if (!host?.recording || !moments) return;
  const here = shownIndex(host);
  const places = moments.marks.map(({ index }) => index);
  const there =
    direction === 1
      ? places.find((index) => index > here)
      : (places.findLast((index) => index < here) ?? 0);
  pause(id);
  if (there !== undefined) moveTo(id, there);
}

export function pause(id: string): void {
  change(id, { playing: false });
}

/** Plays on; at the end, from the beginning. */
export function togglePlayback(id: string): void {
  const host = useWindow.getState().hosts[id];
  if (!host?.recording) return;
  const playing = !playbackOf(id).playing;
  if (playing && shownIndex(host) === host.recording.count - 1) moveTo(id, 0);
  change(id, { playing });
}

export function setSpeed(id: string, speed: number): void {
  change(id, { speed });
}

/** Milliseconds between two moments that are shown while playing, at least. */
const shortest = 100;

/**
 * What comes next while playing.
 *
 * @param index the moment that is shown
 * @returns null at the end
 */
export function nextMoment(
  { seconds }: Moments,
  index: number,
  speed: number,
): { readonly index: number; readonly afterMs: number } | null {
  const now = seconds[index];
  const following = seconds[index + 1];
  if (now === undefined || following === undefined) return null;
  const afterMs = Math.max(shortest, ((following - now) * 1000) / speed);
  return { index: Math.max(index + 1, indexAt(seconds, now + (afterMs * speed) / 1000)), afterMs };
}
