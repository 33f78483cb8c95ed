/** What may help one blocking thread. What concerns the whole transition stands in the findings. */
import type { BlockingThread, SystemState, ThreadDetails } from '../model/systemState';
import type { RemedyCode } from './codes';
import type { Reason } from './reasons';
import { isOfTracer } from './stackForms';

type Surroundings = Pick<SystemState, 'unusedObjects' | 'livepatch'> & {
  readonly coverage: Pick<SystemState['coverage'], 'privileged'>;
};

export function remediesFor(
  { details }: BlockingThread,
  { code, object }: Reason,
  state: Surroundings,
): RemedyCode[] {
  switch (code) {
    case 'sleeping-on-function': {
      const own: RemedyCode[] = isSignalled(details, state)
        ? ['wait-for-signal', 'let-it-return']
        : ['let-it-return', 'reverse'];
      return isUnloadable(object, state) ? [...own, 'unload-object'] : own;
    }
    case 'running':
      return neverLeavesKernel(details) ? ['wait', 'reverse', 'ask-vendor'] : ['wait'];
    case 'unreliable-stack':
      return [...tracer(details), ...afterUnreliable(details, state)];
    case 'stopped':
      return ['let-it-return'];
    case 'uninterruptible':
      return ['let-it-return', 'reverse'];
    case 'kthread-not-switching':
      return state.livepatch.reliableStacks === false
        ? ['reverse', 'ask-vendor']
        : ['wait', 'reverse', 'ask-vendor'];
    case 'waiting-to-return':
      return isSignalled(details, state) ? ['wait-for-signal', 'let-it-return'] : ['let-it-return'];
    case 'unknown':
      return needsPrivilege(details, state) ? ['wait', 'become-privileged'] : ['wait'];
  }
}

/** A tracer is to be stopped only where the stack shows one. */
function tracer(details: ThreadDetails | null): RemedyCode[] {
  return details?.stack?.some(isOfTracer) ? ['stop-tracer'] : [];
}

/** A thread that crosses the boundary switches without its stack being looked at. */
function afterUnreliable(details: ThreadDetails | null, state: Surroundings): RemedyCode[] {
  if (neverLeavesKernel(details)) return ['wait', 'reverse', 'ask-vendor'];
  return isSignalled(details, state) ? ['wait-for-signal', 'let-it-return'] : ['let-it-return'];
}

function neverLeavesKernel(details: ThreadDetails | null): boolean {
  return details?.kthread === true || details?.userWorker === true;
}

/**
 * The kernel's signal wakes interruptible user threads only; kernel threads get a wake-up, threads in
 * uninterruptible sleep nothing (kernel/livepatch/transition.c, klp_send_signals). Before 5.1 no
 * kernel sends it by itself.
 */
function isSignalled(details: ThreadDetails | null, { livepatch }: Surroundings): boolean {
  if (livepatch.signals !== undefined || neverLeavesKernel(details)) return false;
  return details?.state === 'S' && details.kthread === false;
}

/** A module that nobody uses can be removed during a transition, and its functions go with it. */
function isUnloadable(object: string | null, state: Surroundings): boolean {
  if (object === null || object === 'vmlinux') return false;
  return state.unusedObjects.includes(object);
}

function needsPrivilege(details: ThreadDetails | null, state: Surroundings): boolean {
  return state.coverage.privileged === false && details?.stack === null;
}
