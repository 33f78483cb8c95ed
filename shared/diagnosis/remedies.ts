/** What may help one blocking thread. What concerns the whole transition stands in the findings. */
import type { BlockingThread, SystemState } from '../model/systemState';
import type { RemedyCode } from './codes';
import type { Reason } from './reasons';

type Surroundings = Pick<SystemState, 'coverage' | 'unusedObjects'>;

/**
 * The kernel's signal wakes interruptible user threads only; kernel threads get a wake-up, threads
 * in uninterruptible sleep nothing (kernel/livepatch/transition.c, klp_send_signals).
 */
export function remediesFor(
  { details }: BlockingThread,
  { code, object }: Reason,
  state: Surroundings,
): RemedyCode[] {
  switch (code) {
    case 'sleeping-on-function': {
      const isReachable = details?.state === 'S' && details.kthread === false;
      const own: RemedyCode[] = isReachable
        ? ['wait-for-signal', 'let-it-return']
        : ['let-it-return', 'reverse'];
      return isUnloadable(object, state) ? [...own, 'unload-object'] : own;
    }
    case 'running':
      return details?.kthread === true
        ? ['wait', 'reverse', 'ask-vendor']
        : ['wait', 'wait-for-signal'];
    case 'unreliable-stack':
      return ['stop-tracer', 'wait-for-signal'];
    case 'stopped':
      return ['let-it-return'];
    case 'uninterruptible':
      return ['let-it-return', 'reverse'];
    case 'kthread-not-switching':
      return ['wait', 'reverse', 'ask-vendor'];
    case 'waiting-to-return':
      return ['wait-for-signal', 'let-it-return'];
    case 'unknown':
      return needsPrivilege(details, state) ? ['wait', 'become-privileged'] : ['wait'];
  }
}

/** A module that nobody uses can be removed during a transition, and its functions go with it. */
function isUnloadable(object: string | null, state: Surroundings): boolean {
  if (object === null || object === 'vmlinux') return false;
  return state.unusedObjects.includes(object);
}

function needsPrivilege(details: BlockingThread['details'], state: Surroundings): boolean {
  return state.coverage.privileged === false && details?.stack === null;
}
