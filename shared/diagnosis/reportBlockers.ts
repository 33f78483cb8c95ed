/**
 * Who blocks by what a saved report has, where no thread's `patch_state` was saved: whom `kpatch list`
 * named, and whose stack holds code that the transition is to leave.
 */
import type { BlockingThread, SystemState } from '../model/systemState';
import { nothingRead } from '../model/transition';
import { beginsInKernel } from '../readings/files/stack';
import { findCulprit, type Implementation } from './implementations';
import type { TransitionLog } from './logOfTransition';
import { reasonOf, type Reason } from './reasons';

export interface ReportBlocker {
  readonly thread: BlockingThread;
  readonly reason: Reason;
}

export function blockersOfReport(
  { transition, stalledByKpatch }: SystemState,
  implementations: readonly Implementation[],
  log: TransitionLog | null,
): ReportBlocker[] {
  if (!transition || transition.threads.total !== null) return [];
  const known = new Map(transition.unscannedThreads.map((thread) => [thread.tid, thread]));
  const named = stalledByKpatch.map(({ pid, comm, stack }): BlockingThread => {
    const seen = known.get(pid)?.details ?? nothingRead;
    return {
      pid,
      tid: pid,
      details: {
        ...seen,
        comm: seen.comm ?? comm,
        stack: seen.stack ?? stack,
        // Of whom nothing else was saved, the stack tells whether it ever leaves the kernel.
        userWorker: seen.userWorker ?? (stack === null ? null : beginsInKernel(stack)),
      },
    };
  });
  const names = new Set(named.map(({ tid }) => tid));
  const candidates = transition.unscannedThreads.filter(
    ({ tid, details }) =>
      !names.has(tid) && findCulprit(details?.stack ?? [], implementations) !== null,
  );
  return [...named, ...candidates].map((thread) => ({
    thread,
    reason: reasonOf(thread, implementations, log),
  }));
}
