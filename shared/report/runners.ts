/** Which implementation of a function how many threads run. */
import { visible } from '../base/text';
import { roleGaps, runnerWords as words } from '../words/functions';
import { isSure, say } from '../words/sentence';
import type { ActiveFunction, StatusDocument } from './statusDocument';
import { certaintyOf } from './certainty';
import { premisesOfFunction } from './premises';

export interface Runner {
  /** Livepatch, or `original`. */
  readonly name: string;
  /** What newly switched threads run. */
  readonly active: boolean;
  /** Threads that run it now; null where that can't be counted. */
  readonly threads: number | null;
  /** How many threads run it; else whether it runs. */
  readonly word: string;
}

/** Top of the stack first, the original last. */
export function runnersOf(entry: ActiveFunction, status: StatusDocument): readonly Runner[] {
  const counts = countsOf(entry, status);
  const isPartial = (status.coverage.threadsDenied ?? 0) > 0;
  return ['original', ...entry.stack].reverse().map((name, place) => {
    const threads = counts.get(name) ?? null;
    return {
      name,
      active: name === entry.active,
      threads,
      word:
        threads === null
          ? wordFor(entry, status, name, place === 0)
          : say(
              words.threads,
              { ...premisesOfFunction(entry, status), threads: !isPartial },
              threads,
            ),
    };
  });
}

function wordFor(
  entry: ActiveFunction,
  status: StatusDocument,
  name: string,
  isTop: boolean,
): string {
  const given = premisesOfFunction(entry, status);
  const beside = () => {
    if (name === leftOf(entry, status)) {
      return say(words.runsInThreads, { ...given, threads: null }, 0);
    }
    if (name === 'original') return say(words.notRun, given, undefined);
    const isAbove = entry.active !== null && placeOf(name, entry) > placeOf(entry.active, entry);
    return say(isAbove ? words.passedOver : words.shadowed, given, undefined);
  };
  if (name === entry.active) {
    const isMoving = status.transition !== null && entry.stack.includes(status.transition.patch);
    return say(isMoving ? words.runsInSwitched : words.runs, given, undefined);
  }
  switch (certaintyOf(entry, status)) {
    case 'known':
      return beside();
    case 'not-loaded':
      return say(words.moduleNotLoaded, { ...given, loaded: true }, undefined);
    case 'nop':
      if (isTop) return roleGaps.takenOverOrReverted;
      return name === 'original' ? 'perhaps' : say(words.shadowed, given, undefined);
    case 'order':
    case 'unknown':
      return 'not known';
  }
}

/** The original lies below all livepatches. */
function placeOf(name: string, { stack }: ActiveFunction): number {
  return stack.indexOf(name);
}

/** What threads run that have not switched; null: no transition is known to move them. */
function leftOf({ stack }: ActiveFunction, { transition }: StatusDocument): string | null {
  if (transition === null || transition.direction === null) return null;
  const place = stack.indexOf(transition.patch);
  if (place < 0) return null;
  if (transition.direction === 'unpatching') return transition.patch;
  return stack[place - 1] ?? 'original';
}

/** What runs, in a table, beneath that title. */
export function runsText(entry: ActiveFunction, status: StatusDocument): string {
  const { active } = entry;
  const given = premisesOfFunction(entry, status);
  switch (certaintyOf(entry, status)) {
    case 'not-loaded':
      return say(words.moduleNotLoaded, { ...given, loaded: true }, undefined);
    case 'nop':
      return roleGaps.takenOverOrReverted;
    case 'known':
    case 'order':
    case 'unknown':
      if (active === null) return 'not known';
      return say(words.name, given, active === 'original' ? 'the original' : visible(active));
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
  const { total, done, blocking } = transition.threads;
  if (total === 0 || !isSure(words.runs, premisesOfFunction(entry, status))) return counts;
  const left = leftOf(entry, status);
  if (left === null || left === active) return counts;
  if (active !== null && done !== null) counts.set(active, done);
  if (blocking !== null) counts.set(left, blocking);
  return counts;
}
