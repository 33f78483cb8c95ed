/** Which implementation of a function how many threads run, and what follows. */
import type { ActiveFunction, StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/readings/text';
import { fallback, implementationName } from '../livepatches/roles';

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
  const names = ['original', ...entry.stack].reverse();
  const counts = countsOf(entry, status);
  return names.map((name) => {
    const active = name === entry.active;
    return {
      name,
      active,
      threads: counts?.get(name) ?? null,
      word: active
        ? 'runs'
        : entry.active === null
          ? 'not known'
          : name === 'original'
            ? 'not run'
            : counts === null
              ? 'shadowed'
              : 'nobody',
    };
  });
}

/**
 * While a livepatch that is in the function's stack is in transition, threads that are done run
 * what is active, and those that block run what is to be left. Null where either is not known.
 */
function countsOf(
  { stack, active }: ActiveFunction,
  { transition }: StatusDocument,
): ReadonlyMap<string, number> | null {
  if (transition === null || active === null || !stack.includes(transition.patch)) return null;
  const { done, blocking } = transition.threads;
  if (done === null || blocking === null) return null;
  const place = stack.indexOf(transition.patch);
  const under = place === 0 ? 'original' : (stack[place - 1] ?? 'original');
  const left = transition.direction === 'unpatching' ? transition.patch : under;
  if (left === active) return null;
  return new Map([
    [active, done],
    [left, blocking],
  ]);
}

/** What happens to the function next, as a sentence. */
export function whatThen(entry: ActiveFunction, status: StatusDocument): string {
  const { transition } = status;
  const { active, stack } = entry;
  if (active === null) return 'Not known: it can’t be told from the files which one runs.';
  const runs = implementationName(active);
  if (transition !== null && stack.includes(transition.patch)) {
    const losers = stack.filter((name) => name !== active).map(visible);
    const lost =
      active === 'original' && losers.length > 0
        ? ` What ${losers.join(' and ')} brought to it is gone.`
        : '';
    return `All threads run ${runs}.${lost}`;
  }
  if (active === 'original') return 'It runs the original; nothing changes.';
  const then = fallback(entry);
  return then === null ? 'Not known.' : `It falls back to ${implementationName(then)}.`;
}
