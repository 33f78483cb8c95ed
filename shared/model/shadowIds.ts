/** What the id of a shadow variable may tell of who chose it. */

export interface SuseId {
  /** Number in SUSE's Bugzilla (`bsc#…`). */
  readonly bug: number;
  /** Which variable of that fix, 0 to 63. */
  readonly variable: number;
}

/** Bugzilla's numbers had seven digits already when the first id was made so (October 2017). */
const leastBug = 1_000_000n;
const mostBug = 9_999_999n;

/**
 * SUSE's livepatches make an id of the bug's number and a number of the variable: `KLP_SHADOW_ID(bsc, id)`
 * is `((unsigned long)(bsc) << 6) | id` (github.com/SUSE/kernel-livepatch, shadow.h as of d8d2d5918d37).
 * Somebody else's id may look the same by chance: it reads as a bug, and need not be one.
 *
 * @param id in hexadecimal, `0x…`
 * @returns null where it can't be such an id
 */
export function suseIdOf(id: string): SuseId | null {
  if (!/^0x[0-9a-f]{1,16}$/.test(id)) return null;
  const value = BigInt(id);
  const bug = value >> 6n;
  if (bug < leastBug || bug > mostBug) return null;
  return { bug: Number(bug), variable: Number(value & 63n) };
}
