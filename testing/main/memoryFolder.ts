import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Names the folder in memory that a whole run of the tests has to itself. */
export const memoryVariable = 'KLPSCOPE_TEST_MEMORY';

/** A folder whose files are in memory, for very many of them; the temporary one where there is none. */
export function memoryFolder(): string {
  const shared = '/dev/shm';
  return process.env[memoryVariable] ?? (existsSync(shared) ? shared : tmpdir());
}
