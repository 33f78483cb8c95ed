/** Which livepatches go when an atomic replace completes. */

interface OnStack {
  readonly replace: boolean | null;
  readonly enabled: boolean | null;
  readonly replaceSet?: number | null;
}

/** Without sets all are in one; null: a set could not be read. */
export function isSameSet(
  one: Pick<OnStack, 'replaceSet'>,
  other: Pick<OnStack, 'replaceSet'>,
): boolean | null {
  if (one.replaceSet === null || other.replaceSet === null) return null;
  return one.replaceSet === other.replaceSet;
}

/**
 * Those that lie below it, in the proposed kernels with sets those of its own set
 * (kernel/livepatch/transition.c, klp_complete_transition; core.c, klp_unpatch_replaced_patches).
 *
 * @param moving the livepatch that is being applied
 * @param stack all livepatches, bottom first where their order is known
 * @returns null: it may go
 */
export function isReplaced<T extends OnStack>(
  patch: T,
  moving: T,
  stack: readonly T[],
  order: 'reported' | 'inferred' | 'unknown',
): boolean | null {
  if (patch === moving || moving.replace === false || patch.enabled === false) return false;
  const isSame = isSameSet(patch, moving);
  if (isSame === false) return false;
  if (order !== 'unknown' && stack.indexOf(patch) > stack.indexOf(moving)) return false;
  return moving.replace === null || isSame === null || order === 'unknown' ? null : true;
}
