/** The folder in which the lab keeps what it downloaded and built. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { codeOf } from './process.js';

const dayMs = 24 * 60 * 60 * 1000;

/** `$XDG_CACHE_HOME/klpscope/lab`, by default in `~/.cache`. */
export function cacheFolder(): string {
  const configured = process.env['XDG_CACHE_HOME'];
  const base = configured?.startsWith('/') ? configured : join(homedir(), '.cache');
  return join(base, 'klpscope', 'lab');
}

/** A short name for everything that went into something. */
export function keyOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${part.length}:`).update(part);
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Returns the folder `name` of the cache, made by `build` if it isn't there. It appears as a whole or
 * not at all, and two processes that want the same don't build it twice.
 */
export async function cached(
  name: string,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, name);
  mkdirSync(cache, { recursive: true });
  const unlock = existsSync(folder) ? undefined : await lock(`${folder}.lock`);
  try {
    if (!existsSync(folder)) {
      const unfinished = join(cache, `.${name}-${process.pid}-${randomBytes(4).toString('hex')}`);
      mkdirSync(unfinished, { mode: 0o700 });
      try {
        await build(unfinished);
        renameSync(unfinished, folder);
      } finally {
        rmSync(unfinished, { recursive: true, force: true });
      }
    }
    // Its age since the last use: what prune() goes by.
    utimesSync(folder, new Date(), new Date());
    return folder;
  } finally {
    unlock?.();
  }
}

/** Removes folders `PREFIX-…` that nobody has used for two weeks. */
export function prune(prefix: string): void {
  const cache = cacheFolder();
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith(`${prefix}-`) && Date.now() - statSync(path).mtimeMs > 14 * dayMs) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** Waits until this process alone has the lock; one whose owner has died is taken over. */
export async function lock(path: string): Promise<() => void> {
  for (;;) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => unlinkSync(path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        throw error;
      }
    }
    if (ownerIsGone(path)) {
      rmSync(path, { force: true });
    } else {
      await pause(200);
    }
  }
}

function ownerIsGone(path: string): boolean {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    // An empty file is one whose owner is about to write its number.
    return owner > 0 && !existsSync(`/proc/${owner}`);
  } catch {
    return false;
  }
}
