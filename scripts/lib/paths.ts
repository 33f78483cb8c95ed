import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository's top folder. */
export const root = resolve(import.meta.dirname, '../..');

/** Where what was fetched or found out once is kept for the user; survives `npm ci`. */
export const cacheFolder = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'klpscope',
);
