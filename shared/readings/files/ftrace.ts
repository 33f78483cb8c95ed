/** One function of enabled_functions or touched_functions, both in /sys/kernel/tracing. */
export interface FtraceFunction {
  readonly function: string;
  readonly module: string | null;
  /** Users attached to it; in touched_functions it may be 0. */
  readonly count: number;
  /** One of them wants all registers, as kprobes do. Null: the line has no such column. */
  readonly regs: boolean | null;
  /** One of them redirects it: a livepatch, or a kprobe with a post handler. */
  readonly ipmodify: boolean;
  /** One of them is called directly, as BPF trampolines are. Null: the line has no such column. */
  readonly direct: boolean | null;
  /**
   * Whether the line names the handler of livepatches. Null where it names none: some architectures
   * never do (s390, powerpc), and a function with several users is served by a common trampoline.
   */
  readonly livepatch: boolean | null;
  /** What is called directly, else the first handler that is named; null: none is. */
  readonly called: string | null;
}

/**
 * `NAME [MODULE] (COUNT)` and flags in columns of two characters, of which a kernel has as many as it
 * knows: R I since 4.0, D since 5.5, O and M since 6.4 (kernel/trace/ftrace.c, `t_show`). A letter counts
 * wherever it stands; a column is there where the line is long enough for it.
 */
const functionLine = /^(\S+)(?: \[(\S+)\])? \((\d{1,9})\)((?: [A-Z ])*)/;

const handler = /\bklp_ftrace_handler\b/;

/** `tramp: 0x… (HANDLER+0x0/0x100)`, `ops: 0x… (HANDLER+0x0/0x148)`, `->HANDLER+0x…`. */
const anyHandler = /(?:\(|->)[\w.]+\+0x/;

/** On a line of its own, behind a tab. */
const directCall = /\n\tdirect-->([\w.]{1,512})\+0x/;

const firstHandler = /\(([\w.]{1,512})\+0x/;

/** Reads such a list. Lines that begin with a tab continue the function above. */
export function parseFtraceFunctions(text: string): FtraceFunction[] {
  return text
    .split(/\n(?!\t)/)
    .map(parseRecord)
    .filter((record) => record !== null);
}

function parseRecord(record: string): FtraceFunction | null {
  const [start, name, module = null, count, flags = ''] = functionLine.exec(record) ?? [];
  if (start === undefined || name === undefined) {
    return null;
  }
  const column = (letter: string, place: number) =>
    flags.includes(letter) || (flags.length >= place * 2 ? false : null);
  const rest = record.slice(start.length);
  return {
    function: name,
    module,
    count: Number(count),
    regs: column('R', 1),
    ipmodify: flags.includes('I'),
    direct: column('D', 3),
    livepatch: whose(rest, Number(count)),
    called: (directCall.exec(rest) ?? firstHandler.exec(rest))?.[1] ?? null,
  };
}

function whose(rest: string, count: number): boolean | null {
  if (handler.test(rest)) return true;
  return count === 1 && anyHandler.test(rest) ? false : null;
}
