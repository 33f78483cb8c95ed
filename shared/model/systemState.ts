/**
 * What the readings mean: one immutable state of one host at one moment.
 *
 * `null` is "unknown" throughout. Sources of the rules: Documentation/livepatch/livepatch.rst,
 * Documentation/ABI/testing/sysfs-kernel-livepatch, kernel/livepatch/{core,transition}.c.
 */
import type { ShadowState } from './shadow';
import type { Problem } from '../base/problem';
import type { SourceKind } from '../readings/readings';
import type { OtherEngine } from './otherEngines';
import type { EqualNames } from './otherNames';
import type { StalledProcess } from '../readings/files/sosCommands';
import type { StackFrame } from '../readings/files/stack';
import type { KernelLog } from '../readings/log/kernelLog';

/** Where the order of livepatches comes from. */
export const orders = ['reported', 'inferred', 'unknown'] as const;
export type Order = (typeof orders)[number];

export const directions = ['patching', 'unpatching'] as const;
export type Direction = (typeof directions)[number];

/**
 * `livepatches`: the whole list of livepatches · `functions`: all objects and functions of each ·
 * `one-moment`: the sample changed while it was taken · `modules`: the whole list of loaded modules, and
 * so whether another engine patches the kernel · `forcing`: whether the transition of a livepatch that
 * is applied was forced, which only the kernel's log tells · `processes`: those of others, which /proc hides
 * from this login.
 */
export const unreadKinds = [
  'livepatches',
  'functions',
  'one-moment',
  'modules',
  'forcing',
  'processes',
] as const;
export type Unread = (typeof unreadKinds)[number];

export interface PatchedFunction {
  readonly name: string;
  readonly sympos: number | null;
  /** See the contract: false or true where proven, null while an atomic replace may undo it. */
  readonly nop: boolean | null;
}

export interface PatchedObject {
  /** `vmlinux` or a module. */
  readonly name: string;
  readonly loaded: boolean | null;
  readonly patched: boolean | null;
  readonly functions: readonly PatchedFunction[];
}

export interface Livepatch {
  readonly name: string;
  readonly enabled: boolean | null;
  readonly inTransition: boolean | null;
  readonly replace: boolean | null;
  readonly stackOrder: number | null;
  readonly forced: boolean | null;
  /**
   * Which set it replaces within; null: not readable. Absent where there are no sets, which only a
   * proposal of 2026 has.
   */
  readonly replaceSet?: number | null;
  readonly objects: readonly PatchedObject[];
}

/** Who is attached to a function through ftrace: its line in enabled_functions. */
export interface Consumers {
  /** Users, a livepatch being one, however many livepatches lie on each other. */
  readonly count: number;
  /** One of them wants all registers, as kprobes do; null: the kernel does not say. */
  readonly regs: boolean | null;
  /** One of them redirects it, as livepatches do. */
  readonly ipmodify: boolean;
  /** One is called directly, as BPF trampolines are; null: the kernel does not say. */
  readonly direct: boolean | null;
  /** What is called directly, else the handler that the line names; null: none. */
  readonly tramp: string | null;
  /** A kprobe sits on its entry (a return probe counts for none); null: kprobes could not be read. */
  readonly kprobe: boolean | null;
}

/** One (object, function, sympos) that at least one livepatch has. */
export interface FunctionStack {
  readonly object: string;
  readonly name: string;
  readonly sympos: number | null;
  /** Bottom first. */
  readonly stack: readonly string[];
  /** Livepatch, `original`, or null where it can't be known. */
  readonly active: string | null;
  /** Null: the lists do not tell, or not which of several functions of this name; absent: there are none. */
  readonly consumers?: Consumers | null;
  /** The other names of its address; absent: not looked up. */
  readonly aliases?: readonly string[];
}

/** Details of a blocking thread; any of them may not have been readable. */
export interface ThreadDetails {
  readonly comm: string | null;
  readonly cmdline: string | null;
  readonly state: string | null;
  readonly kthread: boolean | null;
  /**
   * A worker that the kernel runs within a user process (io_uring, vhost): no kernel thread, and yet it
   * never returns to user space.
   */
  readonly userWorker: boolean | null;
  readonly uid: number | null;
  /** Clock ticks from boot to its start: with the same number another start is another thread. */
  readonly startTicks: number | null;
  readonly unit: string | null;
  /** Innermost frame first; empty: the kernel printed none. */
  readonly stack: readonly StackFrame[] | null;
  /** Innermost function of the kernel stack, as /proc/PID/wchan names it; `0`: none, or not told. */
  readonly wchan: string | null;
}

