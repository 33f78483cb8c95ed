/** Readings to status document: the whole way in one call. */
import { diagnose } from '../diagnosis/diagnosis';
import type { DiagnosedThread } from '../diagnosis/diagnosis';
import type { LogBlocker } from '../diagnosis/logBlockers';
import { buildState } from '../model/buildState';
import type { ShadowState } from '../model/shadow';
import type { SystemState, Transition } from '../model/systemState';
import type { KernelLog } from '../readings/log/kernelLog';
import type { Readings, ShadowVariableReading } from '../readings/readings';
import type {
  Blocker,
  ShadowEntry,
  ShadowVariableEntry,
  StatusDocument,
  TransitionEntry,
} from './statusDocument';

/** The document of design contract `klpscope/status` for one sample. Never throws. */
export function statusOf(readings: Readings): StatusDocument {
  return documentOf(readings, buildState(readings));
}

/** The same, and the log that it was made of, for whoever follows a host; null: no log was read. */
export function statusWithLog(readings: Readings): {
  readonly status: StatusDocument;
  readonly log: KernelLog | null;
} {
  const state = buildState(readings);
  return { status: documentOf(readings, state), log: state.log };
}

function documentOf(readings: Readings, state: SystemState): StatusDocument {
  const { blockers, fromReport, fromLog, findings } = diagnose(state);
  return {
    format: 'klpscope/status',
    version: 1,
    target: state.target,
    source: state.source,
    ...(readings.recording ? { recording: { ...readings.recording } } : {}),
    takenAt: state.takenAt,
    ...(state.readingSeconds === undefined ? {} : { readingSeconds: state.readingSeconds }),
    host: state.host,
    livepatch: state.livepatch,
    coverage: coverageOf(state.coverage),
    order: state.order,
    patches: state.patches.map((patch) => ({
      ...patch,
      objects: patch.objects.map((object) => ({ ...object, functions: [...object.functions] })),
    })),
    functions: state.functions.map(({ aliases, ...row }) => ({
      ...row,
      stack: [...row.stack],
      ...(aliases && { aliases: [...aliases] }),
    })),
    transitionState: state.transitionState,
    transition: state.transition && transitionEntry(state.transition),
    blockers: [
      ...blockers.map(blockerEntry),
      ...fromReport.map((one): Blocker => ({ ...blockerEntry(one), source: 'report' })),
      ...fromLog.map(logEntry),
    ],
    ghosts: [...state.ghosts],
    findings: findings.map((finding) => ({
      ...finding,
      evidence: [...finding.evidence],
      remedies: [...finding.remedies],
    })),
    ...(state.shadow === undefined ? {} : { shadow: state.shadow && shadowEntry(state.shadow) }),
    problems: [...state.problems],
  };
}

/** Variables that the document lists; `klpscope shadow` lists all. */
const listedVariables = 500;

function shadowEntry({ byId, variables, calls, ...rest }: ShadowState): ShadowEntry {
  return {
    ...rest,
    byId: byId.map(({ id, count, owners, registered, registeredBy, users }) => ({
      id,
      count,
      owners: [...owners],
      registered,
      ...(registeredBy && { registeredBy: [...registeredBy] }),
      ...(users && { users: [...users] }),
    })),
    entries: variables.slice(0, listedVariables).map(variableEntry),
    ...(calls && { answers: calls.map((call) => ({ ...call })) }),
  };
}

function variableEntry({ object, id, size, data }: ShadowVariableReading): ShadowVariableEntry {
  return { object, id, size, data };
}

function coverageOf({ unread, ...counts }: SystemState['coverage']): StatusDocument['coverage'] {
  return unread.length === 0 ? counts : { ...counts, unread: [...unread] };
}

function transitionEntry({
  patch,
  direction,
  threads,
  hiddenBlockersPossible,
}: Transition): TransitionEntry {
  return { patch, direction, threads, hiddenBlockersPossible };
}

/** What neither the log nor a report says of a thread is unknown. */
function logEntry({ comm, pid, tid, cpu, details, reason, remedies }: LogBlocker): Blocker {
  return {
    pid,
    tid,
    ...(cpu === null ? {} : { cpu }),
    source: 'log',
    comm,
    cmdline: details?.cmdline ?? null,
    state: details?.state ?? (reason.code === 'running' ? 'R' : null),
    kthread: cpu === null ? (details?.kthread ?? null) : true,
    uid: details?.uid ?? null,
    unit: details?.unit ?? null,
    stack: details?.stack?.map((frame) => ({ ...frame })) ?? null,
    reason: { ...reason },
    remedies: [...remedies],
  };
}

function blockerEntry({ thread, reason, remedies }: DiagnosedThread): Blocker {
  const { pid, tid, details } = thread;
  const startTime = details?.startTicks ?? null;
  return {
    pid,
    tid,
    ...(startTime === null ? {} : { startTime }),
    comm: details?.comm ?? null,
    cmdline: details?.cmdline ?? null,
    state: details?.state ?? null,
    kthread: details?.kthread ?? null,
    uid: details?.uid ?? null,
    unit: details?.unit ?? null,
    stack: details?.stack?.map((frame) => ({ ...frame })) ?? null,
    reason: { ...reason },
    remedies: [...remedies],
  };
}
