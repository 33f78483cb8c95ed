/** What a state means for the person in front of it: why threads block, and what is worth knowing. */
import type { BlockingThread, SystemState } from '../model/systemState';
import type { FindingCode, ReasonCode, RemedyCode, Severity } from './codes';
import { findFindings } from './findings';
import { implementationsToLeave } from './implementations';
import { currentTransition } from './logOfTransition';
import { reasonOf } from './reasons';
import { remediesFor } from './remedies';

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

export interface DiagnosedThread {
  readonly thread: BlockingThread;
  readonly reason: Reason;
  readonly remedies: readonly RemedyCode[];
}

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What it is about: a livepatch, `object:function`, an object, a module; null for the host. */
  readonly subject: string | null;
  readonly message: string;
  /** Paths and log lines that prove it. */
  readonly evidence: readonly string[];
  readonly remedies: readonly RemedyCode[];
}

export interface Diagnosis {
  readonly blockers: readonly DiagnosedThread[];
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
  return { blockers, findings: findFindings(state) };
}
