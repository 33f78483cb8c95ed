/** Where the kernel keeps what we read. All of it is optional: presence is detected, never assumed. */

/** The second process: the host's own is kthreadd, a container's is not. */
export const secondProcessFile = '/proc/2/task/2/stat';
/** kGraft, SUSE's engine before livepatch: whether it waits for tasks. */
export const kgraftProgressFile = '/sys/kernel/kgraft/in_progress';

export const livepatchRoot = '/sys/kernel/livepatch';
export const moduleRoot = '/sys/module';
export const modulesFile = '/proc/modules';
export const uptimeFile = '/proc/uptime';
export const releaseFile = '/proc/sys/kernel/osrelease';
export const hostNameFile = '/proc/sys/kernel/hostname';
export const bootIdFile = '/proc/sys/kernel/random/boot_id';
export const taintFile = '/proc/sys/kernel/tainted';
/** Whether ftrace may redirect functions (kernel.ftrace_enabled): where it may not, no livepatch loads. */
export const ftraceEnabledFile = '/proc/sys/kernel/ftrace_enabled';
/** Threads have a `patch_state` where the kernel can patch: that of process 1 tells, without its content. */
export const firstProcessStateFile = '/proc/1/patch_state';

/** tracefs at its own mount point, or below debugfs on older systems. */
export const enabledFunctionsFiles = [
  '/sys/kernel/tracing/enabled_functions',
  '/sys/kernel/debug/tracing/enabled_functions',
] as const;

/** Functions that were ever traced or redirected since boot, and what is so of them now; since 6.4. */
export const touchedFunctionsFiles = [
  '/sys/kernel/tracing/touched_functions',
  '/sys/kernel/debug/tracing/touched_functions',
] as const;

export const kprobesFile = '/sys/kernel/debug/kprobes/list';

/** Files of a supportconfig, SUSE's report (supportutils, bin/supportconfig), that are read where they are. */
export const supportconfigFiles = [
  '/basic-environment.txt',
  '/basic-health-check.txt',
  '/boot.txt',
  '/env.txt',
  '/kernel-livepatch.txt',
  '/livepatch.txt',
  '/messages.txt',
  '/modules.txt',
  '/proc.txt',
] as const;

/** Where captures and sosreports keep the kernel log of the running boot. */
export const savedLogFiles = [
  '/sos_commands/kernel/dmesg',
  '/sos_commands/kernel/dmesg_-T',
  '/var/log/dmesg',
  '/sos_commands/logs/journalctl_--no-pager_--boot',
  '/sos_commands/logs/journalctl_--no-pager_--catalog_--boot',
] as const;

export const patchPath = (patch: string) => `${livepatchRoot}/${patch}`;
export const modulePath = (module: string) => `${moduleRoot}/${module}`;
export const threadPath = (pid: number, tid: number) => `/proc/${pid}/task/${tid}`;
