/** Which threads can't switch now, and why: klp_try_switch_task and klp_check_stack. */
import type { KernelCore, TransitionState } from '../state/core';
import { keyOf, type FunctionState } from '../state/livepatch';
import { codeOf, type Stack, type Thread } from '../state/threads';

export interface Blocked {
  readonly tid: number;
  readonly why:
    | { readonly is: 'running' | 'unreliable' | 'no-reliable-stacks' }
    /** By its original name, as the kernel prints it. */
    | { readonly is: 'sleeping'; readonly function: string };
}

interface CodeToLeave {
  readonly code: string;
  readonly function: string;
}

/**
 * Code that must not be on a thread's stack: while patching what lies below the new livepatch, while
 * unpatching the livepatch's own code, of a nop the original. In the order in which the kernel looks.
 */
export function codesToLeave(core: KernelCore, { patch, target }: TransitionState): CodeToLeave[] {
  return patch.objects
    .filter(({ patched }) => patched)
    .flatMap(({ functions }) => functions)
    .filter(({ immediate }) => !immediate)
    .flatMap((one) => codeToLeave(core, one, target));
}

function codeToLeave(core: KernelCore, one: FunctionState, target: 0 | 1): CodeToLeave[] {
  const key = keyOf(one);
  if (target === 0) return [{ code: codeOf(key, one.nop ? null : one.patch), function: one.name }];
  const below = core.stacks.below(one);
  return below === undefined
    ? []
    : [{ code: codeOf(key, below?.patch ?? null), function: one.name }];
}

/** Every thread of the host that can't switch now, by number. */
export function findBlockers(core: KernelCore, transition: TransitionState): Blocked[] {
  if (core.setup.architecture === 'no-reliable-stacks') {
    return [...core.threads.all()].map(({ tid }) => ({ tid, why: { is: 'no-reliable-stacks' } }));
  }
  const codes = codesToLeave(core, transition);
  const suspects = new Set([...core.threads.runningTids(), ...core.threads.unreliableTids()]);
  for (const { code } of codes) for (const tid of core.threads.tidsIn(code)) suspects.add(tid);
  return check(core, suspects, codes);
}

/** Those of some threads that can't switch now, by number. */
export function blockersAmong(
  core: KernelCore,
  transition: TransitionState,
  tids: ReadonlySet<number>,
): Blocked[] {
  if (core.setup.architecture === 'no-reliable-stacks') {
    return [...tids].map((tid) => ({ tid, why: { is: 'no-reliable-stacks' } }));
  }
  return check(core, tids, codesToLeave(core, transition));
}

function check(
  core: KernelCore,
  tids: ReadonlySet<number>,
  codes: readonly CodeToLeave[],
): Blocked[] {
  const blocked: Blocked[] = [];
  const asleepIn = new Map<Stack, Blocked['why'] | null>();
  for (const tid of tids) {
    const thread = core.threads.get(tid);
    const why = thread && (whyRestless(thread) ?? remembered(asleepIn, thread, codes));
    if (why) blocked.push({ tid, why });
  }
  return blocked.sort((a, b) => a.tid - b.tid);
}

function whyRestless({ state, posture }: Thread): Blocked['why'] | null {
  if (state === 'R') return { is: 'running' };
  return posture?.unreliable ? { is: 'unreliable' } : null;
}

/** Thousands of threads sleep in the same place: it is looked at once. */
function remembered(
  asleepIn: Map<Stack, Blocked['why'] | null>,
  thread: Thread,
  codes: readonly CodeToLeave[],
): Blocked['why'] | null {
  const known = asleepIn.get(thread.stack);
  if (known !== undefined) return known;
  const why = sleepsOn(thread, codes);
  asleepIn.set(thread.stack, why);
  return why;
}

/** The first function in the kernel's order whose code to be left is on the thread's stack. */
export function sleepsOn(thread: Thread, codes: readonly CodeToLeave[]): Blocked['why'] | null {
  const onStack = new Set(thread.stack.frames.map(({ code }) => code));
  const found = codes.find(({ code }) => onStack.has(code));
  return found ? { is: 'sleeping', function: found.function } : null;
}
