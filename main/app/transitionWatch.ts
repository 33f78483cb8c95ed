/**
 * What this window has seen of a running transition: since when, and how its blocking threads
 * became fewer. The kernel keeps neither.
 */
import type { StatusDocument } from '../../shared/report/statusDocument';

export interface TransitionWatch {
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
  readonly patch: string;
  readonly direction: string | null;
  /** Seconds since seen, blocking threads; oldest first. */
  readonly drain: readonly (readonly [number, number])[];
}

/** More points than a curve has pixels help nobody: beyond these every other older one goes. */
const mostPoints = 2000;

/**
 * @param before what was known after the sample before; null: no transition was running
 * @param now milliseconds since the epoch
 * @returns null where none is running. A reversal begins anew: other threads block from then on. An
 *   unreadable state is no end: what was seen stays.
 */
export function watchTransition(
  before: TransitionWatch | null,
  status: StatusDocument,
  now: number,
): TransitionWatch | null {
  if (status.transitionState === 'unknown') return before;
  const { transition } = status;
  if (status.transitionState === 'none' || transition === null) return null;
  const { patch, direction } = transition;
  const isSame = before !== null && before.patch === patch && before.direction === direction;
  const seenAt = isSame ? before.seenAt : now;
  const drain = isSame ? before.drain : [];
  const { blocking } = transition.threads;
  if (blocking === null) return { seenAt, patch, direction, drain };
  const seconds = Math.max(0, (now - seenAt) / 1000);
  return { seenAt, patch, direction, drain: [...thinned(drain), [seconds, blocking]] };
}

function thinned(drain: TransitionWatch['drain']): TransitionWatch['drain'] {
  return drain.length < mostPoints ? drain : drain.filter((_, index) => index % 2 === 0);
}
