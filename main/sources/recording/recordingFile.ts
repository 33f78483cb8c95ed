/** Reads a `.klprec` from disk, however it ends. */
import { PassThrough, Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { recordingLimits, type RecordingLimits } from '../../../shared/history/recording/format';
import { LineReader } from '../../../shared/history/recording/parse';
import type { RecordedLines } from '../../../shared/history/recording/recording';
import type { Problem, Result } from '../../../shared/base/problem';
import { headOf, type Content } from '../content';
import { missingBecause } from '../missing';
import { packingOf } from '../packing/magic';

/**
 * A recording that was cut off, is damaged further on or is larger than the limits is used up to
 * there, and its problems say so.
 *
 * @returns `unsupported-format`: it is no recording, or of a later version · `truncated`: cut off
 *   before its first sample
 */
export async function readRecording(
  content: Content,
  limits: Partial<RecordingLimits> = {},
): Promise<Result<RecordedLines>> {
  const all = { ...recordingLimits, ...limits };
  const { recorded, damagedBefore } = await readInPieces(content, all, null);
  if (damagedBefore === null) return recorded;
  // Nothing is unpacked of a piece with damage in it: what stands before that comes in small ones.
  const fineFrom = Math.max(0, damagedBefore - 2 * largePiece);
  return (await readInPieces(content, all, fineFrom)).recorded;
}

/**
 * Bytes that are unpacked at once: usually, and where damage is near. Fewer than the head of a sample's gzip has
 * (RFC 1952), so that the end of the sample before is in no piece with damaged data.
 */
const largePiece = 65_536;
const smallPiece = 8;

interface ReadInPieces {
  readonly recorded: Result<RecordedLines>;
  /** Bytes of the file behind the damage; null: there is none. */
  readonly damagedBefore: number | null;
}

/** @param fineFrom the byte from which on pieces are small; null: nowhere */
async function readInPieces(
  content: Content,
  limits: RecordingLimits,
  fineFrom: number | null,
): Promise<ReadInPieces> {
  const path = content.name;
  const file = Readable.from(piecesOf(content, fineFrom));
  const gunzip = createGunzip({ chunkSize: 262_144 });
  // A browser may have unpacked it.
  const unpacked = file.pipe(isPacked(content) ? gunzip : new PassThrough());
  file.on('error', (error) => unpacked.destroy(error));
  const reader = new LineReader(path, limits);
  let damagedBefore: number | null = null;
  try {
    await takeLines(unpacked, reader, limits, path);
  } catch (error) {
    const problem = problemOf(error, path);
    if (problem.code === 'permission-denied') {
      return { recorded: { ok: false, problem }, damagedBefore };
    }
    if (problem.code === 'invalid-content') damagedBefore = gunzip.bytesWritten;
    reader.breakOff(problem);
  } finally {
    file.destroy();
    unpacked.destroy();
    gunzip.destroy();
  }
  return { recorded: reader.result(), damagedBefore };
}

/** What can't be read says so where its lines are read. */
function isPacked(content: Content): boolean {
  try {
    return packingOf(headOf(content, 16)) !== null;
  } catch {
    return true;
  }
}

function* piecesOf(content: Content, fineFrom: number | null): Generator<Uint8Array> {
  let at = 0;
  for (const chunk of content.chunks(largePiece)) {
    const size = fineFrom !== null && at + chunk.length > fineFrom ? smallPiece : largePiece;
    for (let from = 0; from < chunk.length; from += size) yield chunk.subarray(from, from + size);
    at += chunk.length;
  }
}

async function takeLines(
  unpacked: Readable,
  reader: LineReader,
  limits: RecordingLimits,
  path: string,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = [];
  let length = 0;
  let bytes = 0;
  for await (const chunk of unpacked) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    const lines = decoder.write(chunk).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      pieces.push(line);
      if (!reader.take(pieces.join(''))) return;
      pieces = [];
      length = 0;
    }
    pieces.push(rest);
    length += rest.length;
    // Refused for its length before it has come whole.
    if (length > limits.line && !reader.take(pieces.join(''))) return;
    if (bytes > limits.unpackedBytes) {
      const message = `${path} unpacks to more than ${limits.unpackedBytes} bytes; what follows is left out.`;
      return reader.breakOff({ code: 'too-large', path, message });
    }
  }
}

function problemOf(error: unknown, path: string): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') {
    return { code: 'truncated', path, message: `${path} was cut off within a sample.` };
  }
  if (code.startsWith('Z_')) {
    return { code: 'invalid-content', path, message: `${path}: its compressed data is damaged.` };
  }
  const { missing, detail } = missingBecause(error);
  const message = `${path} could not be read (${detail ?? missing}).`;
  return { code: 'permission-denied', path, message };
}
