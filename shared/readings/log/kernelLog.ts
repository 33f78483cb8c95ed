/**
 * The kernel log, as dmesg, journalctl, syslog or a capture gives it.
 *
 * Forms: `[   12.345678] …`, with priority `<5>` or caller `[  T389]`, `dmesg -T`, `-x` and `-r`,
 * `journalctl -k` in its short formats, files of syslog.
 */
import type { LivepatchEvent } from './livepatchEvent';
import { messageLimit, parseLivepatchMessage } from './logMessages';
import { parseLogLine } from './logPrefix';
import { capText } from '../../base/text';

export type { LivepatchEvent } from './livepatchEvent';

/** A line of the log that tells of livepatches. */
export interface LogEntry {
  /** Since boot, by the log's own clock; null where the line has only a date. */
  readonly seconds: number | null;
  /** Counted from 1. */
  readonly line: number;
  /** The message, without stamp and other prefixes, of at most 4096 characters. */
  readonly text: string;
  readonly event: LivepatchEvent;
}

export interface KernelLog {
  /** In the order of the log: oldest first. */
  readonly entries: LogEntry[];
  /** The last monotonic stamp of any line, of livepatches or not. */
  readonly lastSeconds: number | null;
}

/** What every line of interest has; the rest of a log is never taken apart. */
const telltale = /livepatch|TAINT_LIVEPATCH|Duplicate shadow variable/;

/** Reads a whole log. Takes as long as one search through the text. */
export function parseKernelLog(text: string): KernelLog {
  const entries: LogEntry[] = [];
  const search = new RegExp(telltale, 'g');
  let line = 1;
  let counted = 0;
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const start = text.lastIndexOf('\n', match.index) + 1;
    const end = lineEnd(text, match.index);
    line += countNewlines(text, counted, start);
    counted = start;
    const entry = parseEntry(text.slice(start, end), line);
    if (entry !== null) {
      entries.push(entry);
    }
    search.lastIndex = end;
  }
  return { entries, lastSeconds: findLastSeconds(text) };
}

function parseEntry(content: string, line: number): LogEntry | null {
  const { seconds, message } = parseLogLine(
    content.endsWith('\r') ? content.slice(0, -1) : content,
  );
  const event = parseLivepatchMessage(message);
  return event === null ? null : { seconds, line, text: capText(message, messageLimit), event };
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline;
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

function findLastSeconds(text: string): number | null {
  for (let end = text.length; end > 0;) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const { seconds } = parseLogLine(text.slice(start, end));
    if (seconds !== null) {
      return seconds;
    }
    end = start - 1;
  }
  return null;
}
