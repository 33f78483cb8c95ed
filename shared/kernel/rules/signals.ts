/** klp_send_signals: the kernel helps threads that have not switched, as far as it can. */
import type { KernelCore } from '../state/core';
import { interrupt } from './posture';
import { pendingTids } from './threadStates';

export function signalThreads(core: KernelCore): void {
  for (const tid of pendingTids(core)) {
    const thread = core.threads.get(tid);
    if (thread) interrupt(core, thread);
  }
}
