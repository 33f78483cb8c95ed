/** Who blocks the transition by the kernel's log alone: whom the scan of the threads can't have. */
import type { ReasonCode } from './codes';
import type { LogEntry } from '../readings/log/kernelLog';
import type { SystemState } from '../model/systemState';
import type { TransitionLog } from './logOfTransition';
import type { Reason } from './reasons';

export interface LogBlocker {
  readonly comm: string;
  /** Null for an idle CPU. */
  readonly tid: number | null;
  /** Null: no idle CPU. */
  readonly cpu: number | null;
  readonly reason: Reason;
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
export function blockersOfLog(state: SystemState, log: TransitionLog | null): LogBlocker[] {
  const named = (log?.entries ?? []).filter(({ event }) => event.kind === 'thread-not-switched');
  const last = named.at(-1);
  if (!last || !state.transition) return [];
  const isScanned = state.transition.threads.total !== null;
  const found = new Map<string, LogBlocker>();
  for (const entry of named) {
    const { event } = entry;
    if (event.kind !== 'thread-not-switched' || !isOfRound(entry, last)) continue;
    const cpu = event.tid === 0 ? (idleTask.exec(event.comm)?.[1] ?? null) : null;
    if (cpu === null && (isScanned || event.tid === 0)) continue;
    found.set(cpu === null ? `${event.tid}` : `cpu ${cpu}`, {
      comm: event.comm,
      tid: cpu === null ? event.tid : null,
      cpu: cpu === null ? null : Number(cpu),
      reason: reasonOf(event.why, event.function),
      entry,
    });
  }
  return [...found.values()];
}

function isOfRound({ seconds }: LogEntry, last: LogEntry): boolean {
  if (seconds === null || last.seconds === null) return true;
  return last.seconds - seconds < roundSeconds;
}

function reasonOf(
  why: 'sleeping' | 'running' | 'unreliable-stack' | 'unknown',
  name: string | null,
): Reason {
  const codes: Readonly<Record<typeof why, ReasonCode>> = {
    sleeping: 'sleeping-on-function',
    running: 'running',
    'unreliable-stack': 'unreliable-stack',
    unknown: 'unknown',
  };
  const code = codes[why];
  const certainty = code === 'unknown' ? 'unknown' : 'certain';
  return { code, object: null, function: name, symbol: null, frame: null, certainty };
}
