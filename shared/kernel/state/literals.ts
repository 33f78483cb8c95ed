/**
 * What an author writes: livepatches, modules, threads and hosts as plain static literals, the way
 * `struct klp_patch` is written in a livepatch's source (include/linux/livepatch.h). The model
 * converts them into its own lists once and never touches them again.
 */
import type { DeviationName } from './deviations';
import type { Errno } from './errno';

/** struct klp_func. */
export interface FunctionLiteral {
  readonly name: string;
  /** Which of several symbols of that name; 0 or absent: the only one. */
  readonly sympos?: number;
  /** Symbol of the replacement; absent: as the function is named. */
  readonly replacement?: string;
  /** Applied without consistency; kernels before 4.16 only. */
  readonly immediate?: boolean;
}

/** What a callback or constructor prints: plain, or depending on an earlier system state. */
export type CallbackLine =
  | string
  | { readonly ifPreviousState: number; readonly whenKnown: string; readonly whenNew: string };

/**
 * The id of a shadow variable, `unsigned long` in the kernel: 64 bits. As text, decimal or `0x…`, or as
 * a bigint where a number does not hold it.
 */
export type ShadowIdLiteral = number | bigint | string;

/**
 * A call of the shadow API. `update` replaces what is there: case B of the mail of 2017-07-21, which no
 * kernel has.
 */
export type ShadowAction =
  | {
      readonly action: 'alloc' | 'get-or-alloc' | 'update';
      readonly object: string;
      readonly id: ShadowIdLiteral;
      /** What the caller puts into a new one, or hands to its constructor. */
      readonly data?: string;
    }
  | { readonly action: 'get' | 'free'; readonly object: string; readonly id: ShadowIdLiteral }
  | { readonly action: 'free-all'; readonly id: ShadowIdLiteral };

/**
 * What belongs to an id, as the mail of 2023-02-02 wants it: constructor and destructor in one
 * definition, and struct klp_shadow_type of the series of 2022-10-26 has it. Released kernels take
 * them with each call.
 */
export interface ShadowTypeLiteral {
  readonly id: ShadowIdLiteral;
  /** Runs once on a new variable, before anybody finds it. */
  readonly ctor?: {
    /** Lines that it prints; `{object}` stands for the object. */
    readonly says?: readonly string[];
    /** What it writes where its caller hands over nothing. */
    readonly data?: string;
    /** It returns this error: nothing is attached. */
    readonly fails?: Errno;
  };
  /** Runs on a variable that is freed. */
  readonly dtor?: { readonly says?: readonly string[] };
}

/** One of the four callbacks of struct klp_callbacks. */
export interface CallbackLiteral {
  /**
   * Lines that it prints, the module's name in front. `{object}` stands for the object, with the
   * state of its module where it is one, as the kernel's test modules print it.
   */
  readonly says?: readonly CallbackLine[];
  /** Pre-patch only: what it returns instead of success. */
  readonly fails?: Errno;
  /** Calls of the shadow API, in this order. */
  readonly shadow?: readonly ShadowAction[];
}

/** struct klp_object. */
export interface ObjectLiteral {
  /** A module, or `vmlinux` for the core kernel (NULL in the kernel). */
  readonly name: string;
  readonly functions: readonly FunctionLiteral[];
  readonly callbacks?: {
    readonly prePatch?: CallbackLiteral;
    readonly postPatch?: CallbackLiteral;
    readonly preUnpatch?: CallbackLiteral;
    readonly postUnpatch?: CallbackLiteral;
  };
  /**
   * Types of the shadow variables that its code uses: klp_object.shadow_types of the series of
   * 2022-10-26. Each entry is a definition of its own.
   */
  readonly shadowTypes?: readonly ShadowTypeLiteral[];
}

/** struct klp_state: a change of the system that livepatches hand on to each other. */
export interface StateLiteral {
  readonly id: number;
  readonly version: number;
}

