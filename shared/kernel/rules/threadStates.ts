/** Which threads have arrived at the target of the transition. */
import type { KernelCore } from '../state/core';

/** klp_update_patch_state and klp_check_and_switch_task: one thread has arrived. */
export function switchThread(core: KernelCore, tid: number): void {
  const { transition } = core;
  if (!transition?.started) return;
  if (transition.common === transition.target) transition.exceptions.delete(tid);
  else transition.exceptions.add(tid);
}

/** Threads that have not arrived; in the order of their numbers. */
export function pendingTids(core: KernelCore): number[] {
  const { transition } = core;
  if (!transition) return [];
  const { common, target, exceptions } = transition;
  const pending =
    common === target
      ? [...exceptions]
      : [...core.threads.all()].map(({ tid }) => tid).filter((tid) => !exceptions.has(tid));
  return pending.sort((a, b) => a - b);
}
