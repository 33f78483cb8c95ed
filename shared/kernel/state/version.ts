/**
 * What the emulated kernels do differently. Each difference is a fact of its own: distributions
 * backport them, so a host may have any combination.
 */
import { deviationOf, type DeviationName, type DisputedRules } from './deviations';

/** How a busy kernel thread may switch before it sleeps. */
export type BusySwitch =
  | 'none'
  /** Where it calls cond_resched(): kernel/livepatch/transition.c, __klp_sched_try_switch (6.4). */
  | 'cond_resched'
  /** Whenever the scheduler takes it off its CPU: __schedule() since 6.16. */
  | 'schedule';

/**
 * How much the log tells of a transition (kernel/livepatch/transition.c and core.c).
 *
 * `dots`: it begins with `'NAME': patching...`, and its steps have no debug lines (before 4.15).
 * `quiet`: `starting patching transition`; enabling and signals are told by debug lines only
 * (af026796599b, 4.15 to 5.0).
 * `full`: enabling and the first signals are told, too.
 */
export type TransitionMessages = 'dots' | 'quiet' | 'full';

export interface KernelVersion extends DisputedRules {
  /** The name by which a host asks for it. */
  readonly name: string;
  /** Text of /proc/sys/kernel/osrelease. */
  readonly release: string;

  /**
   * Before 5.1: a livepatch is registered, then enabled; only the top one may be disabled and only
   * the lowest disabled one enabled, else EBUSY; a disabled one stays in sysfs until its module goes
   * (commit 958ef1e39d24, "livepatch: Simplify API by removing registration step").
   */
  readonly strictStack: boolean;
  /** (Un)patch callbacks (4.15). */
  readonly callbacks: boolean;
  /** Atomic replace and nops (5.1, commit e1452b607c48). */
  readonly atomicReplace: boolean;
  /** klp_state and the check of its versions (5.5, commit 92c9abf5e57f). */
  readonly systemState: boolean;
  /**
   * The kernel signals by itself after each 15 s (5.1, cba82dea3061). `manual`: by writing to the
   * file `signal` (4.15 to 5.0). `none`: not at all.
   */
  readonly signals: 'none' | 'manual' | 'automatic';
  /**
   * Whom `force` pins: `ever`, no livepatch that leaves from then on drops its module (to 5.0, one
   * global flag); `listed`, every livepatch that is in the list (5.1 to 5.17); `leaving`, those that
   * this transition removes (5.18, 5ef3dd20555e).
   */
  readonly forcePins: 'ever' | 'listed' | 'leaving';
  /** Idle CPUs are woken so that they pass the idle loop (5.17, 5de62ea84abd). */
  readonly wakesIdle: boolean;
  readonly busySwitch: BusySwitch;
  readonly transitionMessages: TransitionMessages;
  /** `sympos` 0 and 1 mean the same when nops are looked up (6.19). */
  readonly symposZeroIsOne: boolean;
  /** Kernels to 5.15 name klp_check_stack() in its messages, later ones klp_try_switch_task(). */
  readonly checkStackPrefix: boolean;
  /**
   * An architecture without reliable stack traces: refused with ENOSYS (to 5.0), or warned about
   * (958ef1e39d24 kept the refusal out; 5.1).
   */
  readonly needsReliableStacks: boolean;
  /** Characters that a symbol's name must stay below: KSYM_NAME_LEN, 512 since 6.1. */
  readonly symbolLimit: number;
  /** /proc/PID/status has `Kthread:` (6.8). */
  readonly kthreadField: boolean;
  /** /proc/PID/stack: addresses instead of `<0>` (before 4.15). */
  readonly stackAddresses: boolean;
  /** /proc/PID/stack ends in ULONG_MAX (before 5.2). */
  readonly stackEndMarker: boolean;
  /** Columns behind a function in enabled_functions; kernel/trace/ftrace.c, t_show. */
  readonly ftraceColumns: readonly ('R' | 'I' | 'D' | 'O' | 'M')[];
  /** The released kernel whose rules these are, as in "Linux 6.1", and what deviates from it. */
  readonly base: string;
  readonly deviations: readonly DeviationName[];
}

/** A released kernel that does some things otherwise; its base where there are none. */
export function deviating(
  kernel: KernelVersion,
  names: readonly DeviationName[],
  own: Partial<Pick<KernelVersion, 'name' | 'release'>> = {},
): KernelVersion {
  const deviations = [...kernel.deviations, ...names];
  const changed: KernelVersion = { ...kernel, ...own, deviations };
  for (const name of names) Object.assign(changed, deviationOf(name).changes(changed));
  return changed;
}

