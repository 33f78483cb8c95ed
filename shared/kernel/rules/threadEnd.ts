/** Threads go. */
import type { KernelCore } from '../state/core';
import { emptyStack, type Thread } from '../state/threads';

/**
 * A thread ends. A zombie stays, without a stack, until its parent asks for it; it takes part in
 * transitions like any other.
 */
export function exitThread(core: KernelCore, thread: Thread, zombie: boolean): void {
  if (zombie) {
    core.threads.put({ ...thread, state: 'Z', posture: null, stack: emptyStack });
    return;
  }
  core.threads.remove(thread.tid);
  core.transition?.exceptions.delete(thread.tid);
}
