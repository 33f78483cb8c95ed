/** What a state means for the person in front of it: why threads block, and what is worth knowing. */
import type { BlockingThread, SystemState } from '../model/systemState';
import type { RemedyCode } from './codes';
import { findFindings } from './findings';
import type { Finding } from './findings/finding';
import { implementationsToLeave } from './implementations';
import { blockersOfLog, type LogBlocker } from './logBlockers';
import { currentTransition } from './logOfTransition';
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

export function diagnose(state: SystemState): Diagnosis {
  const log = currentTransition(state);
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
  return { blockers, fromReport, fromLog, findings: findFindings(state) };
}
