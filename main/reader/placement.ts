/** In which thread a host is read. */
import { availableParallelism } from 'node:os';
import type { TargetTraits } from '../../shared/api/targetTraits';

/** Threads for targets of one kind. */
export interface ThreadSet {
  /** As many as that are started; further hosts share them. */
  readonly most: number;
  /**
   * Where a file of one host does not answer, the other hosts of its thread go on in another one.
   * Only for hosts that can be opened again without anybody noticing: no login is asked for anew.
   */
  readonly movesOn: boolean;
}

export type ThreadSets = Readonly<Record<TargetTraits['waitsFor'], ThreadSet>>;

export const threadSets: ThreadSets = {
  network: { most: Math.max(2, Math.min(4, availableParallelism())), movesOn: false },
  files: { most: 16, movesOn: true },
  // There is one such machine, and it may be recorded: that isn't to be interrupted.
  'this-machine': { most: 1, movesOn: false },
  computing: { most: 4, movesOn: false },
};

/** Connections that start at once, over all threads. */
const startsAtOnce = 8;

/** For each of the threads that hosts on the network share. */
export const startsOfThread = Math.ceil(startsAtOnce / threadSets.network.most);

/**
 * Which thread takes one more host; null: a new one. One that does not answer is given none, and
 * another one may stand in its place.
 */
export function placeAmong<
  T extends { readonly isStuck: boolean; readonly hosts: { readonly size: number } },
>(threads: Iterable<T>, most: number): T | null {
  const answering = [...threads].filter(({ isStuck }) => !isStuck);
  if (answering.length < most) return null;
  return answering.reduce((least, each) => (each.hosts.size < least.hosts.size ? each : least));
}
