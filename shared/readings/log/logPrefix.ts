/** A line of the kernel log, taken apart. */
export interface LogLine {
  /** Monotonic stamp; null where the line has only a date, or nothing. */
  readonly seconds: number | null;
  /** What the kernel said. */
  readonly message: string;
}

/** `<5>` of dmesg --raw and /dev/console; `kern  :notice : ` of dmesg --decode. */
const priority = /^(?:<\d{1,3}>|[a-z]+\d? *:[a-z]+ *: )/;

/** `[   12.345678]`, `[  T389]`, `[Fri Nov 21 04:58:55 2026]`, `[   12.345678 <    0.000012>]`. */
const bracket = /^\[([^\]]{0,64})\] ?/;

const monotonic = /^ *(\d{1,12}\.\d{1,9})(?: <.*>)?$/;

/**
 * `Nov 21 04:58:55 host kernel: ` of syslog and journald. No word before `kernel:` ends in a colon:
 * that would be another program's line that quotes the kernel.
 */
const syslogHeader = /^(?:\S*[^\s:] +){1,5}kernel: /;

/** `2026-11-21T04:58:55,345678+00:00 ` of dmesg --time-format iso. */
const isoDate = /^\d{4}-\d{2}-\d{2}T\S+ /;

/** Longest prefix that is looked for. */
const PREFIX_LIMIT = 400;

/** Splits stamp, priority, caller, date and host off; kernel/printk/printk.c, `info_print_prefix`. */
export function parseLogLine(line: string): LogLine {
  const head = line.slice(0, PREFIX_LIMIT);
  const start = priority.exec(head)?.[0].length ?? 0;
  const outer = skipBrackets(head, start);
  const rest = head.slice(outer.end);
  const header = syslogHeader.exec(rest) ?? isoDate.exec(rest);
  const inner = skipBrackets(head, outer.end + (header?.[0].length ?? 0));
  return { seconds: inner.seconds ?? outer.seconds, message: line.slice(inner.end) };
}

/** Walks over the bracketed groups at `start`; the first monotonic stamp among them counts. */
function skipBrackets(head: string, start: number): { seconds: number | null; end: number } {
  let seconds: number | null = null;
  let end = start;
  for (;;) {
    const [whole, content = ''] = bracket.exec(head.slice(end)) ?? [];
    if (whole === undefined) {
      return { seconds, end };
    }
    const stamp = monotonic.exec(content)?.[1];
    seconds ??= stamp === undefined ? null : Number(stamp);
    end += whole.length;
  }
}
