/**
 * The one way in which tests are skipped: for what the machine lacks, and with a reason. The run prints
 * each with its reason, and fails where the machine has all that tests need.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** Names the file in which a run gathers the reasons. */
export const skipsVariable = 'KLPSCOPE_TEST_SKIPS';

/**
 * For `describe.skipIf` and `it.skipIf`.
 *
 * @param file the test's own, `import.meta.filename`
 * @param why the tests can't be run here; undefined: they can
 */
export function skipping(file: string, why: string | undefined): boolean {
  if (why === undefined) return false;
  const reasons = process.env[skipsVariable];
  const line = JSON.stringify({ file, why: why.replaceAll(/\s+/g, ' ').trim() });
  if (reasons !== undefined) appendFileSync(reasons, `${line}\n`);
  return true;
}

const reasonSchema = z.object({ file: z.string(), why: z.string() });

/** The reasons by the file that they were given in. */
export function reasonsIn(file: string): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  if (!existsSync(file)) return reasons;
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const reason = reasonSchema.parse(JSON.parse(line));
    const known = reasons.get(reason.file) ?? [];
    if (!known.includes(reason.why)) reasons.set(reason.file, [...known, reason.why]);
  }
  return reasons;
}
