/** What becomes of one function next: by what-if's rules, in a sentence. */
import { visible } from '../base/text';
import { certaintyOf } from '../report/certainty';
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

/** What happens to the function next, as a sentence. */
export function whatThen(entry: ActiveFunction, status: StatusDocument): string {
  const { active, stack } = entry;
  const top = visible(stack.at(-1) ?? '');
  switch (certaintyOf(entry, status)) {
    case 'not-loaded':
      return 'Nothing runs yet: the module is not loaded. It is patched while it loads.';
    case 'order':
      return 'Not known: several livepatches have it, and their order is not known.';
    case 'nop':
      return `All threads run what ${top} brings, or the original: an atomic replace also reverts what it does not patch itself, and these files do not tell which of the two this is.`;
    case 'unknown':
      return 'Not known: not everything that decides it could be read.';
    case 'known':
  }
  const { transition } = status;
  if (transition !== null && stack.includes(transition.patch)) {
    const losers = stack.filter((name) => name !== active).map(visible);
    const lost =
      active === 'original' && losers.length > 0
        ? ` What ${losers.join(' and ')} brought to it is gone.`
        : '';
    return `All threads run ${implementationName(active)}.${lost}`;
  }
  if (active === 'original') return 'It runs the original; nothing changes.';
  const then = fallback(entry, status);
  return then === null ? 'Not known.' : `It falls back to ${implementationName(then)}.`;
}
