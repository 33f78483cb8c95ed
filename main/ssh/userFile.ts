/** Files that the user's SSH configuration names, and the configuration itself. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** Bytes: ten times what a list of a million keys holds would be more. */
const mostRead = 134_217_728;

/** Of `/dev/null`, as which OpenSSH's users write "no file": major 1, minor 3 (linux/major.h). */
const nullDevice = 0x103;

/** To open a pipe that nobody writes to would not return. */
const withoutWaiting = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * A pipe or a device would never end, or never begin.
 *
 * @throws with a `code` where it can't be read
 */
export async function readUserFile(path: string): Promise<Buffer> {
  const file = await open(path, withoutWaiting);
  try {
    return isReadable(await file.stat()) ? await file.readFile() : Buffer.alloc(0);
  } finally {
    await file.close();
  }
}

/** As `readUserFile`, where the caller can't wait. */
export function readUserFileSync(path: string): Buffer {
  const file = openSync(path, withoutWaiting);
  try {
    return isReadable(fstatSync(file)) ? readFileSync(file) : Buffer.alloc(0);
  } finally {
    closeSync(file);
  }
}

/** False for the null device, of which nothing is read. */
function isReadable(found: Stats): boolean {
  if (found.isCharacterDevice() && found.rdev === nullDevice) return false;
  if (found.isDirectory()) throw new UserFileError('EISDIR');
  if (!found.isFile()) throw new UserFileError('it is no file');
  if (found.size > mostRead) throw new UserFileError('it is too large');
  return true;
}

class UserFileError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** What kept a file from being read or written, for people: `EACCES`, `it is no file`. */
export function whyNot(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'it can’t be read';
}
