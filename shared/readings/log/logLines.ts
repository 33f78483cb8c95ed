/** The lines of a log, whatever form it was written in. */
import { exportRecords, isExport } from './journalExport';
import { isJson, jsonRecords } from './jsonRecords';
import { parseLogLine, parseQuickly } from './logPrefix';
import type { StampedLine } from './stampedLine';
import type { WallStamp } from './wallClock';

/** What every line of interest has; of the others in between no more than the stamp is looked at. */
export const telltale =
  /livepatch|TAINT_LIVEPATCH|transition: |ftrace (?:handler|filter) for function|Duplicate shadow variable|Linux version |elocat|Expected nop after|REL[23]4 |-bit offset from PC/;

/** All lines in the order of the text, blank ones left out. */
export function readLogLines(text: string): StampedLine[] {
  const plain = withoutColours(text.startsWith('\u{feff}') ? text.slice(1) : text);
  if (isJson(plain)) return jsonRecords(plain);
  if (isExport(plain)) return exportRecords(plain);
  return plainLines(plain);
}

/** What dmesg and journalctl write on a terminal: `ESC [ 1 ; 39 m`. */
function withoutColours(text: string): string {
  const escape = String.fromCharCode(27);
  if (!text.includes(`${escape}[`)) return text;
  return text.replace(new RegExp(`${escape}\\[[\\d;]{0,20}[mK]`, 'g'), '');
}

/** journalctl between two boots. */
const separator = /^-- (?:Reboot|Boot ([\da-f]{32})) ?(?:--)?$/;

/** Lines at both ends of a log that are taken apart whatever they hold: their dates tell its span. */
const edge = 100;

function plainLines(text: string): StampedLine[] {
  const lines: StampedLine[] = [];
  const tail = startOfTail(text);
  let line = 0;
  let clock: WallStamp = { seconds: 0, clock: 'relative' };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    const isEdge = line < edge || start >= tail;
    start = end + 1;
    line += 1;
    if (content === '') continue;
    const between = content.startsWith('-- ') ? separator.exec(content) : null;
    if (between) {
      lines.push(separatorAt(line, between[1] ?? null));
      continue;
    }
    const isWhole = isEdge || namesDate.test(content) || telltale.test(content);
    const { sincePrevious, isStamped, ...parsed } = isWhole
      ? parseLogLine(content.trimEnd())
      : parseQuickly(content);
    if (sincePrevious !== null) clock = later(clock, sincePrevious);
    if (parsed.wall?.clock === 'minutes') clock = parsed.wall;
    const wall = sincePrevious === null ? parsed.wall : clock;
    lines.push({ ...parsed, wall, line, boot: null, beginsBoot: false, isUnderstood: isStamped });
  }
  return lines;
}

function later({ seconds, clock }: WallStamp, by: number): WallStamp {
  return { seconds: seconds + by, clock };
}

function startOfTail(text: string): number {
  let at = text.length;
  for (let line = 0; line < edge && at > 0; line += 1) at = text.lastIndexOf('\n', at - 1);
  return Math.max(0, at);
}

/** dmesg --human gives a date by the minute, and from there on seconds since the line before. */
const namesDate = /^\[[A-Z]/;

function separatorAt(line: number, boot: string | null): StampedLine {
  return {
    line,
    seconds: null,
    wall: null,
    boot,
    beginsBoot: true,
    isUnderstood: true,
    message: '',
  };
}
