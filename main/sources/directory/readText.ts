/** Reads one file of a host's tree on disk. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { FileReading } from '../../../shared/readings/readings';

const reading = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Follows no link and takes nothing but regular files. Those of proc and sysfs say size 0, and sysfs
 * gives a page at a time: it is read until the end.
 *
 * @throws the system's error
 */
export function readText(place: string, limit: number): FileReading {
  const read = readBytes(place, limit);
  return 'bytes' in read ? { text: read.bytes.toString('utf8'), truncated: read.truncated } : read;
}

/** As `readText`, before it is taken for text. */
export function readBytes(
  place: string,
  limit: number,
):
  | { readonly bytes: Buffer; readonly truncated: boolean }
  | Extract<FileReading, { missing: unknown }> {
  const file = openSync(place, reading);
  try {
    if (!fstatSync(file).isFile()) return { missing: 'unreadable', detail: 'not a regular file' };
    const chunks: Buffer[] = [];
    let length = 0;
    while (length <= limit) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, limit + 1 - length));
      const count = readSync(file, chunk, 0, chunk.length, null);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
    return { bytes: Buffer.concat(chunks, Math.min(length, limit)), truncated: length > limit };
  } finally {
    closeSync(file);
  }
}
