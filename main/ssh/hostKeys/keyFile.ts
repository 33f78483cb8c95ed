/** Files of keys that the user's configuration names. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Bytes: ten times what a list of a million keys holds would be more. */
const mostRead = 134_217_728;

/** Of `/dev/null`, as which OpenSSH's users write "no file": major 1, minor 3 (linux/major.h). */
const nullDevice = 0x103;

/**
 * A pipe or a device would never end, or never begin.
 *
 * @throws with a `code` where it can't be read
 */
export async function readKeyFile(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (found.isCharacterDevice() && found.rdev === nullDevice) return Buffer.alloc(0);
    if (found.isDirectory()) throw new KeyFileError('EISDIR');
    if (!found.isFile()) throw new KeyFileError('it is no file');
    if (found.size > mostRead) throw new KeyFileError('it is too large');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

class KeyFileError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}
