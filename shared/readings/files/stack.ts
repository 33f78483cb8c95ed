/** One line of /proc/PID/stack. */
export interface StackFrame {
  /** Symbol; for a frame without one, the address as printed (`0xffffffffc0a1b2c3`). */
  readonly function: string;
  /** Bytes from the symbol's start; null for a frame without a symbol. */
  readonly offset: number | null;
  readonly size: number | null;
  readonly module: string | null;
}

/** `[<0>]`, or the address before Linux 4.15: fs/proc/base.c, `proc_pid_stack`. */
const frameLine = /^\[<[0-9a-f]+>\] (.+)$/i;

/** `%pB` of Documentation/core-api/printk-formats.rst; a build ID may follow the module's name. */
const location = /^(.+)\+0x([0-9a-f]+)\/0x([0-9a-f]+)(?: \[(\S+)(?: [0-9a-f]+)?\])?$/i;

/** Last entry of a trace before Linux 5.2 (ULONG_MAX, of 32 or 64 bits): no frame. */
const endMarker = /^0xf{8}(?:f{8})?$/i;

/** Frames of /proc/PID/stack, innermost first. Lines that are no frame are left out. */
export function parseStack(text: string): StackFrame[] {
  return text
    .split('\n')
    .map((line) => frameLine.exec(line)?.[1])
    .filter((place) => place !== undefined)
    .filter((place) => !endMarker.test(place))
    .map(parseFrame);
}

function parseFrame(place: string): StackFrame {
  const match = location.exec(place);
  const [, symbol = place, offset, size, module = null] = match ?? [];
  return { function: symbol, offset: parseHex(offset), size: parseHex(size), module };
}

function parseHex(digits: string | undefined): number | null {
  const value = Number.parseInt(digits ?? '', 16);
  return Number.isSafeInteger(value) ? value : null;
}
