/**
 * What a file is, known by what is in it and never by its name. A kind of file is a row of
 * `shared/api/fileKinds.ts`, of `beginnings` here and of `openFile.ts`.
 */
import { constants, gunzipSync } from 'node:zlib';
import { fileKinds, whatOpens, type FileKind } from '../../shared/api/fileKinds';
import { succeed, type Problem, type Result } from '../../shared/base/problem';
import { contentOfFile, headOf, type Content } from './content';
import { unreadable } from './missing';
import { packingOf, startsWith, type Packing } from './packing/magic';
import { isFile } from './paths';
import { isTarHeader } from './tarHeader';

/** How a file begins. */
interface Beginning {
  readonly packing: Packing | null;
  /** Its first bytes, unpacked; null: only unpacking the whole tells (xz, zstd, bzip2). */
  readonly bytes: Uint8Array | null;
  /** The same as text. */
  readonly text: string;
}

/** Whether a file that begins so is of a kind, in the order in which they are tried. */
const beginnings: Readonly<Record<FileKind, (beginning: Beginning) => boolean>> = {
  // Nothing else that opens is JSON in gzip.
  recording: ({ packing, text }) =>
    packing === 'gzip'
      ? text.startsWith('{')
      : packing === null && text.startsWith('{"format":"klpscope/recording"'),
  archive: ({ bytes }) => bytes === null || isTarHeader(bytes),
  scenario: ({ packing, text }) => packing === null && /^\u{feff}?\s*\{/u.test(text),
};

/** The kind of the file at a path; null: there is none, or none that opens. */
export function kindAt(path: string): FileKind | null {
  if (!isFile(path)) return null;
  const kind = kindOf(contentOfFile(path));
  return kind.ok ? kind.value : null;
}

/** Bytes that are looked at, packed: enough for a header of 512 bytes behind a long name in gzip. */
const lookedAt = 16_384;

/** @returns `unsupported-format` where it is nothing that opens, `truncated` where it ends too early to tell */
export function kindOf(content: Content): Result<FileKind> {
  let head: Uint8Array;
  try {
    head = headOf(content, lookedAt);
  } catch (error) {
    return { ok: false, problem: unreadable(error, content.name) };
  }
  const beginning = beginningOf(head);
  const kind = Object.entries(beginnings).find(([, fits]) => fits(beginning))?.[0];
  if (kind !== undefined && isKind(kind)) return succeed(kind);
  return { ok: false, problem: unknownContent(content.name, head, beginning) };
}

function isKind(name: string): name is FileKind {
  return Object.hasOwn(fileKinds, name);
}

function beginningOf(head: Uint8Array): Beginning {
  const packing = packingOf(head);
  const bytes = packing === null ? head : packing === 'gzip' ? gunzippedHead(head) : null;
  return { packing, bytes, text: Buffer.from(bytes ?? []).toString('utf8', 0, 1024) };
}

/** The first part of what was packed; none where its beginning is damaged. */
function gunzippedHead(head: Uint8Array): Uint8Array {
  const few = 64;
  // In small steps: a damaged byte hides what stands before it in the same one, and a bomb is not let off.
  let known: Uint8Array = new Uint8Array();
  for (let length = few; length <= head.length + few; length += few) {
    try {
      known = gunzipSync(head.subarray(0, length), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: 4 * 1024 ** 2,
      });
    } catch {
      return known;
    }
    if (known.length >= 1024) return known;
  }
  return known;
}

/** What is recognised although it doesn't open, with what to do. */
const foreign: readonly {
  readonly magic: string;
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    magic: 'LPKSHHRH',
    what: 'a binary file of the journal',
    advice:
      'Export it (journalctl --file FILE -k -o export) and give it by --log beside a saved tree.',
  },
  {
    magic: 'PK\u{3}\u{4}',
    what: 'a zip archive',
    advice: 'Unpack it and give the folder as dir:PATH.',
  },
  {
    magic: '7z\u{bc}\u{af}',
    what: 'a 7-Zip archive',
    advice: 'Unpack it and give the folder as dir:PATH.',
  },
  {
    magic: '\u{7f}ELF',
    what: 'a program or a memory dump in ELF, which this version does not read',
    advice: 'Give a capture, a report or a recording of that host.',
  },
  {
    magic: 'KDUMP   ',
    what: 'a memory dump by kdump, which this version does not read',
    advice: 'Give a capture, a report or a recording of that host.',
  },
];

function unknownContent(name: string, head: Uint8Array, beginning: Beginning): Problem {
  const path = name;
  if (head.length === 0) return { code: 'truncated', path, message: `${name} is empty.` };
  const known = foreign.find(({ magic }) => startsWith(head, [...Buffer.from(magic, 'latin1')]));
  if (known) {
    const message = `${name} is ${known.what}. ${known.advice}`;
    return { code: 'unsupported-format', path, message };
  }
  if (beginning.packing === 'gzip') return unknownGzip(name, head, beginning);
  const advice = isText(head) ? ' A kernel log is given by --log beside a saved tree.' : '';
  const message = `${name} is nothing that opens: neither ${whatOpens}.${advice}`;
  return { code: 'unsupported-format', path, message };
}

function unknownGzip(name: string, head: Uint8Array, { bytes }: Beginning): Problem {
  const path = name;
  const isWhole = head.length < lookedAt;
  if ((bytes?.length ?? 0) >= 512 || (isWhole && isWholeGzip(head))) {
    const message = `${name} is compressed by gzip, and what is in it is nothing that opens: neither ${whatOpens}.`;
    return { code: 'unsupported-format', path, message };
  }
  return isWhole
    ? { code: 'truncated', path, message: `${name} ends before anything in it can be told.` }
    : { code: 'invalid-content', path, message: `${name}: its compressed data is damaged.` };
}

function isWholeGzip(bytes: Uint8Array): boolean {
  try {
    gunzipSync(bytes, { maxOutputLength: 4 * 1024 ** 2 });
    return true;
  } catch {
    return false;
  }
}

function isText(head: Uint8Array): boolean {
  return !head.subarray(0, 1024).includes(0);
}
