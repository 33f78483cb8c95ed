/**
 * Readers of open hosts: a few threads, many hosts in each. What reads files or computes is kept apart
 * from hosts on the network, and from each other as far as there are threads.
 */
import type { Target } from '../../shared/api/target';
import { targetTraits, type TargetTraits } from '../../shared/api/targetTraits';
import type { LiveRequest } from '../sources/source';
import type { Ask } from '../ssh/questions';
import type { CallAnswer, CallAsk, CallName } from './calls';
import { HeldHost } from './heldHost';
import { placeAmong, threadSets, type ThreadSets } from './placement';
import { builtReader, ReaderThread, type StartThread } from './readerThread';

export interface Reader {
  ask<N extends CallName>(name: N, argument: CallAsk<N>): Promise<CallAnswer<N>>;
  /** A lost host is connected to by the next sample, at once, and a human may be asked. */
  retry(): void;
  /** Gives up connecting, if it does: the host stays lost as it was. */
  cancel(): void;
  /** Resolves when a recording that was being made is whole; or, later, when nobody answers. */
  close(): Promise<void>;
}

/**
 * Opens a target. Its first call starts reading it.
 *
 * @param ask whom the reader may ask while it connects; absent: nobody
 *
 * A thread that dies answers every open call of its hosts with a problem; each of them is opened anew
 * by its next call.
 */
export type OpenReader = (target: Target, live?: Partial<LiveRequest>, ask?: Ask) => Reader;

export interface ReaderPool {
  readonly open: OpenReader;
  /** A thread runs that does not answer: the program could wait for its end for ever. */
  isStuck(): boolean;
}

/** Milliseconds between two looks for threads that do not answer. */
const lookMs = 1000;

export function createReaderPool(
  start: StartThread = builtReader(),
  sets: ThreadSets = threadSets,
): ReaderPool {
  const threads = new Map<ReaderThread, TargetTraits['waitsFor']>();
  /** Those, and the ones that are to end. */
  const running = new Set<ReaderThread>();
  let opened = 0;
  let looking: NodeJS.Timeout | undefined;

  function placeOf(target: Target): ReaderThread {
    const { waitsFor } = targetTraits[target.kind];
    const { most, movesOn } = sets[waitsFor];
    const alike = [...threads.keys()].filter((thread) => threads.get(thread) === waitsFor);
    const found = placeAmong(alike, most);
    if (found) return found;
    const thread: ReaderThread = new ReaderThread(
      start,
      movesOn,
      () => threads.delete(thread),
      () => running.delete(thread),
    );
    threads.set(thread, waitsFor);
    running.add(thread);
    return thread;
  }

  /** Goes on as long as a call waits. */
  function look(): void {
    for (const [thread, waitsFor] of threads) {
      if (!thread.look() || !sets[waitsFor].movesOn) continue;
      for (const host of thread.release()) host.moveOn();
    }
    looking = undefined;
    lookOut();
  }

  function lookOut(): void {
    const waits = [...threads.keys()].some(({ hosts }) =>
      [...hosts.values()].some(({ isWaiting }) => isWaiting),
    );
    if (waits) looking ??= setTimeout(look, lookMs).unref();
  }

  function open(target: Target, live: Partial<LiveRequest> = {}, person?: Ask): Reader {
    const host = new HeldHost((opened += 1), target, live, person, () => placeOf(target));
    return {
      ask(name, argument) {
        const answered = host.ask(name, argument);
        lookOut();
        return answered;
      },
      retry: () => host.tell('retry'),
      cancel: () => host.tell('cancel'),
      close: () => host.close(),
    };
  }

  return { open, isStuck: () => [...running].some(({ isStuck }) => isStuck) };
}
