/**
 * Facts about a host, from files of one line. A livepatch may patch the functions behind them, so
 * each is taken only in the exact form that the kernel gives it.
 */
import { oneLine } from '../../base/text';

/** /proc/uptime, in seconds: two numbers and nothing behind them (fs/proc/uptime.c). */
export function parseUptime(text: string): number | null {
  const seconds = /^(\d{1,12}\.\d{2}) \d+\.\d{2}\n?$/.exec(text)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** Longest release and host name, in characters: __NEW_UTS_LEN, include/uapi/linux/utsname.h. */
const UTS_LENGTH = 64;

/** /proc/sys/kernel/osrelease, such as `6.12.117+deb12-cloud-amd64`. */
export function parseKernelRelease(text: string): string | null {
  const release = oneLine(text);
  return release.length <= UTS_LENGTH && /^[\x21-\x7e]+$/.test(release) ? release : null;
}

/** /proc/sys/kernel/hostname; `(none)` is the kernel's word for a host without a name. */
export function parseHostName(text: string): string | null {
  const name = oneLine(text);
  return name === '' || name === '(none)' || name.length > UTS_LENGTH ? null : name;
}

/** /proc/sys/kernel/random/boot_id: a UUID that lasts until the next boot. */
export function parseBootId(text: string): string | null {
  const id = oneLine(text);
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}

export interface Taint {
  readonly value: number;
  /** A livepatch was loaded since boot: the mark stays when it is gone. */
  readonly livepatch: boolean;
}

/** TAINT_LIVEPATCH, bit 15: Documentation/admin-guide/tainted-kernels.rst. */
const TAINT_LIVEPATCH = 2 ** 15;

/** /proc/sys/kernel/tainted: the kernel's taint bits as one decimal number. */
export function parseTaint(text: string): Taint | null {
  const value = Number(oneLine(text));
  if (!/^\d+\n?$/.test(text) || !Number.isSafeInteger(value)) {
    return null;
  }
  return { value, livepatch: Math.floor(value / TAINT_LIVEPATCH) % 2 === 1 };
}

/**
 * /sys/module/NAME/taint: whether the module is a livepatch, by its letter `K` (since Linux 4.9;
 * kernel/module/main.c, `module_flags_taint`). Null where the text is no list of taint letters.
 */
export function parseModuleTaint(text: string): boolean | null {
  const letters = oneLine(text);
  return /^[A-Z]*$/.test(letters) ? letters.includes('K') : null;
}
