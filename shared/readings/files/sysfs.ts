/**
 * Attributes and folder names below /sys/kernel/livepatch.
 *
 * Documentation/ABI/testing/sysfs-kernel-livepatch; written by the `*_show` functions and
 * `klp_init_func` of kernel/livepatch/core.c.
 */

/** `enabled`, `transition`, `replace`, `patched`: `0` or `1`, by `"%d\n"`. Anything else is null. */
export function parseFlag(text: string): boolean | null {
  switch (text) {
    case '0\n':
    case '0':
      return false;
    case '1\n':
    case '1':
      return true;
    default:
      return null;
  }
}

/** `stack_order`: 1 for the livepatch at the bottom. Null for anything but a positive integer. */
export function parseOrder(text: string): number | null {
  return /^[1-9]\d*\n?$/.test(text) ? safeInteger(text) : null;
}

export interface FunctionFolder {
  readonly name: string;
  /** Which of the symbols of that name in the object, from 1; null on kernels that don't say. */
  readonly sympos: number | null;
}

/**
 * A function's folder, `"%s,%lu"` of its name and symbol position; the name alone before 4.5.
 *
 * The position stands behind the last comma, as the kernel prints it: no sign, no leading zero, in
 * the range of safe integers. A folder that ends otherwise, or has nothing before the comma, is
 * all name: two folders never read as the same function.
 */
export function parseFunctionFolder(folder: string): FunctionFolder {
  const comma = folder.lastIndexOf(',');
  const digits = folder.slice(comma + 1);
  const sympos = comma > 0 && /^(?:0|[1-9]\d*)$/.test(digits) ? safeInteger(digits) : null;
  return sympos === null ? { name: folder, sympos } : { name: folder.slice(0, comma), sympos };
}

function safeInteger(digits: string): number | null {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : null;
}
