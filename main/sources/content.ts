/** Bytes that are read from their beginning as often as they are asked for: of a file, or held in memory. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export interface Content {
  /** As people named it. */
  readonly name: string;
  /**
   * Its bytes, in pieces of at most `size`.
   *
   * @throws the system's error, or that it is no regular file
   */
  chunks(size?: number): Iterable<Uint8Array>;
}

const usualSize = 65_536;

/** Takes nothing but regular files: it waits for no FIFO, and no device is read. */
export function contentOfFile(path: string): Content {
  return { name: path, chunks: (size = usualSize) => chunksOf(path, size) };
}

function* chunksOf(path: string, size: number): Generator<Uint8Array, void> {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(file);
    // Of a folder the system itself says that it is one.
    if (!found.isFile() && !found.isDirectory()) throw notRegular();
    for (;;) {
      const chunk = Buffer.allocUnsafe(size);
      const count = readSync(file, chunk, 0, size, null);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

function notRegular(): Error {
  const why = 'not a regular file';
  return Object.assign(new Error(why), { code: why });
}

export function contentInMemory(name: string, pieces: readonly Uint8Array[]): Content {
  return { name, chunks: (size = usualSize) => cut(pieces, size) };
}

function* cut(pieces: readonly Uint8Array[], size: number): Generator<Uint8Array, void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
  }
}

/** Its first bytes, `count` of them or all. */
export function headOf(content: Content, count: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const chunk of content.chunks(count)) {
    pieces.push(chunk);
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}
