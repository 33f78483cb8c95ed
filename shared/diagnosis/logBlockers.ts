/** Who blocks the transition by the kernel's log alone: whom the scan of the threads can't have. */
import type { LogEntry } from '../readings/log/kernelLog';
import type { SystemState, ThreadDetails } from '../model/systemState';
import type { RemedyCode } from './codes';
import type { Implementation } from './implementations';
import type { TransitionLog } from './logOfTransition';
import { kernelsWord, type Reason } from './reasons';
import { forKernelThread, remediesFor } from './remedies';

export interface LogBlocker {
  readonly comm: string;
  /** Null for an idle CPU. */
  readonly tid: number | null;
  /** Null: no idle CPU. */
  readonly cpu: number | null;
  /** Its process and what else was read of it, in a report that has files of processes. */
  readonly pid: number | null;
  readonly details: ThreadDetails | null;
  readonly reason: Reason;
  readonly remedies: readonly RemedyCode[];
  readonly entry: LogEntry;
}

/** The idle task of each CPU (kernel/sched/idle.c, kernel/fork.c init_idle_pids: number 0). */
const idleTask = /^swapper\/(\d{1,5})$/;

/**
 * Seconds within which the kernel names everybody who blocks: it tries once a second
 * (kernel/livepatch/transition.c, klp_try_complete_transition).
 */
const roundSeconds = 1.5;

/**
 * Idle CPUs, which have no entry in /proc, and, where no `patch_state` was read at all, every thread
 * that the kernel named in its last round.
 */
export function blockersOfLog(
  state: SystemState,
  implementations: readonly Implementation[],
  log: TransitionLog | null,
): LogBlocker[] {
  const named = (log?.entries ?? []).filter(({ event }) => event.kind === 'thread-not-switched');
  const last = named.at(-1);
  if (!last || !state.transition) return [];
  const isScanned = state.transition.threads.total !== null;
  const known = new Map(state.transition.unscannedThreads.map((thread) => [thread.tid, thread]));
  const found = new Map<string, LogBlocker>();
  for (const entry of named) {
    const { event } = entry;
    if (event.kind !== 'thread-not-switched' || !isOfRound(entry, last)) continue;
    const cpu = event.tid === 0 ? (idleTask.exec(event.comm)?.[1] ?? null) : null;
    if (cpu === null && (isScanned || event.tid === 0)) continue;
    const read = cpu === null ? known.get(event.tid) : undefined;
    const details = read?.details ?? null;
    const reason = kernelsWord(event, details, implementations) ?? unknown;
    found.set(cpu === null ? `${event.tid}` : `cpu ${cpu}`, {
      comm: event.comm,
      tid: cpu === null ? event.tid : null,
      cpu: cpu === null ? null : Number(cpu),
      pid: read?.pid ?? null,
      details,
      reason,
      remedies: cpu === null ? helpFor(event.tid, details, reason, state) : forKernelThread,
      entry,
    });
  }
  return [...found.values()];
}

const unknown: Reason = {
  code: 'unknown',
  object: null,
  function: null,
  symbol: null,
  frame: null,
  certainty: 'unknown',
};

/** Of whom nothing was read, it isn't even known whether it is a thread of the kernel. */
function helpFor(
  tid: number,
  details: ThreadDetails | null,
  reason: Reason,
  state: SystemState,
): readonly RemedyCode[] {
  return details !== null || reason.code === 'sleeping-on-function'
    ? remediesFor({ pid: tid, tid, details }, reason, state)
    : ['wait'];
}

function isOfRound({ seconds }: LogEntry, last: LogEntry): boolean {
  if (seconds === null || last.seconds === null) return true;
  return last.seconds - seconds < roundSeconds;
}
