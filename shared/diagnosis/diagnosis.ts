/** What a state means for the person in front of it: why threads block, and what is worth knowing. */
import type { BlockingThread, SystemState } from '../model/systemState';
import type { RemedyCode } from './codes';
import { findFindings } from './findings';
import type { Finding } from './findings/finding';
import { implementationsToLeave } from './implementations';
import { blockersOfLog, type LogBlocker } from './logBlockers';
import { ageOf, currentTransition, type TransitionLog } from './logOfTransition';
import { reasonOf, type Reason } from './reasons';
import { remediesFor } from './remedies';
import { blockersOfReport } from './reportBlockers';

export interface DiagnosedThread {
  readonly thread: BlockingThread;
  readonly reason: Reason;
  readonly remedies: readonly RemedyCode[];
}

export interface Diagnosis {
  readonly blockers: readonly DiagnosedThread[];
  /** Whom only a saved report tells. */
  readonly fromReport: readonly DiagnosedThread[];
  /** Whom only the log names. */
  readonly fromLog: readonly LogBlocker[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
}

export function diagnose(read: SystemState): Diagnosis {
  const log = currentTransition(read);
  const state = sendsNoSignals(read, log) ? withoutSignals(read) : read;
  const implementations = implementationsToLeave(state);
  const blockers = (state.transition?.blockingThreads ?? []).map((thread) => {
    const reason = reasonOf(thread, implementations, log);
    return { thread, reason, remedies: remediesFor(thread, reason, state) };
  });
  const fromReport = blockersOfReport(state, implementations, log).map((one) => ({
    ...one,
    remedies: remediesFor(one.thread, one.reason, state),
  }));
  const told = new Set(fromReport.map(({ thread }) => thread.tid));
  const fromLog = blockersOfLog(state, implementations, log).filter(
    ({ tid }) => tid === null || !told.has(tid),
  );
  const known = [...blockers, ...fromReport, ...fromLog];
  return { blockers, fromReport, fromLog, findings: findFindings(read, known) };
}

/** Seconds after which a kernel that signals by itself has: it does after 15 tries, one a second. */
const signalledBy = 30;

/**
 * Since 5.1 the kernel says in its log that it signals the remaining threads, at the first time
 * (kernel/livepatch/transition.c, klp_send_signals). Where its log holds the transition from its
 * beginning and that line is not there in time, it doesn't.
 */
function sendsNoSignals(state: SystemState, log: TransitionLog | null): boolean {
  if (state.livepatch.signals !== undefined || log === null || log.start === null) return false;
  const isSaid = log.entries.some(({ event }) => event.kind === 'signaling');
  return !isSaid && (ageOf(state, log) ?? 0) >= signalledBy;
}

function withoutSignals(state: SystemState): SystemState {
  return { ...state, livepatch: { ...state.livepatch, signals: 'none' } };
}
