/** What becomes of one function next: by what-if's rules, in a sentence. */
import { visible } from '../base/text';
import { nextGaps, nextWords } from '../words/functions';
import { say } from '../words/sentence';
import { certaintyOf } from '../report/certainty';
import { premisesOfFunction } from '../report/premises';
import { implementationName } from '../report/roles';
import type { ActiveFunction, StatusDocument } from '../report/statusDocument';
import { changeOf, withoutPatch } from './changes';

/** What runs once the active livepatch is gone: a livepatch or `original`; null: not known. */
export function fallback(row: ActiveFunction, status: StatusDocument): string | null {
  const { active } = row;
  if (active === null || active === 'original') return active;
  if (!row.stack.includes(active)) return null;
  const change = changeOf(status, row, withoutPatch(active));
  return change === null ? active : change.then;
}

/** The same in a table. */
export function fallbackText(row: ActiveFunction, status: StatusDocument): string {
  const then = row.active === 'original' ? null : fallback(row, status);
  const name = row.active === 'original' ? 'nothing' : implementationName(then);
  return then === null ? name : say(nextWords.fallback, premisesOfFunction(row, status), name);
}

/** Whether the transition that runs decides what comes next; else it is whether the livepatch stays. */
export function isInTransition(
  { stack }: ActiveFunction,
  { transition }: Pick<StatusDocument, 'transition'>,
): boolean {
  return transition !== null && stack.includes(transition.patch);
}

/** What happens to the function next, as a sentence. */
export function whatThen(entry: ActiveFunction, status: StatusDocument): string {
  const { active, stack } = entry;
  const given = premisesOfFunction(entry, status);
  switch (certaintyOf(entry, status)) {
    case 'not-loaded':
      return say(nextWords.whileItLoads, given, undefined);
    case 'order':
      return nextGaps.order;
    case 'nop':
      return nextGaps.nop(visible(stack.at(-1) ?? ''));
    case 'unknown':
      return nextGaps.unread;
    case 'known':
  }
  if (isInTransition(entry, status)) {
    const losers = stack.filter((name) => name !== active).map(visible);
    const lost = active === 'original' && losers.length > 0 ? losers.join(' and ') : null;
    return say(nextWords.allRun, given, { name: implementationName(active), lost });
  }
  if (active === 'original') return say(nextWords.staysOriginal, given, undefined);
  const then = fallback(entry, status);
  return then === null
    ? nextGaps.unknown
    : say(nextWords.fallsBack, given, implementationName(then));
}
