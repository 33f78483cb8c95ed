/**
 * Logs as JSON: `journalctl -o json` and its variants, `dmesg -J`, and lines that a container runtime
 * kept.
 *
 * Their records are flat objects, so that each is taken from the text by itself: one a line, in a list,
 * spread over lines, behind `data: `, or up to where a file was cut.
 */
import { parseLogLine } from './logPrefix';
import type { StampedLine } from './stampedLine';
import { wallStampIn, type WallStamp } from './wallClock';

const beginning = /^[\s\u{1e}]{0,200}(?:data: )?(?:\[\s{0,200})?\{\s{0,200}["}]/u;

export function isJson(text: string): boolean {
  return beginning.test(text.slice(0, 1000));
}

export function jsonRecords(text: string): StampedLine[] {
  const records: StampedLine[] = [];
  let count = 0;
  for (const object of flatObjects(text)) {
    count += 1;
    records.push(recordOf(object, count) ?? notUnderstood(count));
  }
  return records.length > 0 ? records : [notUnderstood(1)];
}

/** A record of some other program: a text that holds nothing else is not an empty log. */
export function notUnderstood(line: number): StampedLine {
  return {
    line,
    seconds: null,
    wall: null,
    boot: null,
    beginsBoot: false,
    isUnderstood: false,
    message: '',
  };
}

/** The innermost objects of a text, as they are parsed; what is no JSON is skipped. */
function* flatObjects(text: string): Generator<ReadonlyMap<string, unknown>> {
  const mark = /["{}]/g;
  let start = -1;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const [found] = match;
    if (found === '"') mark.lastIndex = endOfString(text, match.index);
    else if (found === '{') start = match.index;
    else if (start !== -1) {
      const object = parsedObject(text.slice(start, match.index + 1));
      start = -1;
      if (object) yield object;
    }
  }
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; ; at += 1) {
    const end = text.indexOf('"', at);
    if (end === -1) return text.length;
    const escapes = backslashesBefore(text, end);
    if (escapes % 2 === 0) return end + 1;
    at = end;
  }
}

function backslashesBefore(text: string, end: number): number {
  let count = 0;
  while (text[end - 1 - count] === '\\') count += 1;
  return count;
}

function parsedObject(text: string): ReadonlyMap<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;
  } catch {
    return null;
  }
}

function recordOf(object: ReadonlyMap<string, unknown>, line: number): StampedLine | null {
  if (object.has('MESSAGE')) return journalRecord((field) => textOf(object.get(field)), line);
  const { msg, log } = { msg: object.get('msg'), log: object.get('log') };
  if (typeof msg === 'string' && (object.has('pri') || object.has('time'))) {
    return dmesgRecord(object, msg, line);
  }
  return typeof log === 'string' ? keptLine(log, textOf(object.get('time')), line) : null;
}

/** util-linux, sys-utils/dmesg.c: `{ "pri": 5, "time": 12.345678, "msg": "…" }`, or `time` a date. */
function dmesgRecord(
  object: ReadonlyMap<string, unknown>,
  message: string,
  line: number,
): StampedLine {
  const time = object.get('time');
  const seconds = Number(typeof time === 'string' ? time.trim() || Number.NaN : time);
  return {
    line,
    seconds: Number.isFinite(seconds) ? seconds : null,
    wall: typeof time === 'string' ? wallStampIn(time) : null,
    boot: null,
    beginsBoot: false,
    isUnderstood: true,
    message,
  };
}

/** A line of a container's file: `{"log":"…\n","stream":"stdout","time":"2026-…Z"}`. */
function keptLine(log: string, time: string | null, line: number): StampedLine {
  const { seconds, wall, isStamped, message } = parseLogLine(log.replace(/\r?\n$/, ''));
  return {
    line,
    seconds,
    wall: wall ?? (time === null ? null : wallStampIn(time)),
    boot: null,
    beginsBoot: false,
    isUnderstood: isStamped,
    message,
  };
}

/** A string, bytes (what journald writes where it is no UTF-8), or the first of several values. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  if (!value.every((part) => typeof part === 'number')) return textOf(value[0]);
  return utf8(value);
}

/** TextDecoder is no part of the language, and these messages are the kernel's: ASCII, but for names. */
function utf8(bytes: readonly number[]): string {
  const encoded = bytes
    .slice(0, 65_536)
    .map((byte) => `%${(byte & 255).toString(16).padStart(2, '0')}`)
    .join('');
  try {
    return decodeURIComponent(encoded);
  } catch {
    return bytes.map((byte) => (byte < 128 ? String.fromCharCode(byte) : '\u{fffd}')).join('');
  }
}

/** One entry of the journal by its fields: systemd.journal-fields(7). */
export function journalRecord(
  field: (name: string) => string | null,
  line: number,
): StampedLine | null {
  const message = field('MESSAGE');
  if (message === null) return null;
  const boot = field('_BOOT_ID')?.toLowerCase().replaceAll('-', '') ?? null;
  const monotonic =
    microseconds(field('_SOURCE_MONOTONIC_TIMESTAMP')) ??
    microseconds(field('__MONOTONIC_TIMESTAMP'));
  const realtime = microseconds(field('__REALTIME_TIMESTAMP'));
  const wall: WallStamp | null = realtime === null ? null : { seconds: realtime, clock: 'utc' };
  const shared = { line, seconds: monotonic, wall, boot, beginsBoot: false, isUnderstood: true };
  return { ...shared, message: isOfKernel(field) ? message : '' };
}

/** The journal itself says where an entry came from; a program can't. */
function isOfKernel(field: (name: string) => string | null): boolean {
  const transport = field('_TRANSPORT');
  if (transport !== null) return transport === 'kernel';
  return (field('SYSLOG_IDENTIFIER') ?? 'kernel') === 'kernel';
}

function microseconds(text: string | null): number | null {
  return text !== null && /^\d{1,18}$/.test(text) ? Number(text) / 1e6 : null;
}
