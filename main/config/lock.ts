/**
 * One at a time, among all threads and processes of the user's: a lock file beside the file that is
 * changed. What is done under it is done without a pause, so that it is held for milliseconds.
 */
import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, messageOf } from './jsonFile';
import { behindLinks } from './links';

/**
 * How long to wait for others, in milliseconds. On a busy machine a holder gets no turn for seconds;
 * and whoever waits so long sees one that was left behind grow old enough to be taken away.
 */
const patienceMs = 15_000;

/** A lock of this age, in milliseconds, was left behind by a process that came to its end. */
const leftBehindAfter = 10_000;

export type Locked<T> =
  | { readonly ok: true; readonly value: T }
  /** One sentence. */
  | { readonly ok: false; readonly warning: string };

/**
 * Does something while nobody else changes the file: at once where the lock is free, before the
 * caller goes on. Nothing is done where it can't be had.
 */
export async function whileLocked<T>(
  path: string,
  action: () => T,
  waitMs = patienceMs,
): Promise<Locked<T>> {
  // Whichever link leads to the file.
  const lock = `${behindLinks(path)}.lock`;
  const mark = `${process.pid} ${randomUUID()}`;
  const end = performance.now() + waitMs;
  for (;;) {
    const taken = take(lock, mark);
    if (taken === true) break;
    if (taken !== 'busy') {
      return { ok: false, warning: `${path} cannot be written: ${taken.why}` };
    }
    if (performance.now() > end) {
      return {
        ok: false,
        warning: `${path} cannot be written: ${lock} is held by another process`,
      };
    }
    removeIfLeftBehind(lock);
    await pause(5 + Math.random() * 20);
  }
  try {
    return { ok: true, value: action() };
  } finally {
    if (contentOf(lock) === mark) rmSync(lock, { force: true });
  }
}

function take(lock: string, mark: string): true | 'busy' | { readonly why: string } {
  try {
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
    writeFileSync(lock, mark, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const isTaken = codeOf(error) === 'EEXIST' && pathOf(error) === lock;
    return isTaken ? 'busy' : { why: messageOf(error) };
  }
}

/**
 * Breaks a stale lock by renaming it away, which is atomic: of several processes only one succeeds.
 * If what was renamed is not the lock that was inspected, a live process took it meanwhile, and it is
 * linked back.
 */
function removeIfLeftBehind(lock: string): void {
  const aside = `${lock}.${randomUUID()}`;
  try {
    const seen = contentOf(lock);
    if (Math.abs(Date.now() - statSync(lock).mtimeMs) < leftBehindAfter) return;
    renameSync(lock, aside);
    if (contentOf(aside) !== seen) linkSync(aside, lock);
  } catch {
    // Somebody else was quicker.
  } finally {
    rmSync(aside, { force: true });
  }
}

function contentOf(lock: string): string | null {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return null;
  }
}

function pathOf(error: unknown): unknown {
  return error instanceof Error && 'path' in error ? error.path : undefined;
}
