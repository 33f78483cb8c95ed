/**
 * Mutants that survive and may: each is tied to a file and an expression, and says why no test is
 * owed. An entry that no longer fits a mutant, or whose mutant is killed by now, is reported.
 */
import type { Explanation } from './explanations';

export const explained: readonly Explanation[] = [];
