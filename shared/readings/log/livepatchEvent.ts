/**
 * What the kernel says about livepatches: the texts of kernel/livepatch/{core,transition,patch,
 * shadow}.c and of kernel/module/main.c, as of Linux 4.0 to 7.2.
 */

export type LogDirection = 'patching' | 'unpatching';

/** Why the kernel could not switch a thread: `klp_try_switch_task` of transition.c. */
export type NotSwitchedReason = 'sleeping' | 'running' | 'unreliable-stack' | 'unknown';

export type TransitionStep = 'initializing' | 'starting' | 'completing' | 'complete';

/** Object and ID of a shadow variable, as printed: the address is hashed, the ID hexadecimal. */
interface ShadowVariable {
  readonly object: string;
  readonly id: string;
}

export type LivepatchEvent =
  | {
      readonly kind: 'enabling' | 'canceling' | 'enable-failed' | 'incompatible';
      readonly patch: string;
    }
  | { readonly kind: TransitionStep; readonly patch: string; readonly direction: LogDirection }
  | {
      readonly kind: 'reversing';
      readonly patch: string;
      readonly from: LogDirection;
      readonly to: LogDirection;
    }
  | { readonly kind: 'signaling' | 'forcing' | 'no-consistency-model' }
  | {
      readonly kind: 'thread-not-switched';
      readonly comm: string;
      readonly tid: number;
      readonly why: NotSwitchedReason;
      /** The patched function, by its original name; null unless `sleeping`. */
      readonly function: string | null;
    }
  | {
      readonly kind: 'applying' | 'reverting' | 'module-refused';
      readonly patch: string;
      readonly module: string;
    }
  /** `error` is a negative errno. */
  | {
      readonly kind: 'init-failed' | 'apply-failed';
      readonly patch: string;
      readonly module: string;
      readonly error: number;
    }
  /**
   * What went wrong, in the kernel's own words; who was refused stands in the lines behind it, if
   * anywhere. The livepatch core says it of livepatches alone, the loader of modules of any module.
   */
  | { readonly kind: 'cause'; readonly of: 'livepatch' | 'module' }
  | { readonly kind: 'pre-patch-callback-failed' | 'patch-object-failed'; readonly object: string }
  | { readonly kind: 'symbol-not-found' | 'symbol-ambiguous'; readonly symbol: string }
  | {
      readonly kind: 'symbol-position-not-found';
      readonly symbol: string;
      readonly position: number;
    }
  /** `error` is a negative errno. */
  | { readonly kind: 'ftrace-failed'; readonly function: string; readonly error: number }
  | { readonly kind: 'not-marked' | 'tainted'; readonly module: string }
  | ({ readonly kind: 'duplicate-shadow' | 'shadow-constructor-failed' } & ShadowVariable)
  /** A line of the livepatch core that is none of the above. */
  | { readonly kind: 'other' };
