/**
 * The journal's export format, and what `journalctl -o verbose` prints, which has the same fields:
 * https://systemd.io/JOURNAL_EXPORT_FORMATS
 */
import { journalRecord, notUnderstood } from './jsonRecords';
import type { StampedLine } from './stampedLine';

const field = /^[A-Z_][A-Z0-9_]{0,63}(?:=|$)/;
const exported = /^(?:__CURSOR|__REALTIME_TIMESTAMP|__MONOTONIC_TIMESTAMP|__SEQNUM|_BOOT_ID)=/;

/** `Mon 2026-09-14 03:49:55.346909 CEST [s=…;i=1;b=BOOT;m=HEX;t=HEX;x=…]` */
const verbose = /^[A-Z][a-z]{2} \d{4}-\S{1,12} \S{1,24} \S{1,8} \[(s=[^\]]{1,300})\]$/;

export function isExport(text: string): boolean {
  const head = text.slice(0, 2000).trimStart();
  const newline = head.indexOf('\n');
  const first = (newline === -1 ? head : head.slice(0, newline)).trimEnd();
  return exported.test(first) || verbose.test(first);
}

export function exportRecords(text: string): StampedLine[] {
  const records: StampedLine[] = [];
  let fields = new Map<string, string>();
  let count = 0;
  const close = () => {
    if (fields.size > 0) {
      count += 1;
      const record = journalRecord((name) => fields.get(name) ?? null, count);
      records.push(record ?? notUnderstood(count));
    }
    fields = new Map();
  };
  const lines = text.split('\n');
  for (let row = 0; row < lines.length; row += 1) {
    const line = (lines[row] ?? '').trim();
    const [, cursor] = verbose.exec(line) ?? [];
    if (line === '') close();
    else if (cursor !== undefined) {
      close();
      fields = fieldsOfCursor(cursor);
    } else if (field.test(line)) {
      const equals = line.indexOf('=');
      if (equals !== -1) addField(fields, line.slice(0, equals), line.slice(equals + 1));
      else {
        row += 1;
        addField(fields, line, withoutLength(lines[row] ?? ''));
      }
    }
  }
  close();
  return records;
}

/** A field that comes twice keeps its first value. */
function addField(fields: Map<string, string>, name: string, value: string): void {
  if (!fields.has(name)) fields.set(name, value);
}

/** Binary values stand behind their length in eight bytes, of which the last ones are 0. */
function withoutLength(line: string): string {
  const zeros = line.lastIndexOf('\0', 8);
  return zeros === -1 ? line : line.slice(zeros + 1);
}

function fieldsOfCursor(cursor: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of cursor.split(';')) {
    const value = part.slice(2);
    if (part.startsWith('b=')) fields.set('_BOOT_ID', value);
    if (!/^[\da-f]{1,14}$/.test(value)) continue;
    if (part.startsWith('m=')) fields.set('__MONOTONIC_TIMESTAMP', `${Number.parseInt(value, 16)}`);
    if (part.startsWith('t=')) fields.set('__REALTIME_TIMESTAMP', `${Number.parseInt(value, 16)}`);
  }
  return fields;
}
