/** Where the kernel keeps what we read. All of it is optional: presence is detected, never assumed. */

export const livepatchRoot = '/sys/kernel/livepatch';
export const moduleRoot = '/sys/module';
export const modulesFile = '/proc/modules';
export const uptimeFile = '/proc/uptime';
export const releaseFile = '/proc/sys/kernel/osrelease';
export const hostNameFile = '/proc/sys/kernel/hostname';
export const bootIdFile = '/proc/sys/kernel/random/boot_id';
export const taintFile = '/proc/sys/kernel/tainted';

/** tracefs at its own mount point, or below debugfs on older systems. */
export const enabledFunctionsFiles = [
  '/sys/kernel/tracing/enabled_functions',
  '/sys/kernel/debug/tracing/enabled_functions',
] as const;

/** Where captures and sosreports keep the kernel log of the running boot. */
export const savedLogFiles = ['/sos_commands/kernel/dmesg', '/var/log/dmesg'] as const;

/**
 * Attributes of a livepatch folder (Documentation/ABI/testing/sysfs-kernel-livepatch). `force` is
 * missing here: nobody can read it. `stack_order` is missing because it is read last: it takes the
 * kernel's livepatch mutex, which a busy transition can hold for many seconds.
 */
export const patchAttributes = ['enabled', 'replace', 'replaceable', 'replace_set'] as const;

/**
 * Files of a livepatch folder that can only be written to. That they are there tells which kernel's
 * rules hold: `signal` from 4.15 to 5.0, `force` since 4.15.
 */
export const patchMarks = ['force', 'signal'] as const;

export const patchPath = (patch: string) => `${livepatchRoot}/${patch}`;
export const modulePath = (module: string) => `${moduleRoot}/${module}`;
export const threadPath = (pid: number, tid: number) => `/proc/${pid}/task/${tid}`;
