/** The kernel's own alarms in its log: warnings, bugs, oopses, hung tasks, stalls. */
import { capText } from '../../base/text';
import type { StampedLine } from './stampedLine';

export interface Alarm {
  /** Since boot, by the log's own clock; null where the line has only a date. */
  readonly seconds: number | null;
  /** Its first line. */
  readonly text: string;
  /** Modules that the lines behind it name, as `symbol+0x1/0x2 [module]` of a trace does. */
  readonly modules: readonly string[];
}

/**
 * How an alarm begins: kernel/panic.c (__warn: since 6.19 the place stands before the CPU, before 4.x the
 * place alone), lib/bug.c, kernel/locking/lockdep.c, arch/{x86,arm64,loongarch}/mm/fault.c, arch oops
 * code (arch/s390/kernel/dumpstack.c: the exception and `ilc:`), kernel/hung_task.c,
 * kernel/rcu/tree_stall.h, kernel/watchdog.c (with `NMI ` to 4.12 and for hard lockups).
 */
const beginning = new RegExp(
  `^(?:${[
    'WARNING: CPU: ',
    'WARNING: (?:\\S{1,200}:\\d{1,9} )?at ',
    'WARNING: (?:possible|inconsistent) ',
    '(?:(?:NMI )?watchdog: )?BUG: ',
    '(?:NMI )?watchdog: Watchdog detected hard LOCKUP',
    'kernel BUG at ',
    'Oops: ',
    'Internal error: ',
    '(?:CPU \\d{1,6} )?Unable to handle kernel ',
    'general protection fault',
    'divide error: ',
    '[a-z][\\w -]{1,60}: [\\da-f]{4} ilc:\\d',
    'Kernel panic - ',
    'INFO: task .{1,80} blocked (?:in I/O wait )?for more than ',
    '(?:rcu: )?INFO: \\w{1,40} (?:self-)?detected (?:expedited )?stalls?',
  ].join('|')})`,
);

const traced = / \[([\w-]{1,60})(?: [0-9a-f]+)?\]$/;

/** Lines behind an alarm that may be its trace, and alarms that are kept: the last ones count. */
const traceLines = 80;
const mostAlarms = 100;
const longestText = 400;

/** @param lines of one boot, oldest first */
export function alarmsIn(lines: readonly StampedLine[]): Alarm[] {
  const found: { readonly line: StampedLine; readonly modules: Set<string> }[] = [];
  let left = 0;
  for (const line of lines) {
    if (beginning.test(line.message)) {
      found.push({ line, modules: new Set() });
      left = traceLines;
    } else if (left > 0) {
      const name = traced.exec(line.message)?.[1];
      if (name !== undefined) found.at(-1)?.modules.add(name);
      left = line.message.startsWith('---[ end trace') ? 0 : left - 1;
    }
  }
  return found.slice(-mostAlarms).map(({ line: { seconds, message }, modules }) => ({
    seconds,
    text: capText(message, longestText),
    modules: [...modules],
  }));
}
