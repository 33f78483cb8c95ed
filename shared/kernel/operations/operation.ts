/**
 * Everything that a person, a program or chance can do to an emulated kernel, as data. Each answers
 * as the kernel does: with its error, having changed nothing, or with success.
 */
import type { Errno } from '../state/errno';
import type {
  CallLiteral,
  LivepatchLiteral,
  ModuleLiteral,
  PostureLiteral,
  ShadowAction,
  ThreadLiteral,
} from '../state/literals';

export type Operation =
  /**
   * insmod of a livepatch. `window`: seconds that its callbacks and the registration with ftrace
   * take; the answer then only says that it was begun.
   */
  | { readonly do: 'load'; readonly livepatch: LivepatchLiteral; readonly window?: number }
  /** `echo 0` or `echo 1` to `enabled`. */
  | {
      readonly do: 'write-enabled';
      readonly patch: string;
      readonly value: boolean;
      readonly window?: number;
    }
  /** `echo 1` to `force`, `signal`. */
  | { readonly do: 'force' | 'signal'; readonly patch: string }
  | { readonly do: 'load-module'; readonly module: ModuleLiteral }
  /** rmmod, of livepatches and others. */
  | { readonly do: 'unload'; readonly module: string }
  | { readonly do: 'create-thread'; readonly thread: ThreadLiteral; readonly maker?: number }
  /** A thread calls functions of the kernel, and stays in them. */
  | { readonly do: 'enter'; readonly tid: number; readonly posture: PostureLiteral }
  /** What a thread slept for has come. */
  | { readonly do: 'wake'; readonly tid: number }
  /** SIGKILL to one thread. */
  | { readonly do: 'kill'; readonly tid: number }
  | { readonly do: 'exit'; readonly tid: number; readonly zombie?: boolean }
  /** The parent of a zombie asks for it. */
  | { readonly do: 'reap'; readonly tid: number }
  /** Something interrupts all idle CPUs. */
  | { readonly do: 'poke-cpus' }
  /** A call of the shadow API, by the code of a livepatch or of somebody else. */
  | {
      readonly do: 'shadow';
      readonly action: ShadowAction;
      /** The livepatch whose type it is. */
      readonly by?: string;
      /** What the constructor returns this time instead of success. */
      readonly fails?: Errno;
    }
  /** A kprobe on a function; with a post handler it redirects the function. */
  | { readonly do: 'add-kprobe'; readonly function: CallLiteral; readonly postHandler: boolean }
  | { readonly do: 'remove-kprobe'; readonly function: CallLiteral }
  /** sysctl kernel.ftrace_enabled. */
  | { readonly do: 'set-ftrace'; readonly enabled: boolean }
  /** A parameter of the livepatch's module makes its pre-patch callbacks fail from now on. */
  | { readonly do: 'fail-callbacks'; readonly patch: string; readonly errno: Errno | null }
  | { readonly do: 'set-dynamic-debug'; readonly on: boolean }
  /** From now on what the kernel wants to allocate for livepatches it gets, or doesn't. */
  | { readonly do: 'set-memory'; readonly exhausted: boolean }
  | { readonly do: 'pass'; readonly seconds: number };
