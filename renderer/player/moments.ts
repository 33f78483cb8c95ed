/** Finding one's way in the moments of a recording, and saying where one is. */
import type { Moments, RecordingState } from '../../shared/api/contract';
import { clockText, durationText } from '../state/format';

/** The last moment that is not later; the first where all are. */
export function indexAt(seconds: readonly number[], wanted: number): number {
  const after = seconds.findIndex((one) => one > wanted);
  return after === -1 ? Math.max(0, seconds.length - 1) : Math.max(0, after - 1);
}

/** `12:03:11, 41 s in`. */
export function momentText({ at, seconds }: Pick<RecordingState, 'at' | 'seconds'>): string {
  return `${clockText(at)}, ${durationText(seconds)} in`;
}

/** What happened at a moment, or last before it, and how long ago; null: nothing yet. */
export function eventText({ marks, seconds }: Moments, index: number): string | null {
  const last = marks.findLast((mark) => mark.index <= index);
  if (!last) return null;
  const together = marks.filter((mark) => mark.index === last.index).map(({ text }) => text);
  const passed = (seconds[index] ?? 0) - (seconds[last.index] ?? 0);
  const more = together.length > 1 ? ` (and ${together.length - 1} more)` : '';
  const what = `${together[0] ?? last.text}${more}`;
  if (last.index === index) return what;
  return `${passed < 1 ? 'Just before' : `${durationText(passed)} ago`}: ${what}`;
}
