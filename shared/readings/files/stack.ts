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

/**
 * The frame of powerpc's context switch. What a stack prints above it is whatever
 * lies in the slot of a saved link register: the kernel's own check leaves it out as well
 * (arch/powerpc/kernel/stacktrace.c, arch_stack_walk_reliable: "We can only trust the bottom frame's
 * backlink"). arm64 printed it as the innermost frame until the function was marked `__sched`
 * (arch/arm64/kernel/process.c; fs/proc/base.c leaves out what is of the scheduler), others never. A
 * search through single lines has to ask for it too, to know which lines are none.
 */
export const contextSwitch = '__switch_to';

/** Frames of /proc/PID/stack, innermost first. Lines that are no frame are left out. */
export function parseStack(text: string): StackFrame[] {
  const frames = text
    .split('\n')
    .map((line) => frameLine.exec(line)?.[1])
    .filter((place) => place !== undefined)
    .filter((place) => !endMarker.test(place))
    .map(parseFrame);
  const at = frames.findIndex(
    ({ function: name, offset }) => name === contextSwitch && offset !== null,
  );
  return frames.slice(at + 1);
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

/**
 * Whether the thread never came from user space: its stack ends where it was born: arch entry code,
 * of s390 before 5.13 `kernel_thread_starter`, since then `__ret_from_fork` (arch/s390/kernel/process.c).
 * `ret_from_exception` (riscv) and `ret_from_syscall` (powerpc) are ways back to user space.
 */
export function beginsInKernel(stack: readonly StackFrame[]): boolean {
  const last = stack.at(-1);
  return (
    stack.length > 1 &&
    last !== undefined &&
    /^(?:ret_from_(?:fork|kernel)|__ret_from_fork$|start_kernel_thread$|kernel_thread_starter$)/.test(
      last.function,
    )
  );
}
