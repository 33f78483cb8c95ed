/** Unpacks what a file or a log is compressed with, as a stream. */
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { XzReadableStream } from 'xz-decompress';
import type { ProblemCode } from '../../../shared/base/problem';
import { unpackBzip2 } from './bzip2';
import type { Packing } from './magic';
import { unpackZstd, WindowTooLarge } from './zstd';

const unpackers: Readonly<Record<Packing, (packed: Iterable<Uint8Array>) => Readable>> = {
  gzip: unpackGzip,
  xz: unpackXz,
  zstd: (packed) => inTurns(unpackZstd(packed)),
  bzip2: (packed) => inTurns(unpackBzip2(packed)),
};

/** What was packed, as it is unpacked; an error of the stream is for `breakageOf`. */
export function unpacked(packing: Packing | null, packed: Iterable<Uint8Array>): Readable {
  return packing === null ? asStream(packed) : unpackers[packing](packed);
}

function asStream(chunks: Iterable<Uint8Array>): Readable {
  return Readable.from(chunks, { objectMode: false });
}

function unpackGzip(packed: Iterable<Uint8Array>): Readable {
  const file = asStream(packed);
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => file.destroy());
  return file.pipe(gunzip);
}

function unpackXz(packed: Iterable<Uint8Array>): Readable {
  const file = asStream(packed);
  const stream = Readable.fromWeb(new XzReadableStream(Readable.toWeb(file)));
  stream.on('close', () => file.destroy());
  return stream;
}

/** Each piece in a turn of its own: what waits beside it, a time limit for one, is not held up. */
function inTurns(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Readable {
  async function* turns(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of pieces) {
      yield piece;
      await nextTurn();
    }
  }
  return Readable.from(turns(), { objectMode: false });
}

export interface Breakage {
  readonly code: ProblemCode;
  readonly why: string;
}

/** Return codes of xz-embedded (linux/include/linux/xz.h) that the decompressor passes on. */
const xzErrors: ReadonlyMap<string, Breakage> = new Map<string, Breakage>([
  ['4', { code: 'too-large', why: 'its xz dictionary is larger than 64 MiB' }],
  [
    '6',
    { code: 'unsupported-format', why: 'it is compressed with xz options that are not understood' },
  ],
  ['5', { code: 'invalid-content', why: 'something else than xz follows' }],
  ['7', { code: 'invalid-content', why: 'the compressed data is damaged' }],
  ['8', { code: 'truncated', why: 'the compressed data ends early' }],
]);

/** What an error of decompression or of the tar format means. */
export function breakageOf(error: unknown): Breakage {
  if (error instanceof WindowTooLarge) {
    return { code: 'too-large', why: 'its zstd window is larger than 128 MiB' };
  }
  const message = error instanceof Error ? error.message : String(error);
  const xzCode = /failed with error code (\d+)/.exec(message)?.[1];
  const known = xzCode === undefined ? undefined : xzErrors.get(xzCode);
  if (known) return known;
  if (/unexpected end|incomplete stream/i.test(message)) {
    return { code: 'truncated', why: 'unexpected end' };
  }
  if (/invalid tar header/i.test(message)) {
    return { code: 'invalid-content', why: 'an entry’s header makes no sense' };
  }
  return { code: 'invalid-content', why: message };
}
