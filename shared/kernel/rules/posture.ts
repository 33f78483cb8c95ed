/** What threads do: enter the kernel, sleep in it, leave it, and switch where the kernel lets them. */
import type { KernelCore } from '../state/core';
import { coreKernel, functionKey } from '../state/livepatch';
import type { CallLiteral, PostureLiteral } from '../state/literals';
import { planTick } from './schedule';
import { codesToLeave, sleepsOn } from './stackCheck';
import { codeOf, emptyStack, originalFrame, type Frame, type Thread } from '../state/threads';
import { exitThread } from './threadEnd';
import { switchThread } from './threadStates';

/** Below every system call of x86-64, and below every kernel thread. */
const syscallEntry = ['do_syscall_64', 'entry_SYSCALL_64_after_hwframe'].map((name) =>
  originalFrame(coreKernel, name),
);
const kthreadEntry = ['kthread', 'ret_from_fork'].map((name) => originalFrame(coreKernel, name));

/**
 * The thread calls these functions, each in the version that it runs now, and stays there. A user
 * thread that is in others leaves them first, over the boundary at which it switches
 * (exit_to_user_mode_loop of kernel/entry/common.c).
 */
export function enter(core: KernelCore, thread: Thread, posture: PostureLiteral): void {
  if (!thread.kthread && thread.posture) {
    wake(core, thread);
    const back = core.threads.get(thread.tid);
    if (back) call(core, back, posture);
    return;
  }
  call(core, thread, posture);
}

function call(core: KernelCore, thread: Thread, posture: PostureLiteral): void {
  const state = core.patchStateOf(thread.tid);
  const frames = posture.calls.map((call) => {
    const { object = coreKernel, name, sympos = 1 } = asCall(call);
    const key = functionKey(object, name, sympos);
    const chosen = core.stacks.implementationFor(key, state);
    return chosen
      ? { symbol: chosen.symbol, module: chosen.patch, code: codeOf(key, chosen.patch) }
      : originalFrame(object, name, sympos);
  });
  settleIn(core, thread, posture, frames);
}

/** Nobody can be in a function of a module that isn't loaded. */
export function canEnter(core: KernelCore, posture: PostureLiteral): boolean {
  return posture.calls
    .map((call) => asCall(call).object ?? coreKernel)
    .every((object) => object === coreKernel || core.modules.get(object)?.state === 'live');
}

function settleIn(
  core: KernelCore,
  thread: Thread,
  posture: PostureLiteral,
  frames: readonly Frame[],
): void {
  const base = thread.kthread ? kthreadEntry : syscallEntry;
  const stack = core.threads.stackOf([...frames.toReversed(), ...base]);
  const kept = { ...posture, calls: [...posture.calls] };
  core.threads.put({ ...thread, posture: kept, state: posture.state, stack });
  if (posture.state === 'R' && core.transition?.started) planTick(core);
}

function asCall(call: string | CallLiteral): CallLiteral {
  return typeof call === 'string' ? { name: call } : call;
}

/** Back to user space, where it crosses the boundary at which a pending thread switches. */
export function returnToUser(core: KernelCore, thread: Thread): void {
  core.threads.put({ ...thread, posture: null, state: 'R', stack: emptyStack });
  switchThread(core, thread.tid);
}

/**
 * What it slept for has come. A user thread returns to user space; a kernel thread returns from its
 * innermost function if it is made that way, otherwise it looks around and goes on sleeping.
 */
export function wake(core: KernelCore, thread: Thread): void {
  const { posture } = thread;
  if (!posture) return;
  if (!thread.kthread) {
    // A signal that kills is dealt with before anything else (get_signal of kernel/signal.c).
    if (thread.killed) exitThread(core, thread, false);
    else returnToUser(core, thread);
    return;
  }
  if (!posture.leavesOnWake) return;
  const { frames } = thread.stack;
  const calls = posture.calls.slice(0, -1);
  const left = frames.slice(1, frames.length - kthreadEntry.length).toReversed();
  settleIn(core, thread, { ...posture, calls }, left);
}

/**
 * The kernel's signal: an interruptible sleep ends, the thread passes the boundary and, the call
 * being restarted, sleeps in the functions that it runs now (observed in the captures).
 */
export function interrupt(core: KernelCore, thread: Thread): void {
  const { posture, state } = thread;
  if (state !== 'S' || !posture) return;
  if (thread.kthread) {
    wake(core, thread);
    return;
  }
  returnToUser(core, thread);
  enter(core, core.threads.get(thread.tid) ?? thread, posture);
}

/** A tick has passed: who runs in user space has crossed the boundary, busy ones the scheduler. */
export function tick(core: KernelCore): void {
  const { transition } = core;
  if (!transition?.started) return;
  const codes = codesToLeave(core, transition);
  for (const tid of core.threads.runningTids()) {
    const thread = core.threads.get(tid);
    if (!thread) continue;
    if (!thread.posture) switchThread(core, tid);
    else if (maySwitchBusy(core, thread.posture) && !sleepsOn(thread, codes)) {
      switchThread(core, tid);
    }
  }
}

function maySwitchBusy({ version, setup }: KernelCore, posture: PostureLiteral): boolean {
  if (posture.unreliable || setup.architecture === 'no-reliable-stacks') return false;
  return (
    version.busySwitch === 'schedule' ||
    (version.busySwitch === 'cond_resched' && posture.yields === true)
  );
}
