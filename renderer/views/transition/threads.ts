/** The blocking threads as rows: their keys, their order, and what the filter finds. */
import { detailedThreads } from '../../../shared/readings/limits';
import type { Blocker } from '../../../shared/report/statusDocument';
import { filterByWords } from '../shared/filterByWords';

export { blockerKey as threadKey } from '../../../shared/report/threadName';

/** Whether anything was read of a thread besides that it has not switched. */
export function wasLookedAt(blocker: Blocker): boolean {
  return blocker.state !== null || blocker.comm !== null || blocker.stack !== null;
}

/**
 * Why nothing but its number is known of a thread: it is still to be read (`late`), it should have
 * been read and was not (`missing`), or it comes after those that are looked at (`beyond`).
 */
export type Unseen = 'late' | 'missing' | 'beyond';

/**
 * A live host sends names, stacks and reasons after the states; beyond the first threads the reader
 * only counts (the contract's rule).
 *
 * @param blockers all of them, in the order of the reading
 */
export function whyUnseen(
  blockers: readonly Blocker[],
  live: boolean,
): (blocker: Blocker) => Unseen {
  const expected = new Set(blockers.slice(0, detailedThreads));
  const unread = live ? 'late' : 'missing';
  return (blocker) => (expected.has(blocker) ? unread : 'beyond');
}

const haystacks = new WeakMap<Blocker, string>();

function haystackOf(blocker: Blocker): string {
  const known = haystacks.get(blocker);
  if (known !== undefined) return known;
  const { pid, tid, comm, cmdline, unit, state, reason } = blocker;
  const words = [pid, tid, comm, cmdline, unit, state, reason.code, reason.function, reason.symbol];
  const text = words.filter((word) => word !== null).join('\n');
  haystacks.set(blocker, text);
  return text;
}

/** Threads in which every word of the filter occurs, in any column, without regard to case. */
export function filterThreads(blockers: readonly Blocker[], filter: string): readonly Blocker[] {
  return filterByWords(blockers, filter, haystackOf);
}

/** To whom a thread belongs: its unit, the kernel, or its user; null where not known. */
export function ownerText({ kthread, unit, uid }: Blocker): string | null {
  if (kthread === true) return 'kernel thread';
  if (unit !== null) return unit;
  return uid === null ? null : `user ${uid}`;
}
