/** One probe of /sys/kernel/debug/kprobes/list. */
export interface Kprobe {
  readonly function: string;
  readonly module: string | null;
  /** It is called when the function returns (a kretprobe), and not where it begins. */
  readonly onReturn: boolean;
  /** It sits on the entry of the function, through ftrace. */
  readonly byFtrace: boolean;
  /** It is armed: neither disabled nor gone with its module. */
  readonly armed: boolean;
}

/**
 * `ADDRESS  k  NAME+0xOFFSET  MODULE [DISABLED][FTRACE]`, a space for no module (kernel/kprobes.c,
 * `report_probe`; `j` is a jprobe, before 4.15). Where the symbol is not found the kernel prints
 * `NAME+0x0/0x10 [MODULE]` itself.
 */
const line =
  /^\S+ {1,8}([krj]) {1,8}(\S{1,512}?)\+0x[0-9a-f]{1,16}(?:\/0x[0-9a-f]{1,16})?(?: (.*))?$/;

const flag = /\[(?:GONE|DISABLED|OPTIMIZED|FTRACE)\]/g;

export function parseKprobes(text: string): Kprobe[] {
  return text.split('\n').flatMap((each) => {
    const [whole, kind, name, rest = ''] = line.exec(each) ?? [];
    if (whole === undefined || name === undefined) return [];
    const flags: readonly string[] = rest.match(flag) ?? [];
    const module = rest.replaceAll(flag, '').trim();
    return [
      {
        function: name,
        module: module === '' ? null : module.replaceAll(/^\[|\]$/g, ''),
        onReturn: kind === 'r',
        byFtrace: flags.includes('[FTRACE]'),
        armed: !flags.includes('[GONE]') && !flags.includes('[DISABLED]'),
      },
    ];
  });
}
