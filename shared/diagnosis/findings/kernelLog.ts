/** Findings that only the kernel log tells: refusals, conflicts, shadow variables, force. */
import type { LivepatchEvent, LogEntry } from '../../readings/log/kernelLog';
import { visible } from '../../base/text';
import type { SystemState } from '../../model/systemState';
import type { FindingCode, RemedyCode, Severity } from '../codes';
import type { Finding } from './finding';
import { asEvidence, secondsSinceBoot } from '../logOfTransition';

/** Seconds for which a refusal counts as an error of now. */
const freshSeconds = 600;

interface Told {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly subject: string | null;
  readonly message: string;
  readonly remedies: readonly RemedyCode[];
}

/** One finding per code and subject; the last line counts. */
export function findInLog(state: SystemState): Finding[] {
  const entries = state.log?.entries ?? [];
  const now = secondsSinceBoot(state);
  const found = new Map<string, Finding>();
  for (const [index, entry] of entries.entries()) {
    const finding = entry.event.kind === 'forcing' ? forced(entries, index) : tell(entry.event);
    if (!finding) continue;
    const isOver =
      finding.severity === 'error' && (!isFresh(entry, now) || succeededSince(entries, index));
    found.set(`${finding.code} ${finding.subject}`, {
      ...finding,
      severity: isOver ? 'info' : finding.severity,
      evidence: [asEvidence(entry)],
    });
  }
  return [...found.values()];
}

/** Without a clock nothing is proven to be of now. */
function isFresh({ seconds }: LogEntry, now: number | null): boolean {
  return seconds !== null && now !== null && now - seconds < freshSeconds;
}

/** Whether the livepatch or module that a failure is about has succeeded after it. */
function succeededSince(entries: readonly LogEntry[], failure: number): boolean {
  const about = namesOf(entries, failure);
  return entries.slice(failure + 1).some(({ event }) => {
    if (event.kind === 'complete') return event.direction === 'patching' && about.has(event.patch);
    return event.kind === 'applying' && about.has(event.module);
  });
}

/**
 * Livepatch and module of a failure. Lines about a symbol, function or object do not name their
 * livepatch; the next line that gives up on one does (kernel/livepatch/core.c, klp_enable_patch).
 */
function namesOf(entries: readonly LogEntry[], failure: number): Set<string> {
  const names = new Set<string>();
  for (const { event } of entries.slice(failure)) {
    if (event.kind === 'enable-failed' || event.kind === 'incompatible') names.add(event.patch);
    else if (event.kind === 'not-marked') names.add(event.module);
    else if (event.kind === 'module-refused') names.add(event.module);
    else if (!isDetailOfFailure(event)) break;
    if (names.size > 0) break;
  }
  return names;
}

function isDetailOfFailure({ kind }: LivepatchEvent): boolean {
  return (
    kind === 'symbol-not-found' ||
    kind === 'symbol-ambiguous' ||
    kind === 'symbol-position-not-found' ||
    kind === 'ftrace-failed' ||
    kind === 'pre-patch-callback-failed' ||
    kind === 'patch-object-failed' ||
    kind === 'canceling' ||
    kind === 'other'
  );
}

function refused(subject: string, message: string): Told {
  return { code: 'load-refused', severity: 'error', subject, message, remedies: ['ask-vendor'] };
}

function tell(event: LivepatchEvent): Told | null {
  switch (event.kind) {
    case 'enable-failed':
      return refused(event.patch, `The kernel failed to enable ${visible(event.patch)}.`);
    case 'module-refused':
      return refused(
        event.module,
        `${visible(event.patch)} could not patch ${visible(event.module)}, so the kernel refused to load ${visible(event.module)}.`,
      );
    case 'not-marked':
      return refused(
        event.module,
        `${visible(event.module)} is not marked as a livepatch module and was refused.`,
      );
    case 'symbol-not-found':
      return refused(
        event.symbol,
        `A livepatch patches ${visible(event.symbol)}, which this kernel does not have.`,
      );
    case 'symbol-ambiguous':
      return refused(
        event.symbol,
        `A livepatch patches ${visible(event.symbol)}, of which there are several, without saying which.`,
      );
    case 'symbol-position-not-found':
      return refused(
        event.symbol,
        `A livepatch patches symbol ${event.position} of the name ${visible(event.symbol)}; there are fewer.`,
      );
    case 'pre-patch-callback-failed':
      return refused(
        event.object,
        `A livepatch’s own pre-patch callback refused for ${visible(event.object)}.`,
      );
    case 'patch-object-failed':
      return refused(event.object, `The kernel failed to patch ${visible(event.object)}.`);
    case 'incompatible':
      return {
        ...refused(
          event.patch,
          `${visible(event.patch)} does not fit the system state of the livepatches already there, and was refused.`,
        ),
        code: 'incompatible-livepatch',
      };
    case 'ftrace-failed':
      return {
        code: 'ftrace-conflict',
        severity: 'error',
        subject: event.function,
        message: `${visible(event.function)} could not be redirected (error ${event.error})${event.error === ebusy ? ': a kprobe or another tracer holds it' : ''}.`,
        remedies: ['stop-tracer'],
      };
    case 'duplicate-shadow':
      return {
        code: 'duplicate-shadow-variable',
        severity: 'warning',
        subject: event.id,
        message: `A livepatch attached shadow variable ${visible(event.id)} to an object that already had one.`,
        remedies: ['ask-vendor'],
      };
    case 'shadow-constructor-failed':
      return {
        code: 'shadow-allocation-failed',
        severity: 'error',
        subject: event.id,
        message: `The constructor of shadow variable ${visible(event.id)} failed; the variable was not attached.`,
        remedies: ['ask-vendor'],
      };
    default:
      return null;
  }
}

/** Another user of ftrace has the function (errno 16). */
const ebusy = -16;

/** The log's line does not name the livepatch: it is the one whose transition ran. */
function forced(entries: readonly LogEntry[], index: number): Told {
  const began = entries.slice(0, index).findLast(({ event }) => event.kind === 'starting')?.event;
  const patch = began?.kind === 'starting' ? began.patch : null;
  const which = patch === null ? 'A transition' : `The transition of ${visible(patch)}`;
  return {
    code: 'was-forced',
    severity: 'warning',
    subject: patch,
    message: `${which} was forced since boot: threads may have run old and new code at once, and the modules of livepatches that left by it can never be unloaded.`,
    remedies: ['reboot', 'ask-vendor'],
  };
}
