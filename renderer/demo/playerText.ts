/** What the player bar says about a story. */
import type { DemoState } from '../../shared/api/contract';
import { durationText } from '../state/format';

/** What is true now. */
export function nowText({ says, takenOver, playing }: DemoState): string {
  if (takenOver) {
    return playing ? 'You have taken over.' : 'You have taken over; time stands still.';
  }
  return says ?? 'The story begins.';
}

/** What the story brings next, and when; null where it brings nothing more. */
export function nextText(demo: DemoState): string | null {
  const { next, position, lasts, takenOver } = demo;
  if (takenOver) return 'The story waits until you hand back.';
  if (next === null) return position >= lasts ? 'The story has ended.' : null;
  return `In ${durationText(Math.max(0, Math.ceil(next.at - position)))}: ${next.says}`;
}

/** The last step that went otherwise than the story says; null where none did. */
export function surpriseText({ surprises }: DemoState): string | null {
  const last = surprises.at(-1);
  if (last === undefined) return null;
  const more = surprises.length > 1 ? ` (and ${surprises.length - 1} before)` : '';
  return `Otherwise than the story says${more}: ${last}.`;
}

/** `19 of 65 s`; what passes after the end is not counted. */
export function positionText({ position, lasts }: DemoState): string {
  return `${Math.floor(Math.min(position, lasts))} of ${Math.round(lasts)} s`;
}
