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
 * How an alarm begins: kernel/panic.c (__warn), lib/bug.c, arch/{x86,arm64}/mm/fault.c, arch oops code,
 * kernel/hung_task.c, kernel/rcu/tree_stall.h, kernel/watchdog.c.
 */
const beginning =
  /^(?:WARNING: CPU: |WARNING: possible |(?:watchdog: )?BUG: |kernel BUG at |Oops: |Internal error: |Unable to handle kernel |general protection fault|divide error: |Kernel panic - |INFO: task .{1,80} blocked for more than |(?:rcu: )?INFO: \w{1,40} (?:self-)?detected (?:expedited )?stalls?)/;

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
