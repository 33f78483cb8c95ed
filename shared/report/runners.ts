/** Which implementation of a function how many threads run. */
import type { ActiveFunction, StatusDocument } from './statusDocument';
import { certaintyOf } from './certainty';

export interface Runner {
  /** Livepatch, or `original`. */
  readonly name: string;
  /** What newly switched threads run. */
  readonly active: boolean;
  /** Threads that run it now; null where that can't be counted. */
  readonly threads: number | null;
  readonly word: string;
}

/** Top of the stack first, the original last. */
export function runnersOf(entry: ActiveFunction, status: StatusDocument): readonly Runner[] {
  const counts = countsOf(entry, status);
  return ['original', ...entry.stack].reverse().map((name, place) => ({
    name,
    active: name === entry.active,
    threads: counts.get(name) ?? null,
    word: wordFor(entry, status, name, place === 0),
  }));
}

function wordFor(
  entry: ActiveFunction,
  status: StatusDocument,
  name: string,
  isTop: boolean,
): string {
  if (name === entry.active) return 'runs';
  switch (certaintyOf(entry, status)) {
    case 'known':
      return name === 'original' ? 'not run' : 'shadowed';
    case 'not-loaded':
      return 'module not loaded';
    case 'nop':
      if (isTop) return 'taken over or reverted';
      return name === 'original' ? 'perhaps' : 'shadowed';
    case 'order':
    case 'unknown':
      return 'not known';
  }
}

/**
 * While a livepatch that is in the function's stack is in transition, threads that are done run
 * what is active, and those that block run what is to be left. Empty where nothing can be counted.
 */
function countsOf(entry: ActiveFunction, status: StatusDocument): ReadonlyMap<string, number> {
  const { stack, active } = entry;
  const { transition } = status;
  const certainty = certaintyOf(entry, status);
  const counts = new Map<string, number>();
  if (transition === null || !stack.includes(transition.patch)) return counts;
  if (certainty !== 'known' && certainty !== 'nop') return counts;
  const { done, blocking } = transition.threads;
  const under = ['original', ...stack][stack.indexOf(transition.patch)] ?? 'original';
  const left = transition.direction === 'unpatching' ? transition.patch : under;
  if (transition.direction === null || left === active) return counts;
  if (active !== null && done !== null) counts.set(active, done);
  if (blocking !== null) counts.set(left, blocking);
  return counts;
}
