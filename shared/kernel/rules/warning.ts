/** WARN() of include/asm-generic/bug.h, and __warn() of kernel/panic.c. */
import type { KernelCore } from '../state/core';

/** Bit of /proc/sys/kernel/tainted: Documentation/admin-guide/tainted-kernels.rst. */
const TAINT_WARN = 2 ** 9;

export function warn(core: KernelCore, text: string, where: string): void {
  core.print('------------[ cut here ]------------');
  core.print(text);
  core.print(`WARNING: CPU: 0 PID: 1 at ${where}`);
  core.print('---[ end trace 0000000000000000 ]---');
  core.taint |= TAINT_WARN;
}
