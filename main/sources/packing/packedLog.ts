/** The text of a log, whatever it is compressed with and encoded in. */
import type { Readable } from 'node:stream';
import type { Problem } from '../../../shared/base/problem';
import { visible } from '../../../shared/base/text';
import { packingOf, startsWith } from './magic';
import { unpacked } from './packing';

export interface Unpacked {
  readonly bytes: Buffer;
  /** More followed. */
  readonly truncated: boolean;
}

/** What the bytes are in place of a log, and what to do about it. */
export interface NoLog {
  readonly what: string;
  readonly advice: string;
}

/** @param limit bytes of the unpacked log, behind which it is cut */
export async function readPackedLog(
  packed: Unpacked,
  limit: number,
): Promise<{ readonly text: string; readonly truncated: boolean } | NoLog> {
  if (startsWith(packed.bytes, journalMagic)) {
    const advice = 'Export it: journalctl --file FILE -k -o json.';
    return { what: 'a binary file of the journal', advice };
  }
  try {
    const packing = packingOf(packed.bytes);
    const whole =
      packing === null
        ? packed
        : await upTo(unpacked(packing, [packed.bytes]), limit, packed.truncated);
    const { text, isBinary } = decode(whole.bytes);
    return isBinary
      ? { what: 'no text', advice: 'Give the output of dmesg, or of journalctl -k.' }
      : { text, truncated: whole.truncated };
  } catch {
    return { what: 'damaged: it can’t be unpacked', advice: 'Copy it again.' };
  }
}

/** That nothing is known from a log, and why. */
export function notUnderstood(path: string, { what, advice }: NoLog): Problem {
  const message = `${visible(path)} is ${what}, so that nothing is known from it. ${advice}`;
  return { code: 'not-understood', path, message };
}

/** Whether bytes at a file's beginning are compressed, or text of two bytes a character. */
export function isEncoded(head: Buffer): boolean {
  return packingOf(head) !== null || encodingOf(head) !== 'utf-8';
}

const journalMagic = [...Buffer.from('LPKSHHRH', 'latin1')];

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
