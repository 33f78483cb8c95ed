/** One line of /proc/PID/stack. */
export interface StackFrame {
  /** Symbol; for a frame without one, the address as printed (`0xffffffffc0a1b2c3`). */
  readonly function: string;
  /** Bytes from the symbol's start; null for a frame without a symbol. */
  readonly offset: number | null;
  readonly size: number | null;
  readonly module: string | null;
}
