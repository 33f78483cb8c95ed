/** Opens the stream of a tar inside a file, whatever it is compressed with. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { XzReadableStream } from 'xz-decompress';
import { fail, succeed, type ProblemCode, type Result } from '../../../shared/base/problem';
import { missingBecause } from '../missing';

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const xzMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

/** The compression is known by the content, not by the name (a browser may have unpacked it). */
export async function openUnpacked(path: string): Promise<Result<Readable>> {
  const head = await readHead(path);
  if (!head.ok) return head;
  const bytes = head.value;
  if (bytes.length === 0) return fail('truncated', path, `${path} is empty.`);
  if (bytes.subarray(0, gzipMagic.length).equals(gzipMagic)) return succeed(unpackGzip(path));
  if (bytes.subarray(0, xzMagic.length).equals(xzMagic)) return succeed(unpackXz(path));
  if (bytes.toString('latin1', 257, 262) === 'ustar') return succeed(createReadStream(path));
  return fail(
    'unsupported-format',
    path,
    `${path} is no archive that can be read: neither gzip, xz nor tar.`,
  );
}

async function readHead(path: string): Promise<Result<Buffer>> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
      return succeed(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    const { missing, detail } = missingBecause(error);
    const code = missing === 'denied' ? 'permission-denied' : 'not-found';
    return fail(code, path, `${path} could not be read (${detail ?? missing}).`);
  }
}

function unpackGzip(path: string): Readable {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  unpacked.on('close', () => file.destroy());
  return file.pipe(unpacked);
}

function unpackXz(path: string): Readable {
  const file = createReadStream(path);
  const unpacked = Readable.fromWeb(new XzReadableStream(Readable.toWeb(file)));
  unpacked.on('close', () => file.destroy());
  return unpacked;
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
  ['7', { code: 'invalid-content', why: 'the compressed data is damaged' }],
  ['8', { code: 'truncated', why: 'the compressed data ends early' }],
]);

/** What an error of decompression or of the tar format means. */
export function breakageOf(error: unknown): Breakage {
  const message = error instanceof Error ? error.message : String(error);
  const xzCode = /failed with error code (\d+)/.exec(message)?.[1];
  const known = xzCode === undefined ? undefined : xzErrors.get(xzCode);
  if (known) return known;
  if (/unexpected end/i.test(message)) return { code: 'truncated', why: 'unexpected end' };
  if (/invalid tar header/i.test(message)) {
    return { code: 'invalid-content', why: 'an entry’s header makes no sense' };
  }
  return { code: 'invalid-content', why: message };
}
