/** What may help one blocking thread. What concerns the whole transition stands in the findings. */
import type { BlockingThread, SystemState, ThreadDetails } from '../model/systemState';
import type { ReasonCode, RemedyCode } from './codes';
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
      const own = onFunction(details, state);
      return isUnloadable(object, state) ? [...own, 'unload-object'] : own;
    }
    case 'running':
      return neverLeavesKernel(details) ? [...forKernelThread] : ['wait'];
    case 'unreliable-stack':
      return [...tracer(details), ...afterUnreliable(details, state)];
    case 'stopped':
      return ['let-it-return'];
    case 'uninterruptible':
      return ['let-it-return', 'reverse'];
    case 'kthread-not-switching':
      return state.livepatch.reliableStacks === false
        ? ['reverse', 'ask-vendor']
        : [...forKernelThread];
    case 'waiting-to-return':
      return [...signalFor(details, state), 'let-it-return'];
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
  if (neverLeavesKernel(details)) return [...forKernelThread];
  return [...signalFor(details, state), 'let-it-return'];
}

function neverLeavesKernel(details: ThreadDetails | null): boolean {
  return details?.kthread === true || details?.userWorker === true;
}

/**
 * The kernel's signal wakes interruptible user threads only; kernel threads get a wake-up, threads in
 * uninterruptible sleep nothing (kernel/livepatch/transition.c, klp_send_signals). Before 5.1 no
 * kernel sends it by itself, from 4.15 on it does where somebody asks for it.
 */
function signalFor(details: ThreadDetails | null, { livepatch }: Surroundings): RemedyCode[] {
  if (neverLeavesKernel(details) || details?.state !== 'S' || details.kthread !== false) return [];
  if (livepatch.signals === 'on-request') return ['write-signal'];
  return livepatch.signals === undefined ? ['wait-for-signal'] : [];
}

/** Who runs waits for nothing. */
function onFunction(details: ThreadDetails | null, state: Surroundings): RemedyCode[] {
  if (details?.state === 'R') {
    return neverLeavesKernel(details) ? [...forKernelThread] : ['wait', 'reverse'];
  }
  const signal = signalFor(details, state);
  return signal.length > 0 ? [...signal, 'let-it-return'] : ['let-it-return', 'reverse'];
}

/** Also for the idle task of a CPU. */
export const forKernelThread: readonly RemedyCode[] = ['wait', 'reverse', 'ask-vendor'];

export interface Helped {
  readonly reason: { readonly code: ReasonCode };
  readonly remedies: readonly RemedyCode[];
}

/**
 * What helps a transition that is stuck, by what helps those who block it.
 *
 * @param blockers whoever is known
 */
export function remediesOfStall(
  blockers: readonly Helped[],
  { forcible }: { readonly forcible?: false | undefined },
): RemedyCode[] {
  const helps = (code: RemedyCode) => blockers.some(({ remedies }) => remedies.includes(code));
  const isOpen = blockers.length === 0 || blockers.some(({ reason }) => reason.code === 'unknown');
  return [
    ...(['write-signal', 'stop-tracer'] as const).filter(helps),
    ...(isOpen || helps('let-it-return') ? (['let-it-return'] as const) : []),
    'reverse',
    'ask-vendor',
    ...(forcible === false ? [] : (['force'] as const)),
  ];
}

/** A module that nobody uses can be removed during a transition, and its functions go with it. */
function isUnloadable(object: string | null, state: Surroundings): boolean {
  if (object === null || object === 'vmlinux') return false;
  return state.unusedObjects.includes(object);
}

function needsPrivilege(details: ThreadDetails | null, state: Surroundings): boolean {
  return state.coverage.privileged === false && details?.stack === null;
}
