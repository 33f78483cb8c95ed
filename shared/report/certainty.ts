/** Why it may not be known what runs of a function; the contract's rule for `active`. */
import type { ActiveFunction, StatusDocument } from './statusDocument';

/**
 * `known` · `not-loaded`: its module is not loaded, nothing runs · `order`: several livepatches have
 * it and their order is unknown · `nop`: the top one takes it over or reverts it, the files do not
 * tell which · `unknown`: something else could not be read.
 */
export type Certainty = 'known' | 'not-loaded' | 'order' | 'nop' | 'unknown';

export function certaintyOf(entry: ActiveFunction, status: StatusDocument): Certainty {
  if (entry.active !== null) return 'known';
  const holders = status.patches.flatMap((patch) =>
    patch.objects
      .filter(({ name }) => name === entry.object)
      .map((object) => ({ patch: patch.name, object })),
  );
  if (holders.length > 0 && holders.every(({ object }) => object.loaded === false)) {
    return 'not-loaded';
  }
  if (status.order === 'unknown' && entry.stack.length > 1) return 'order';
  const top = entry.stack.at(-1);
  const isPossibleNop = holders.some(
    ({ patch, object }) =>
      patch === top &&
      object.functions.some(
        ({ name, sympos, nop }) => name === entry.name && sympos === entry.sympos && nop === null,
      ),
  );
  return isPossibleNop ? 'nop' : 'unknown';
}
