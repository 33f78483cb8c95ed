/** A line of the kernel log, taken apart. */
import { wallStampIn, type WallStamp } from './wallClock';

export interface LogLine {
  /** Monotonic stamp; null where the line has only a date, or nothing. */
  readonly seconds: number | null;
  /** Its date; null where it has none. */
  readonly wall: WallStamp | null;
  /** Since the line before, where that is all it has (dmesg --human). */
  readonly sincePrevious: number | null;
  /** Whether it begins as a line of a log does: with a stamp, a priority or a header. */
  readonly isStamped: boolean;
  /** What the kernel said. */
  readonly message: string;
}

/** `<5>` of dmesg --raw and /dev/console; `kern  :notice : ` of dmesg --decode, `kern:  notice: ` of Talos. */
const priority = /^(?:<\d{1,3}>|[a-z]+\d? *: *[a-z]+ *: )/;

/** `[   12.345678]`, `[  T389]`, `[Fri Nov 21 04:58:55 2026]`, `[   12.345678 <    0.000012>]`, `[…Z]: ` of Talos. */
const bracket = /^\[([^\]]{0,200})\](?:: | ?)/;

const monotonic = /^ *(\d{1,12}\.\d{1,9})(?: <.*>)?$/;
const delta = /^ *\+(\d{1,9}\.\d{1,9})$/;

/** The sequence number and microseconds of a record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg). */
const kmsg = /^\d{1,5},\d{1,20},(\d{1,18}),[^;]{1,60};/;

/**
 * `Nov 21 04:58:55 host kernel: ` of syslog and journald, `… kern.notice kernel: ` of busybox. No word
 * before `kernel:` ends in a colon: that would be another program's line that quotes the kernel.
 */
const syslogHeader = /^(?:\S*[^\s:] +){1,8}kernel(?:\[\d{1,10}\])?: ?/;

/** RFC 5424: version, time, host, program, its number, the message's kind, structured data. */
const rfc5424 =
  /^1 (\S{1,40}) \S{1,255} (\S{1,48}) \S{1,128} \S{1,32} (?:-|(?:\[[^\]]{0,200}\]){1,5}) ?\u{feff}?/u;

/** `2026-11-21T04:58:55,345678+00:00 ` of dmesg --time-format iso, of containers and ts(1). */
const isoDate =
  /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))? +/;
/** `Fri Nov 21 04:58:55 2026 `, with or without day and year. */
const cDate =
  /^(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?: [A-Z]{3,5})?(?: \d{4})?:? +/;
const epochDate = /^\d{9,10}\.\d{1,9} +/;
/** What the runtime of containers puts behind its date (Kubernetes, CRI logging). */
const stream = /^std(?:out|err) [FP] /;

/**
 * Quoted, indented, in a list or a diff, numbered (`cat -n`, `less -N`; RFC 6587 numbers by length), or
 * behind a container's name.
 */