export interface BlockingThread {
  readonly pid: number;
  readonly tid: number;
  /** Null: not looked at (only the first ones are). */
  readonly details: ThreadDetails | null;
}

export interface ThreadCounts {
  readonly total: number | null;
  readonly done: number | null;
  readonly blocking: number | null;
  readonly undefined: number | null;
}

export interface Transition {
  readonly patch: string;
  readonly direction: Direction | null;
  readonly threads: ThreadCounts;
  readonly blockingThreads: readonly BlockingThread[];
  /** Threads whose stacks are known where no thread's state is: a report may have such. */
  readonly unscannedThreads: readonly BlockingThread[];
  readonly hiddenBlockersPossible: boolean | null;
}

/** A livepatch module that is loaded but no longer in sysfs. */
export interface GhostModule {
  readonly module: string;
  readonly refcount: number | null;
  readonly kind: 'leftover' | 'pinned' | 'unknown';
}

/** A function that a livepatch, or somebody else, redirects through ftrace. */
export interface RedirectedFunction {
  readonly name: string;
  /** Null: of the core kernel. */
  readonly module: string | null;
  /** The file that says so. */
  readonly source: string;
  /** Null: the file names no handler, or one that several users share. */
  readonly byLivepatch: boolean | null;
}

/** How the kernel differs from those since 5.1, as far as the files of livepatches tell. */
export interface KernelRules {
  /**
   * As before 5.1: only the topmost enabled livepatch may be disabled and only the lowest disabled
   * one enabled, a disabled one stays in sysfs, and none replaces others.
   */
  readonly strictStack?: true;
  /** No transition can be forced, as before 4.15. */
  readonly forcible?: false;
  /** Livepatches switch at once, for all threads: there are no transitions, as before 4.12. */
  readonly transitions?: false;
  /**
   * Whether the kernel signals the remaining threads: when somebody writes to `signal` (4.15 to 5.0),
   * or not at all (before). Absent: by itself, every 15 s, or not known.
   */
  readonly signals?: 'on-request' | 'none';
  /**
   * The kernel has no reliable stacks on this architecture, and says so in its log: threads switch
   * only where they cross the boundary to user space, kernel threads never.
   */
  readonly reliableStacks?: false;
}

export interface SystemState {
  readonly target: string;
  readonly source: SourceKind;
  readonly takenAt: string | null;
  /** As in `Readings`. */
  readonly readingSeconds?: number;
  readonly host: {
    readonly name: string | null;
    readonly kernel: string | null;
    readonly bootId: string | null;
    readonly uptimeSeconds: number | null;
  };
  readonly livepatch: {
    readonly supported: boolean | null;
    readonly tainted: boolean | null;
  } & KernelRules;
  readonly coverage: {
    readonly privileged: boolean | null;
    readonly threadsRead: number | null;
    readonly threadsDenied: number | null;
    readonly threadsVanished: number | null;
    /** What claims about the whole host stand on and was not read. */
    readonly unread: readonly Unread[];
  };
  /** Whether ftrace may redirect functions; null: not known. */
  readonly ftraceOn: boolean | null;
  /** Whether the threads are those of a container; null: not known. */
  readonly threadsAreOfContainer: boolean | null;
  readonly order: Order;
  /** Bottom of the stack first where the order is known. */
  readonly patches: readonly Livepatch[];
  readonly functions: readonly FunctionStack[];
  readonly transitionState: 'none' | 'running' | 'unknown';
  readonly transition: Transition | null;
  readonly ghosts: readonly GhostModule[];
  readonly otherEngines: readonly OtherEngine[];
  /** Who blocks by the word of `kpatch list`, which a report has. */
  readonly stalledByKpatch: readonly StalledProcess[];
  /** Objects that are loaded modules with a reference count of 0: nobody uses them. */
  readonly unusedObjects: readonly string[];
  /** The kernel log as far as it speaks of livepatching; null: no log was read. */
  readonly log: KernelLog | null;
  /** Functions that ftrace redirects (IPMODIFY); null: not readable. */
  readonly redirected: readonly RedirectedFunction[] | null;
  /** What was looked up of names that are of one function. */
  readonly equalNames: EqualNames;
  /** The file that lists who is attached to which function. */
  readonly listedIn: string | null;
  /** Patched functions that nobody redirects, as two readings say. */
  readonly unreached: readonly FunctionStack[];
  /** Absent: this source or kernel can't have it; null: it did not come. */
  readonly shadow?: ShadowState | null;
  readonly problems: readonly Problem[];
}
