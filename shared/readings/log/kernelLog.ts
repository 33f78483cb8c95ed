/**
 * The kernel log, as dmesg, journalctl, syslog, a container's runtime or a capture gives it.
 *
 * Forms: those of `logLines.ts`. A log may hold several boots: what happened in an earlier one is not
 * told of this one.
 */
import { alarmsIn, type Alarm } from './alarms';
import type { LivepatchEvent } from './livepatchEvent';
import { readLogLines, telltale } from './logLines';
import { messageLimit, parseLivepatchMessage } from './logMessages';
import type { StampedLine } from './stampedLine';
import type { WallStamp } from './wallClock';
import { capText } from '../../base/text';

export type { LivepatchEvent } from './livepatchEvent';

/** A line of the log that tells of livepatches. */
export interface LogEntry {
  /** Since boot, by the log's own clock; null where the line has only a date. */
  readonly seconds: number | null;
  /** Its date; null where it has none. */
  readonly wall: WallStamp | null;
  /** Counted from 1, in the order of the text. */
  readonly line: number;
  /** The message, without stamp and other prefixes, of at most 4096 characters. */
  readonly text: string;
  readonly event: LivepatchEvent;
}

export interface KernelLog {
  /** Of the last boot, oldest first. */
  readonly entries: readonly LogEntry[];
  /** The last monotonic stamp of any line of that boot, of livepatches or not. */
  readonly lastSeconds: number | null;
  /** The last date of any line of that boot. */
  readonly lastWall: WallStamp | null;
  /** The kernel's own alarms of that boot, oldest first. */
  readonly alarms: readonly Alarm[];
  /** Boots before it of which the text has lines. */
  readonly earlierBoots: number;
  /** The kernel of that boot, as its first line has it; null where the log doesn't hold it. */
  readonly release: string | null;
  /** journald's identifier of that boot, 32 hexadecimal digits; null where the form has none. */
  readonly bootId: string | null;
  /** Lines that are not blank, and how many of them look like lines of a log. */
  readonly lines: { readonly all: number; readonly understood: number };
}

/**
 * Reads a whole log.
 *
 * @param bootId of the boot that is asked for, 32 hexadecimal digits; null: the last one
 */
export function parseKernelLog(text: string, bootId: string | null = null): KernelLog {
  const lines = oldestFirst(readLogLines(text));
  const boots = splitBoots(lines);
  const boot = boots.find(({ id }) => id !== null && id === bootId) ?? boots.at(-1);
  const entries = (boot?.lines ?? []).flatMap(entryOf);
  return {
    entries,
    alarms: alarmsIn(boot?.lines ?? []),
    lastSeconds: lastOf(boot, ({ seconds }) => seconds),
    lastWall: lastOf(boot, ({ wall }) => wall),
    earlierBoots: boot ? boots.indexOf(boot) : 0,
    release: boot?.release ?? null,
    bootId: boot?.id ?? null,
    lines: countLines(lines),
  };
}

function entryOf({ seconds, wall, line, message }: StampedLine): LogEntry[] {
  if (!telltale.test(message)) return [];
  const event = parseLivepatchMessage(message);
  return event === null
    ? []
    : [{ seconds, wall, line, text: capText(message, messageLimit), event }];
}

function countLines(lines: readonly StampedLine[]): KernelLog['lines'] {
  let understood = 0;
  for (const { isUnderstood, message } of lines) {
    if (isUnderstood || (telltale.test(message) && parseLivepatchMessage(message))) understood += 1;
  }
  return { all: lines.length, understood };
}

/** `journalctl -r` and `tac` write the newest line first: then the stamps fall. */
function oldestFirst(lines: StampedLine[]): StampedLine[] {
  let falls = 0;
  let rises = 0;
  const note = (step: number) => {
    if (step < 0) falls += 1;
    else if (step > 0) rises += 1;
  };
  let before: StampedLine | null = null;
  for (const line of lines) {
    if (line.seconds === null && line.wall === null) continue;
    if (before) {
      if (before.seconds !== null && line.seconds !== null) note(line.seconds - before.seconds);
      if (before.wall && line.wall?.clock === before.wall.clock) {
        note(line.wall.seconds - before.wall.seconds);
      }
    }
    before = line;
  }
  // One rise is between two boots.
  return falls >= 2 && falls > 2 * rises ? lines.toReversed() : lines;
}

interface Boot {
  readonly id: string | null;
  release: string | null;
  readonly lines: StampedLine[];
}

/**
 * The kernel's first line (init/main.c, start_kernel: linux_banner), or a monotonic stamp that jumps
 * back, begins another boot, unless journald says which boot each line is of.
 */
function splitBoots(lines: readonly StampedLine[]): Boot[] {
  const boots: Boot[] = [];
  let current: Boot | null = null;
  let last: number | null = null;
  for (const line of lines) {
    const release = releaseIn(line.message);
    const isOther =
      line.boot === null
        ? line.beginsBoot || release !== null || jumpsBack(last, line.seconds)
        : line.boot !== current?.id;
    if (isOther || current === null) {
      current = (line.boot === null ? null : bootOf(boots, line.boot)) ?? begin(boots, line.boot);
      last = null;
    }
    current.release = release ?? current.release;
    current.lines.push(line);
    last = line.seconds ?? last;
  }
  return boots.filter((boot) => boot.lines.some(({ beginsBoot }) => !beginsBoot));
}

function bootOf(boots: readonly Boot[], id: string): Boot | null {
  return boots.find((boot) => boot.id === id) ?? null;
}

function begin(boots: Boot[], id: string | null): Boot {
  const boot: Boot = { id, release: null, lines: [] };
  boots.push(boot);
  return boot;
}

/** Clocks of several CPUs differ by less, and so do lines that a daemon writes late. */
const jumpSeconds = 2;

function jumpsBack(last: number | null, seconds: number | null): boolean {
  return last !== null && seconds !== null && seconds < last - jumpSeconds;
}

function releaseIn(message: string): string | null {
  return message.startsWith('Linux version ')
    ? (/^Linux version (\S{1,200})/.exec(message)?.[1] ?? null)
    : null;
}

function lastOf<T>(boot: Boot | undefined, of: (line: StampedLine) => T | null): T | null {
  const line = boot?.lines.findLast((candidate) => of(candidate) !== null);
  return line ? of(line) : null;
}
