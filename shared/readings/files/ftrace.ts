/** One function of /sys/kernel/tracing/enabled_functions. */
export interface EnabledFunction {
  readonly function: string;
  readonly module: string | null;
  /** Users attached to it. */
  readonly count: number;
  /** One of them redirects it: a livepatch, or a kprobe with a post handler. */
  readonly ipmodify: boolean;
  /**
   * The line names the handler of livepatches. False doesn't exclude one: a function with several
   * users may be served by a common trampoline that names none of them.
   */
  readonly livepatch: boolean;
}

/**
 * `NAME [MODULE] (COUNT) R I D O M`, in columns of two characters, of which older kernels have
 * fewer: kernel/trace/ftrace.c, `t_show`.
 */
const functionLine = /^(\S+)(?: \[(\S+)\])? \((\d{1,9})\)((?: [A-Z ])*)/;

const handler = /\bklp_ftrace_handler\b/;

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
    livepatch: handler.test(record.slice(start.length)),
  };
}