/** `Linux 6.1`, or `Linux 6.1 with …` and what deviates, for who reads what such a kernel did. */
export function rulesOf({ base, deviations }: KernelVersion): string {
  const differences = deviations.map((name) => deviationOf(name).says);
  return differences.length === 0
    ? `Linux ${base}`
    : `Linux ${base} with ${differences.join('; and with ')}`;
}

const v4_12: KernelVersion = {
  name: '4.12',
  release: '4.12.14-122.228-default',
  strictStack: true,
  immediate: true,
  callbacks: false,
  shadowVariables: false,
  atomicReplace: false,
  systemState: false,
  signals: 'none',
  files: { force: false, patched: false, replace: false, stackOrder: false, replaceSet: false },
  forcePins: 'ever',
  wakesIdle: false,
  busySwitch: 'none',
  transitionMessages: 'dots',
  symposZeroIsOne: false,
  checkStackPrefix: true,
  needsReliableStacks: true,
  symbolLimit: 128,
  kthreadField: false,
  stackAddresses: true,
  stackEndMarker: true,
  ftraceColumns: ['R', 'I'],
  shadowCollection: 'none',
  immediateIsUnmarked: false,
  base: '4.12',
  deviations: [],
};

const v4_19: KernelVersion = {
  ...v4_12,
  name: '4.19',
  base: '4.19',
  release: '4.19.0-27-amd64',
  immediate: false,
  callbacks: true,
  shadowVariables: true,
  signals: 'manual',
  files: { ...v4_12.files, force: true },
  transitionMessages: 'quiet',
  stackAddresses: false,
};

const v5_10: KernelVersion = {
  ...v4_19,
  name: '5.10',
  base: '5.10',
  release: '5.10.0-39-amd64',
  strictStack: false,
  atomicReplace: true,
  systemState: true,
  signals: 'automatic',
  forcePins: 'listed',
  transitionMessages: 'full',
  needsReliableStacks: false,
  stackEndMarker: false,
  ftraceColumns: ['R', 'I', 'D'],
};

const v5_15: KernelVersion = {
  ...v5_10,
  name: '5.15',
  base: '5.15',
  release: '5.15.0-164-generic',
};

const v6_1: KernelVersion = {
  ...v5_15,
  name: '6.1',
  base: '6.1',
  release: '6.1.0-56-cloud-amd64',
  files: { ...v5_15.files, patched: true },
  forcePins: 'leaving',
  wakesIdle: true,
  checkStackPrefix: false,
  symbolLimit: 512,
  ftraceColumns: ['R', 'I', 'D'],
};

const v6_6: KernelVersion = {
  ...v6_1,
  name: '6.6',
  base: '6.6',
  release: '6.6.112-0-lts',
  busySwitch: 'cond_resched',
  ftraceColumns: ['R', 'I', 'D', 'O', 'M'],
};

const v6_12: KernelVersion = {
  ...v6_6,
  name: '6.12',
  base: '6.12',
  release: '6.12.117+deb12-cloud-amd64',
  files: { ...v6_6.files, replace: true },
  kthreadField: true,
};

const v6_14: KernelVersion = {
  ...v6_12,
  name: '6.14',
  base: '6.14',
  release: '6.14.0-37-generic',
  files: { ...v6_12.files, stackOrder: true },
};

const v7_2: KernelVersion = {
  ...v6_14,
  name: '7.2',
  base: '7.2',
  release: '7.2.1-cloud-amd64',
  busySwitch: 'schedule',
  symposZeroIsOne: true,
};

/** Rule sets with a name of their own; any other is a released kernel with `deviations`. */
const replaceSet = deviating(v7_2, ['replace-set'], {
  name: 'replace_set',
  release: '7.2.0-rc3-replace-set',
});
const shadowGc = deviating(v6_1, ['collection-posted'], {
  name: 'shadow-gc',
  release: '6.1.0-shadow-gc',
});
const shadowGcIntended = deviating(v6_1, ['collection-intended'], {
  name: 'shadow-gc-intended',
  release: '6.1.0-shadow-gc-intended',
});
const immediateAgreed = deviating(v4_12, ['immediate-agreed'], {
  name: 'immediate-agreed',
  release: '4.12.14-immediate-agreed',
});

/** Oldest first; those that deviate from a release last. */
export const kernelVersions: readonly KernelVersion[] = [
  v4_12,
  v4_19,
  v5_10,
  v5_15,
  v6_1,
  v6_6,
  v6_12,
  v6_14,
  v7_2,
  replaceSet,
  shadowGc,
  shadowGcIntended,
  immediateAgreed,
];

/** The newest released kernel among them. */
export const newestKernel: KernelVersion = v7_2;

/** @returns null for a name that isn't among `kernelVersions` */
export function findKernelVersion(name: string): KernelVersion | null {
  return kernelVersions.find((version) => version.name === name) ?? null;
}
