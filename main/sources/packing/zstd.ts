/** Unpacks Zstandard by its own C code, as WebAssembly. */
import { ZSTDDecoder } from 'zstddec/stream';

/** Bytes of the window that a frame may ask for: as many as zstd(1) and its library give by themselves. */
const largestWindow = 128 * 1024 ** 2;

/** What is put into the decoder at once: little, since a kilobyte can become gigabytes. */
const portion = 4096;

/** A frame that asks for more memory than is given. */
export class WindowTooLarge extends Error {}

/** @throws where the data is damaged, or `WindowTooLarge` */
export async function* unpackZstd(packed: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  let idle = 0;
  for (const piece of decoder.decodeStreaming(portionsOf(packed))) {
    if (piece.length > 0) {
      idle = 0;
      yield piece;
      continue;
    }
    // The decoder doesn't tell an error: it stands still. Else each call takes a byte at least.
    idle += 1;
    if (idle > 2 * portion) throw new Error('the compressed data is damaged');
  }
}

function* portionsOf(packed: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  let isFirst = true;
  for (const chunk of packed) {
    if (isFirst && windowOf(chunk) > largestWindow) throw new WindowTooLarge('a larger window');
    isFirst = false;
    for (let at = 0; at < chunk.length; at += portion) yield chunk.subarray(at, at + portion);
  }
}

/**
 * Bytes of the window by the header of a frame: where there is but one segment, those of its content
 * (RFC 8878, 3.1.1.1).
 */
function windowOf(frame: Uint8Array): number {
  const [first, , , , flags = 0, descriptor = 0] = frame;
  if (first !== 0x28) return 0;
  if ((flags & 0x20) === 0) {
    const base = 2 ** (10 + (descriptor >> 3));
    return base + (base / 8) * (descriptor & 7);
  }
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = 2 ** (flags >> 6);
  const size = frame.subarray(5 + dictionaryBytes, 5 + dictionaryBytes + sizeBytes);
  return size.reduceRight((value, byte) => value * 256 + byte, 0);
}
