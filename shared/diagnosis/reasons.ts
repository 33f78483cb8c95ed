/** Why a thread has not switched: the kernel's own word where its log has it, else inferred. */
import type { BlockingThread, ThreadDetails } from '../model/systemState';
import type { LivepatchEvent } from '../readings/log/livepatchEvent';
import type { ReasonCode } from './codes';
import { findCulprit, type Implementation } from './implementations';
import type { TransitionLog } from './logOfTransition';
import { breaksUnwinding, endsEarly } from './stackForms';

/** Why a thread has not switched. */
export interface Reason {
  readonly code: ReasonCode;
  /** Object and function that the transition switches; null where they can't be told. */
  readonly object: string | null;
  readonly function: string | null;
  /** What the stack shows: the implementation to be left, which may be named anything. */
  readonly symbol: string | null;
  /** Index into the thread's stack, 0 is innermost. */
  readonly frame: number | null;
  /** `certain` is the kernel's own word in its log; `likely` is inferred from what was read. */
  readonly certainty: 'certain' | 'likely' | 'unknown';
}

const nothing = { object: null, function: null, symbol: null, frame: null } as const;

/**
 * @param implementations what the transition leaves, the same for all of its threads
 *
 * In the order of precedence: log, patched function on the stack, state, stack, kind of thread.
 */
export function reasonOf(
  { tid, details }: BlockingThread,
  implementations: readonly Implementation[],
  log: TransitionLog | null,
): Reason {
  return (
    fromLog(tid, details, implementations, log) ??
    fromStack(details, implementations) ?? {
      ...nothing,
      ...fromThread(details),
    }
  );
}

/** The last line for a thread counts. */
function fromLog(
  tid: number,
  details: ThreadDetails | null,
  implementations: readonly Implementation[],
  log: TransitionLog | null,
): Reason | null {
  const last = log?.entries.findLast(
    ({ event }) => event.kind === 'thread-not-switched' && event.tid === tid,
  )?.event;
  return last?.kind === 'thread-not-switched' ? kernelsWord(last, details, implementations) : null;
}

/**
 * `klp_try_switch_task: COMM:TID is …` (kernel/livepatch/transition.c, klp_try_switch_task), printed
 * where somebody switched dynamic debug on.
 *
 * @returns null where the kernel does not know either
 */
export function kernelsWord(
  { why, function: name }: Extract<LivepatchEvent, { kind: 'thread-not-switched' }>,
  details: ThreadDetails | null,
  implementations: readonly Implementation[],
): Reason | null {
  switch (why) {
    case 'sleeping':
      return sleepingOn(name, details, implementations);
    case 'running':
      return { ...nothing, code: 'running', certainty: 'certain' };
    case 'unreliable-stack':
      return { ...nothing, code: 'unreliable-stack', certainty: 'certain' };
    case 'unknown':
      return null;
  }
}

/** The kernel names the function; which frame it saw is looked up on the stack. */
function sleepingOn(
  name: string | null,
  details: ThreadDetails | null,
  implementations: readonly Implementation[],
): Reason {
  const ofFunction = implementations.filter((one) => one.isLeft && one.function === name);
  const culprit = findCulprit(details?.stack ?? [], ofFunction);
  const objects = new Set(ofFunction.map(({ object }) => object));
  const [only] = objects;
  return {
    code: 'sleeping-on-function',
    object: culprit?.object ?? (objects.size === 1 ? (only ?? null) : null),
    function: name,
    symbol: culprit?.symbol ?? null,
    frame: culprit?.frame ?? null,
    certainty: 'certain',
  };
}

function fromStack(
  details: ThreadDetails | null,
  implementations: readonly Implementation[],
): Reason | null {
  const culprit = findCulprit(details?.stack ?? [], implementations);
  if (culprit) return { ...culprit, code: 'sleeping-on-function', certainty: 'likely' };
  if (!details || details.stack !== null) return null;
  // /proc/PID/stack is root's alone; /proc/PID/wchan at least names the innermost function.
  const innermost = implementations.find(
    ({ patch, names }) => patch === null && details.wchan !== null && names.includes(details.wchan),
  );
  if (!innermost) return null;
  const { object, function: name } = innermost;
  return {
    code: 'sleeping-on-function',
    object,
    function: name,
    symbol: details.wchan,
    frame: null,
    certainty: 'likely',
  };
}

function fromThread(details: ThreadDetails | null): Pick<Reason, 'code' | 'certainty'> {
  const code = codeOf(details);
  return { code, certainty: code === 'unknown' ? 'unknown' : 'likely' };
}

function codeOf(details: ThreadDetails | null): ReasonCode {
  if (!details) return 'unknown';
  const { state, stack, kthread, userWorker } = details;
  if (state === 'R') return 'running';
  if (state === 'T' || state === 't') return 'stopped';
  if (stack?.some(breaksUnwinding)) return 'unreliable-stack';
  if (state === 'D') return 'uninterruptible';
  const neverLeaves = kthread === true || userWorker === true;
  const isSeen = state !== null || (stack !== null && stack.length > 0);
  if (neverLeaves && isSeen) return 'kthread-not-switching';
  if (state !== 'S' && state !== 'I') return 'unknown';
  return stack !== null && endsEarly(stack) ? 'unreliable-stack' : 'waiting-to-return';
}
