/** A kernel log that lies beside a tree instead of in it. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { XzReadableStream } from 'xz-decompress';
import type { Problem } from '../../../shared/base/problem';
import { visible } from '../../../shared/base/text';
import type { FileReading, Tree } from '../../../shared/readings/readings';
import { treeWith } from '../../../shared/readings/treeWith';
import { limitOf } from '../../../shared/readings/reads';
import { missingBecause } from '../missing';
import { readBytes } from './readText';

export interface OutsideLog {
  readonly path: string;
  readonly reading: FileReading;
  /** Why its content can't be used. */
  readonly problems: readonly Problem[];
}

/** The log at `path`, unpacked and as text, whatever its name says; null where none was given. */
export async function readOutsideLog(path: string): Promise<OutsideLog> {
  const limit = limitOf(path);
  let bytes: Unpacked;
  try {
    const read = readBytes(realpathSync(resolve(path)), limit);
    if (!('bytes' in read)) return { path, reading: read, problems: [] };
    bytes = read;
  } catch (error) {
    return { path, reading: missingBecause(error), problems: [] };
  }
  const foreign = foreignForms.find(({ magic }) => startsWith(bytes.bytes, magic));
  if (foreign) return notUnderstood(path, foreign.what, foreign.advice);
  try {
    const unpacked = await unpack(bytes, limit);
    const { text, isBinary } = decode(unpacked.bytes);
    if (isBinary) {
      return notUnderstood(path, 'no text', 'Give the output of dmesg, or of journalctl -k.');
    }
    return { path, reading: { text, truncated: unpacked.truncated }, problems: [] };
  } catch {
    return notUnderstood(path, 'damaged: it can’t be unpacked', 'Copy it again.');
  }
}

/** The tree, with the log readable under exactly the path that was given. */
export function withLog(tree: Tree, log: OutsideLog | null): Tree {
  if (log === null) return tree;
  return treeWith(tree, (wanted, limit) =>
    wanted === log.path ? log.reading : tree.readFile(wanted, limit),
  );
}

interface Unpacked {
  readonly bytes: Buffer;
  readonly truncated: boolean;
}

const gzipMagic = [0x1f, 0x8b];
const xzMagic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];

const foreignForms: readonly {
  readonly magic: readonly number[];
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    magic: [...Buffer.from('LPKSHHRH', 'latin1')],
    what: 'a binary file of the journal',
    advice: 'Export it: journalctl --file FILE -k -o json.',
  },
  {
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    what: 'compressed with zstd, which is not unpacked here',
    advice: 'Unpack it first: zstd -d FILE.',
  },
  {
    magic: [...Buffer.from('BZh', 'latin1')],
    what: 'compressed with bzip2, which is not unpacked here',
    advice: 'Unpack it first: bzip2 -dk FILE.',
  },
];

function startsWith(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function notUnderstood(path: string, what: string, advice: string): OutsideLog {
  const message = `${visible(path)} is ${what}, so that nothing is known from it. ${advice}`;
  const problems = [{ code: 'not-understood' as const, path, message }];
  return { path, reading: { missing: 'unreadable', detail: what }, problems };
}

async function unpack(packed: Unpacked, limit: number): Promise<Unpacked> {
  if (startsWith(packed.bytes, gzipMagic)) {
    const gunzip = createGunzip();
    gunzip.end(packed.bytes);
    return upTo(gunzip, limit, packed.truncated);
  }
  if (!startsWith(packed.bytes, xzMagic)) return packed;
  const stream = Readable.toWeb(Readable.from([packed.bytes]));
  return upTo(Readable.fromWeb(new XzReadableStream(stream)), limit, packed.truncated);
}

/** A file that was cut ends with an error, behind all that could be unpacked of it. */
async function upTo(stream: Readable, limit: number, wasCut: boolean): Promise<Unpacked> {
  const chunks: Buffer[] = [];
  let length = 0;
  let isWhole = !wasCut;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length > limit) break;
    }
  } catch (error) {
    if (length === 0) throw error;
    isWhole = false;
  }
  const bytes = Buffer.concat(chunks, Math.min(length, limit));
  return { bytes, truncated: !isWhole || length > limit };
}

/** UTF-8, or what PowerShell and Notepad write: UTF-16 with a mark, or with every other byte 0. */
function decode(bytes: Buffer): { text: string; isBinary: boolean } {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  const head = text.slice(0, 4096);
  const strange = Array.from(head).filter((character) => isStrange(character)).length;
  return { text, isBinary: strange > head.length / 10 };
}

/** A control character that no log has, or what is no UTF-8. */
function isStrange(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 9 || (code > 13 && code < 27) || code === 0xff_fd;
}

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (startsWith(bytes, [0xff, 0xfe])) return 'utf-16le';
  if (startsWith(bytes, [0xfe, 0xff])) return 'utf-16be';
  const head = bytes.subarray(0, 1024);
  const zerosAt = (parity: number) =>
    head.filter((byte, index) => byte === 0 && index % 2 === parity).length;
  const [even, odd] = [zerosAt(0), zerosAt(1)];
  if (odd > head.length / 3 && even < odd / 10) return 'utf-16le';
  return even > head.length / 3 && odd < even / 10 ? 'utf-16be' : 'utf-8';
}