const quoting =
  /^(?:[>|] ?|[*#+-] ?(?=[[<])|[ \t\u{a0}]|\d{1,9}(?:\t| {1,8}(?=[[<]))|[\w.-]{1,64} +\| )/u;
/** `12:` and `file:12:` of grep; a `-` instead of the colon stands before lines around a hit. */
const grepNumber = /^\d{1,9}[:-]/;
const grepFile = /^[^\s:]{1,200}:(?:\d{1,9}:)?/;
const grepContext = /^[^\s:]{0,200}?\.(?:log|txt|dmesg|\d)-(?:\d{1,9}-)?/;

/** Longest prefix that is looked for. */
const PREFIX_LIMIT = 400;
/** Prefixes within prefixes: a container's date, syslog's header, the kernel's stamp. */
const LAYERS = 6;

/** Splits stamp, priority, caller, date and host off; kernel/printk/printk.c, `info_print_prefix`. */
export function parseLogLine(line: string): LogLine {
  const head = line.slice(0, PREFIX_LIMIT);
  const plain = readHead(head);
  if (plain.isStamped) return lineOf(plain, 0, line);
  const quoted = skipQuoting(head);
  const rest = head.slice(quoted);
  const inner = quoted === 0 ? plain : readHead(rest);
  if (inner.isStamped) return lineOf(inner, quoted, line);
  for (const pattern of [grepNumber, grepFile, grepContext]) {
    const [found] = pattern.exec(rest) ?? [];
    if (found === undefined) continue;
    const behind = rest.slice(found.length);
    const blank = skipQuoting(behind);
    const hit = readHead(behind.slice(blank));
    if (hit.isStamped) return lineOf(hit, quoted + found.length + blank, line);
  }
  return lineOf(inner, quoted, line);
}

/** The kernel's own stamp, where a line has it in one of the usual places; the rest is left whole. */
const usualStamp =
  /^(?:<\d{1,3}>)?(?:\d{1,5},\d{1,20},(\d{1,18}),|(?:[^[]{1,100} kernel: ?)?\[ *(\+?)(\d{1,12}\.\d{1,9})[\] ])/;

/** As `parseLogLine`, for lines that tell nothing but when they were written. */
export function parseQuickly(line: string): LogLine {
  const [found, microseconds, plus, stamp] = usualStamp.exec(line.slice(0, 150)) ?? [];
  const since = plus === '+' ? Number(stamp) : null;
  const own = stamp === undefined || plus === '+' ? null : Number(stamp);
  const seconds = microseconds === undefined ? own : Number(microseconds) / 1e6;
  const isStamped = found !== undefined;
  return { seconds, wall: null, sincePrevious: since, isStamped, message: line };
}

function lineOf({ end, ...head }: Head, start: number, line: string): LogLine {
  return { ...head, message: line.slice(start + end) };
}

function skipQuoting(head: string): number {
  let at = 0;
  for (let layer = 0; layer < PREFIX_LIMIT; layer += 1) {
    const [found] = quoting.exec(head.slice(at, at + 80)) ?? [];
    if (found === undefined) break;
    at += found.length;
  }
  return at;
}

interface Head extends Omit<LogLine, 'message'> {
  readonly end: number;
}

/** Takes off layer after layer. The innermost monotonic stamp is the kernel's own. */
function readHead(head: string): Head {
  const found = new Stamps();
  let end = 0;
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const length = found.takeFrom(head.slice(end));
    if (length === 0) break;
    end += length;
  }
  const { seconds, wall, sincePrevious } = found;
  return { seconds, wall, sincePrevious, isStamped: found.isStamped, end };
}

class Stamps {
  seconds: number | null = null;
  wall: WallStamp | null = null;
  sincePrevious: number | null = null;
  isStamped = false;
  private hasHeader = false;

  /** Characters of the next layer; 0 where there is none. */
  takeFrom(rest: string): number {
    const [group, content = ''] = bracket.exec(rest) ?? [];
    if (group !== undefined) {
      this.readBracket(content);
      return group.length;
    }
    return this.takeRecord(rest) || this.takeHeader(rest);
  }

  private takeRecord(rest: string): number {
    const [record, microseconds] = kmsg.exec(rest) ?? [];
    if (record !== undefined) {
      this.seconds = Number(microseconds) / 1e6;
      this.isStamped = true;
      return record.length;
    }
    const [found] = priority.exec(rest) ?? [];
    if (found === undefined) return 0;
    this.isStamped = true;
    return found.length;
  }

  /** One header of the kernel, and before it a date of whoever kept the line. */
  private takeHeader(rest: string): number {
    if (this.hasHeader) return 0;
    const [protocol, time = '', program] = rfc5424.exec(rest) ?? [];
    if (protocol !== undefined) {
      this.addDate(time);
      this.hasHeader = true;
      return program === 'kernel' ? protocol.length : 0;
    }
    const [header] = syslogHeader.exec(rest) ?? [];
    if (header !== undefined) {
      this.addDate(header);
      this.hasHeader = true;
      return header.length;
    }
    const [date] = isoDate.exec(rest) ?? cDate.exec(rest) ?? epochDate.exec(rest) ?? [];
    if (date === undefined) return stream.exec(rest)?.[0].length ?? 0;
    this.addDate(date);
    return date.length;
  }

  private addDate(text: string): void {
    this.wall = wallStampIn(text) ?? this.wall;
    this.isStamped = true;
  }

  private readBracket(content: string): void {
    const [, since] = delta.exec(content) ?? [];
    if (since !== undefined) {
      this.sincePrevious = Number(since);
      this.isStamped = true;
      return;
    }
    const stamp = Number(monotonic.exec(content)?.[1] ?? Number.NaN);
    if (!Number.isNaN(stamp)) {
      this.setSeconds(stamp);
    } else if (/\d:\d/.test(content)) {
      const wall = wallStampIn(content);
      if (wall !== null) this.addDate(content);
    }
  }

  /** Behind a header stands the kernel's own stamp; a message may hold another one. */
  private setSeconds(stamp: number): void {
    if (this.seconds === null || (this.hasHeader && !this.hasOwnStamp)) this.seconds = stamp;
    this.hasOwnStamp ||= this.hasHeader;
    this.isStamped = true;
  }

  private hasOwnStamp = false;
}