/** struct klp_patch with the module that holds it. */
export interface LivepatchLiteral {
  /** The module's name. */
  readonly name: string;
  readonly replace?: boolean;
  /** Kernels with the proposed `replace_set` only; 0 where absent. */
  readonly replaceSet?: number;
  /** Applied without consistency; kernels before 4.16 only. */
  readonly immediate?: boolean;
  readonly objects: readonly ObjectLiteral[];
  readonly states?: readonly StateLiteral[];
  /** False: the module lacks MODULE_INFO(livepatch, "Y"). */
  readonly marked?: boolean;
  /** Bytes. */
  readonly size?: number;
}

/** A loadable module that is no livepatch. */
export interface ModuleLiteral {
  readonly name: string;
  /** How many symbols of each name it has; absent: exactly one of whatever is asked for. */
  readonly symbols?: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly size?: number;
  /** Modules that it uses. */
  readonly uses?: readonly string[];
  /** Printed by its init and exit functions. */
  readonly init?: string;
  readonly exit?: string;
  /** Built outside the kernel's tree, unsigned: `OE`. */
  readonly foreign?: boolean;
}

/** A function that a thread is in. */
export interface CallLiteral {
  /** `vmlinux` where absent. */
  readonly object?: string;
  readonly name: string;
  readonly sympos?: number;
}

/** What a thread does in the kernel. */
export interface PostureLiteral {
  /** Outermost first; none: it runs in user space. */
  readonly calls: readonly (string | CallLiteral)[];
  /** State letter: S, D, R (runs in the kernel), T or I (idle kernel thread). */
  readonly state: 'S' | 'D' | 'R' | 'T' | 'I';
  /**
   * Of a D sleeper: it waits in TASK_KILLABLE, which SIGKILL ends and nothing else
   * (include/linux/sched.h); /proc shows the same letter.
   */
  readonly killable?: boolean;
  /** Its stack can't be unwound for certain. */
  readonly unreliable?: boolean;
  /** Running in the kernel, it calls cond_resched() now and then. */
  readonly yields?: boolean;
  /**
   * A kernel thread that is woken leaves these functions and enters them anew; absent or false: it
   * goes on sleeping in them.
   */
  readonly leavesOnWake?: boolean;
}

export interface ThreadLiteral {
  readonly comm: string;
  /** Absent: the next free number. */
  readonly tid?: number;
  /** The process; absent: the thread's own number. */
  readonly pid?: number;
  readonly ppid?: number;
  readonly cmdline?: string;
  readonly uid?: number;
  /** Path of the control group, such as `/system.slice/cron.service`. */
  readonly cgroup?: string;
  readonly kthread?: boolean;
  readonly posture?: PostureLiteral;
}

export type Architecture =
  /** Reliable stack traces. */
  | 'full'
  /** Livepatching without reliable stack traces. */
  | 'no-reliable-stacks'
  /** A kernel built without CONFIG_LIVEPATCH. */
  | 'no-livepatch';

export interface HostLiteral {
  readonly name: string;
  /** A name among `kernelVersions`; absent: the newest. */
  readonly kernel?: string;
  /** What it does otherwise than that kernel: names among `deviations`. */
  readonly deviations?: readonly DeviationName[];
  readonly architecture?: Architecture;
  readonly cpus?: number;
  /** Idle CPUs whose tick is off: without help from the kernel they switch when something wakes them. */
  readonly deepIdleCpus?: number;
  /** Symbols of the core kernel that are special; every other name exists once. */
  readonly symbols?: Readonly<Record<string, number>>;
  readonly modules?: readonly ModuleLiteral[];
  readonly threads?: readonly ThreadLiteral[];
  /** Seconds since boot. */
  readonly uptime?: number;
  readonly seed?: number;
  /** Debug messages of kernel/livepatch are switched on. */
  readonly dynamicDebug?: boolean;
}
