/** Whether a function of a livepatch only takes an older livepatch's version away. */
import type { Livepatch, Order, PatchedFunction } from './systemState';

/**
 * While an atomic replace is in transition, functions that only the replaced livepatches had appear
 * as nops of the new one, and look in sysfs just like functions that it patches itself
 * (kernel/livepatch/core.c, klp_add_nops). So where one is possible, one reading can't tell.
 */
export function decideNops(patches: readonly Livepatch[], order: Order): Livepatch[] {
  return patches.map((patch, position) => {
    if (!mayReplaceNow(patch)) return withNops(patch, () => false);
    const others = patches.filter((other) => other !== patch);
    const older = order === 'unknown' ? others : patches.slice(0, position);
    return withNops(patch, (object, { name, sympos }) =>
      older.some((other) => hasFunction(other, object, name, sympos)) ? null : false,
    );
  });
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

function hasFunction(
  patch: Livepatch,
  object: string,
  name: string,
  sympos: number | null,
): boolean {
  return patch.objects.some(
    (candidate) =>
      candidate.name === object &&
      candidate.functions.some((own) => own.name === name && own.sympos === sympos),
  );
}
