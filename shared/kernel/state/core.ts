/** The state of one emulated kernel, with its clock. What may be done to it is in `operations/`. */
import type { Errno } from './errno';
import { EventQueue } from './events';
import { cloneFtrace, newFtrace, type FtraceState } from './ftrace';
import { FunctionStacks, type PatchState as ThreadPatchState } from './functionStack';
import { clonePatch, type FunctionState, type PatchState } from './livepatch';
import type { Architecture } from './literals';
import { KernelMessages } from './log';
import { ModuleTable } from './modules';
import { Random } from './random';
import { ShadowVariables } from './shadow';
import { ThreadTable } from './threads';
import type { KernelVersion } from './version';

export interface TransitionState {
  readonly patch: PatchState;
  /** klp_target_state. */
  target: 0 | 1;
  /** The state of every thread that is not among the exceptions, which have the other one. */
  common: 0 | 1;
  exceptions: Set<number>;
  /** klp_signals_cnt. */
  attempts: number;
  /** klp_start_transition was called: threads may switch. */
  started: boolean;
  /** Tasks of idle CPUs: how many there are, and how many of them have not switched. */
  readonly idle: { readonly total: number; pending: number };
  /** Seconds since boot at which it was started or last reversed. */
  since: number;
}

/** An operation that holds klp_mutex while it runs callbacks and registers functions with ftrace. */
export interface Window {
  readonly operation: 'enable' | 'disable';
  readonly patch: PatchState;
}

export interface CoreSetup {
  readonly version: KernelVersion;
  readonly architecture: Architecture;
  readonly hostName: string;
  readonly bootId: string;
  readonly cpus: number;
  readonly deepIdleCpus: number;
  readonly symbols: Readonly<Record<string, number>>;
}

export class KernelCore {
  /** Seconds since boot. */
  now = 0;
  messages = KernelMessages.empty();
  threads = new ThreadTable();
  modules = ModuleTable.empty();
  stacks = FunctionStacks.empty();
  shadow = ShadowVariables.empty();
  ftrace: FtraceState = newFtrace();
  events = EventQueue.empty();
  random = new Random(1);
  /** klp_patches: enabled or in transition, before 5.1 also disabled ones; oldest first. */
  patches: PatchState[] = [];
  /** No longer in the list, their folders not yet gone. */
  leaving: PatchState[] = [];
  transition: TransitionState | null = null;
  window: Window | null = null;
  /** klp_transition_work waits for its time. */
  retryPlanned = false;
  /** A transition was forced since boot (`klp_forced`, before 5.1). */
  everForced = false;
  dynamicDebug = false;
  /** The kernel's allocations fail. */
  outOfMemory = false;
  /** Value of /proc/sys/kernel/tainted. */
  taint = 0;
  /** Per livepatch, what its pre-patch callbacks return whatever they are (a module parameter). */
  failingCallbacks = new Map<string, Errno>();

  constructor(readonly setup: CoreSetup) {}

  get version(): KernelVersion {
    return this.setup.version;
  }

  /** A kernel in the same state that goes its own way from here. */
  clone(): KernelCore {
    const copy = new KernelCore(this.setup);
    const functions = new Map<FunctionState, FunctionState>();
    const patches = new Map<PatchState, PatchState>();
    const copyOf = (patch: PatchState): PatchState => {
      const known = patches.get(patch) ?? clonePatch(patch, functions);
      patches.set(patch, known);
      return known;
    };
    copy.now = this.now;
    copy.messages = this.messages.clone();
    copy.threads = this.threads.clone();
    copy.modules = this.modules.clone();
    copy.patches = this.patches.map(copyOf);
    copy.leaving = this.leaving.map(copyOf);
    copy.stacks = this.stacks.clone(functions);
    copy.shadow = this.shadow.clone();
    copy.ftrace = cloneFtrace(this.ftrace);
    copy.events = this.events.clone();
    copy.random = this.random.clone();
    copy.transition = this.transition && {
      ...this.transition,
      patch: copyOf(this.transition.patch),
      exceptions: new Set(this.transition.exceptions),
      idle: { ...this.transition.idle },
    };
    copy.window = this.window && { ...this.window, patch: copyOf(this.window.patch) };
    copy.retryPlanned = this.retryPlanned;
    copy.everForced = this.everForced;
    copy.dynamicDebug = this.dynamicDebug;
    copy.outOfMemory = this.outOfMemory;
    copy.taint = this.taint;
    copy.failingCallbacks = new Map(this.failingCallbacks);
    return copy;
  }

  /** A message that is always printed. */
  print(text: string): void {
    this.messages.add(this.now, text);
  }

  /** pr_notice, pr_warn and pr_err of kernel/livepatch. */
  say(text: string): void {
    this.print(`livepatch: ${text}`);
  }

  /** pr_debug of kernel/livepatch: printed where dynamic debug is on. */
  debug(text: string): void {
    if (this.dynamicDebug) this.say(text);
  }

  /** Steps of a transition, told by debug lines since 4.15. */
  debugStep(text: string): void {
    if (this.version.transitionMessages !== 'dots') this.debug(text);
  }

  /** What kernels from 4.15 to 5.0 tell by a debug line only. */
  sayUnlessQuiet(text: string): void {
    if (this.version.transitionMessages === 'quiet') this.debug(text);
    else this.say(text);
  }

  findPatch(name: string): PatchState | null {
    return this.patches.find((patch) => patch.name === name) ?? null;
  }

  /** Whether the new livepatch takes the place of the older one when its transition ends. */
  replaces(patch: PatchState, older: PatchState): boolean {
    if (!this.version.atomicReplace || patch === older) return false;
    return this.version.files.replaceSet ? patch.replaceSet === older.replaceSet : patch.replace;
  }

  /** −1 outside a transition, and in that of a livepatch that is immediate as a whole. */
  patchStateOf(tid: number): ThreadPatchState {
    if (!this.transition || this.transition.patch.immediate) return -1;
    const { common, exceptions } = this.transition;
    return exceptions.has(tid) ? invert(common) : common;
  }
}

export function invert(state: 0 | 1): 0 | 1 {
  return state === 0 ? 1 : 0;
}
