/** Whether a function of a livepatch only takes an older livepatch's version away. */
import { functionKey } from './functionKey';
import type { Livepatch, Order, PatchedFunction } from './systemState';

/**
 * While an atomic replace is in transition, functions that only the replaced livepatches had appear
 * as nops of the new one, and look in sysfs just like functions that it patches itself
 * (kernel/livepatch/core.c, klp_add_nops). So where one is possible, one reading can't tell, and no
 * reading of files proves one: `nop` is never true here.
 */
export function decideNops(patches: readonly Livepatch[], order: Order): Livepatch[] {
  const places = placesOf(patches);
  return patches.map((patch, position) => {
    if (!mayReplaceNow(patch)) return withNops(patch, () => false);
    return withNops(patch, (object, { name, sympos }) => {
      const { first, last } = places.get(functionKey(object, name, sympos)) ?? noPlace;
      const hasOlder = first < position || (order === 'unknown' && last > position);
      return hasOlder ? null : false;
    });
  });
}

const noPlace = { first: Infinity, last: -Infinity };

/** Positions of the first and the last livepatch that has a function. */
function placesOf(patches: readonly Livepatch[]): Map<string, { first: number; last: number }> {
  const places = new Map<string, { first: number; last: number }>();
  for (const [position, { objects }] of patches.entries()) {
    for (const { name: object, functions } of objects) {
      for (const { name, sympos } of functions) {
        const key = functionKey(object, name, sympos);
        const known = places.get(key);
        if (known) known.last = position;
        else places.set(key, { first: position, last: position });
      }
    }
  }
  return places;
}

/** Neither a livepatch that is known not to replace nor one that is known to have settled adds nops. */
export function mayReplaceNow(patch: Livepatch): boolean {
  return patch.inTransition !== false && patch.replace !== false;
}

function withNops(
  patch: Livepatch,
  nop: (object: string, patched: PatchedFunction) => boolean | null,
): Livepatch {
  const objects = patch.objects.map((object) => ({
    ...object,
    functions: object.functions.map((patched) => ({ ...patched, nop: nop(object.name, patched) })),
  }));
  return { ...patch, objects };
}
