/** The kernel's errors, as values: a refused operation changes nothing and says why. */

/** include/uapi/asm-generic/errno-base.h and errno.h. */
export const errnoNumbers = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSYS: 38,
} as const;

export type Errno = keyof typeof errnoNumbers;

/** Their names, as a scenario file writes them. */
export const errnoNames = [
  'EPERM',
  'ENOENT',
  'ESRCH',
  'ENOEXEC',
  'EAGAIN',
  'ENOMEM',
  'EBUSY',
  'EEXIST',
  'ENODEV',
  'EINVAL',
  'ENOSYS',
] as const satisfies readonly Errno[];

/** What an operation brought: the kernel's error, or a value. */
export type Outcome<T = null> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errno: Errno };

export const done: Outcome = { ok: true, value: null };

export function success<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refuse(errno: Errno): { readonly ok: false; readonly errno: Errno } {
  return { ok: false, errno };
}

/** As the kernel prints it: `-16`. */
export function negative(errno: Errno): number {
  return -errnoNumbers[errno];
}
