/** One function of /sys/kernel/tracing/enabled_functions. */
export interface EnabledFunction {
  readonly function: string;
  readonly module: string | null;
  /** Users attached to it. */
  readonly count: number;
  /** One of them redirects it: a livepatch, or a kprobe with a post handler. */
  readonly ipmodify: boolean;
  /**
   * Whether the line names the handler of livepatches. Null where it names none: some architectures
   * never do (s390, powerpc), and a function with several users is served by a common trampoline.
   */
  readonly livepatch: boolean | null;
}

/**
 * `NAME [MODULE] (COUNT) R I D O M`, in columns of two characters, of which older kernels have
 * fewer: kernel/trace/ftrace.c, `t_show`.
 */
const functionLine = /^(\S+)(?: \[(\S+)\])? \((\d{1,9})\)((?: [A-Z ])*)/;

const handler = /\bklp_ftrace_handler\b/;

/** `tramp: 0x… (HANDLER+0x0/0x100)`, `ops: 0x… (HANDLER+0x0/0x148)`, `->HANDLER+0x…`. */
const anyHandler = /(?:\(|->)[\w.]+\+0x/;

/** Reads enabled_functions. Lines that begin with a tab continue the function above. */
export function parseEnabledFunctions(text: string): EnabledFunction[] {
  return text
    .split(/\n(?!\t)/)
    .map(parseRecord)
    .filter((record) => record !== null);
}

function parseRecord(record: string): EnabledFunction | null {
  const [start, name, module = null, count, flags = ''] = functionLine.exec(record) ?? [];
  if (start === undefined || name === undefined) {
    return null;
  }
  return {
    function: name,
    module,
    count: Number(count),
    ipmodify: flags.includes('I'),
    livepatch: whose(record.slice(start.length), Number(count)),
  };
}

function whose(rest: string, count: number): boolean | null {
  if (handler.test(rest)) return true;
  return count === 1 && anyHandler.test(rest) ? false : null;
}
