/**
 * What tests have written, kept for the end of a whole run, where all of it is searched for the
 * secrets that tests use (`npm test`, step `secrets`).
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Names the folder in which it is kept; nothing is kept where there is none. */
export const keepVariable = 'KLPSCOPE_TEST_KEEP';

/** Ends a test's folder: removed, but put aside where a whole run searches all at its end. */
export function keepOrRemove(folder: string): void {
  const keep = process.env[keepVariable];
  if (keep === undefined) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    return;
  }
  if (!existsSync(folder)) return;
  mkdirSync(keep, { recursive: true });
  renameSync(folder, join(keep, basename(folder)));
}

/** What a program has printed; one file for each process that runs tests. */
export function keepOutput(text: string): void {
  const keep = process.env[keepVariable];
  if (keep === undefined) return;
  mkdirSync(keep, { recursive: true });
  appendFileSync(join(keep, `output-${process.pid}`), text);
}
