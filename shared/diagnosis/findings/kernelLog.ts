/** Findings that only the kernel log tells: refusals, conflicts, shadow variables, force. */
import type { LivepatchEvent, LogEntry } from '../../readings/log/kernelLog';
import type { WallStamp } from '../../readings/log/wallClock';
import { capText, visible } from '../../base/text';
import type { SystemState } from '../../model/systemState';
import type { FindingCode, RemedyCode, Severity } from '../codes';
import type { Finding } from './finding';
import { asEvidence, secondsSinceBoot } from '../logOfTransition';
import { logWords as words } from '../../words/log';
import { say } from '../../words/sentence';

/** Seconds for which a refusal counts as an error of now. */
const freshSeconds = 600;
/** Seconds by which a line may be ahead of the clock that was read along with it. */
const aheadSeconds = 10;

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
  const found = new Map<string, Finding>();
  for (const [index, entry] of entries.entries()) {
    if (isPartOfRefusal(entries, index)) continue;
    const finding = tellAt(state, entries, index);
    if (!finding) continue;
    const before = finding.code === 'load-refused' ? detailsOf(entries, index) : [];
    const isOff = state.ftraceOn === false;
    const isOver =
      finding.severity === 'error' && (!isFresh(state, entry) || succeededSince(entries, index));
    const caused = { ...finding, ...causeOf(before, isOff) };
    found.set(`${caused.code} ${caused.subject}`, {
      ...caused,
      message: withCause(finding.message, before, isOff),
      severity: isOver ? 'info' : finding.severity,
      evidence: [...before, entry].map(asEvidence),
    });
  }
  return [...found.values()];
}

/**
 * What some lines of a log tell before their last word of it, oldest first: so many refusals of one livepatch
 * are as many findings. An earlier one is over where the livepatch has succeeded since.
 *
 * @param last as `findInLog` tells it
 */
export function earlierInLog(entries: readonly LogEntry[], last: Finding): Finding[] {
  const told = entries.flatMap((entry, index): { finding: Finding; index: number }[] => {
    if (isPartOfRefusal(entries, index)) return [];
    const finding = tellAt({ ftraceOn: null }, entries, index);
    if (!finding || finding.subject !== last.subject) return [];
    const before = finding.code === 'load-refused' ? detailsOf(entries, index) : [];
    const caused = { ...finding, ...causeOf(before, false) };
    if (caused.code !== last.code) return [];
    const message = withCause(finding.message, before, false);
    const evidence = [...before, entry].map(asEvidence);
    return [{ finding: { ...caused, message, evidence }, index }];
  });
  return told
    .slice(0, -1)
    .slice(-earlierTold)
    .map(({ finding, index }) => ({
      ...finding,
      severity: succeededSince(entries, index) ? 'info' : last.severity,
    }));
}

/** Of a host that tells the same again and again, the last ones are enough. */
const earlierTold = 20;

function tellAt(
  { ftraceOn }: Pick<SystemState, 'ftraceOn'>,
  entries: readonly LogEntry[],
  index: number,
): Told | null {
  const entry = entries[index];
  if (!entry) return null;
  const { event, text } = entry;
  if (event.kind === 'forcing') return forced(entries, index);
  return event.kind === 'cause' && event.of === 'livepatch'
    ? refusedFor(text)
    : tell(event, ftraceOn === false);
}

/**
 * A cause behind which nobody is named: before 4.12 the core names no livepatch that fails to be
 * enabled, and none since that fails to be initialized (klp_register_patch, klp_init_patch).
 */
function refusedFor(text: string): Told {
  return refused(null, say(words.somebodyRefused, { log: text }, quote(text)));
}

function quote(text: string): string {
  return `“${visible(capText(text, 300))}”`;
}

/** Lines that a refusal may have; those of the kernel's own are fewer than ten. */
const detailLines = 20;

/** Lines in which the kernel gives up; what stands right before them are the causes. */
function givesUp({ kind }: LivepatchEvent): boolean {
  return kind === 'enable-failed' || kind === 'module-refused';
}

/** What belongs to the refusal that a line tells, causes first. */
function detailsOf(entries: readonly LogEntry[], index: number): LogEntry[] {
  const event = entries[index]?.event;
  if (!event || !(givesUp(event) || isFailureOfModule(event))) return [];
  let first = index;
  while (first > 0 && index - first < detailLines && isDetailOf(entries[first - 1]?.event, event))
    first -= 1;
  return entries.slice(first, index).filter(({ event: { kind } }) => kind !== 'other');
}

function isDetailOf(event: LivepatchEvent | undefined, refusal: LivepatchEvent): boolean {
  if (!event || event.kind === 'canceling') return false;
  if (isFailureOfModule(event)) {
    return refusal.kind === 'module-refused' && refusal.module === event.module;
  }
  return isDetailOfFailure(event);
}

function isFailureOfModule(
  event: LivepatchEvent,
): event is Extract<LivepatchEvent, { kind: 'init-failed' | 'apply-failed' }> {
  return event.kind === 'init-failed' || event.kind === 'apply-failed';
}

/** Whether a line is told together with a later one: one refusal is one finding. */
function isPartOfRefusal(entries: readonly LogEntry[], index: number): boolean {
  const entry = entries[index];
  if (!entry || givesUp(entry.event)) return false;
  for (let later = index + 1; later <= index + detailLines; later += 1) {
    const event = entries[later]?.event;
    if (!event) return false;
    if (detailsOf(entries, later).includes(entry)) return true;
    if (!isDetailOfFailure(event) && !isFailureOfModule(event)) return false;
  }
  return false;
}

/** A refusal that ftrace brought is ftrace's finding, and helped by what helps there. */
function causeOf(
  details: readonly LogEntry[],
  isOff: boolean,
): Pick<Told, 'code' | 'remedies'> | null {
  const failure = details.find(({ event }) => event.kind === 'ftrace-failed');
  const told = failure ? tell(failure.event, isOff) : null;
  return told && { code: told.code, remedies: told.remedies };
}

/** Causes come first, in words of ours where there are some, else in the kernel's own. */
function withCause(message: string, details: readonly LogEntry[], isOff: boolean): string {
  const causes = details.flatMap((entry) => {
    if (isFailureOfModule(entry.event)) return [];
    const own = tell(entry.event, isOff)?.message;
    return [own ?? say(words.kernelSaid, { log: entry }, quote(entry.text))];
  });
  const error = details.map(({ event }) => event).find((event) => isFailureOfModule(event))?.error;
  const number = error === undefined ? [] : [say(words.kernelsError, { log: details }, error)];
  return [...causes, message, ...number].join(' ');
}

/** Without a clock of now nothing is proven to be of now, nor is a line that is later than now. */
function isFresh(state: SystemState, { seconds, wall }: LogEntry): boolean {
  const now = secondsSinceBoot(state);
  const age = now !== null && seconds !== null ? now - seconds : ageByDate(state, wall);
  return age !== null && age < freshSeconds && age > -aheadSeconds;
}

function ageByDate({ takenAt }: SystemState, wall: WallStamp | null): number | null {
  return takenAt === null || wall?.clock !== 'utc'
    ? null
    : Date.parse(takenAt) / 1000 - wall.seconds;
}

/**
 * Modules of which the log's last word is that a livepatch could not patch them.
 */
export function refusedModules(state: SystemState): ReadonlySet<string> {
  const refused = new Set<string>();
  for (const { event } of state.log?.entries ?? []) {
    if (event.kind === 'module-refused' || isFailureOfModule(event)) refused.add(event.module);
    else if (event.kind === 'applying') refused.delete(event.module);
  }
  return refused;
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
    else if (event.kind === 'module-refused' || isFailureOfModule(event)) names.add(event.module);
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
    kind === 'cause' ||
    kind === 'other'
  );
}

function refused(subject: string | null, message: string): Told {
  return { code: 'load-refused', severity: 'error', subject, message, remedies: ['ask-vendor'] };
}

/** @param isOff whether ftrace is switched off now */
function tell(event: LivepatchEvent, isOff: boolean): Told | null {
  const given = { log: event };
  switch (event.kind) {
    case 'enable-failed':
      return refused(event.patch, say(words.enableFailed, given, visible(event.patch)));
    case 'module-refused':
      return refused(
        event.module,
        say(words.moduleRefused, given, {
          patch: visible(event.patch),
          module: visible(event.module),
        }),
      );
    case 'init-failed':
    case 'apply-failed':
      return refused(
        event.module,
        say(words.couldNotPatch, given, {
          patch: visible(event.patch),
          module: visible(event.module),
          error: event.error,
        }),
      );
    case 'not-marked':
      return refused(event.module, say(words.notMarked, given, visible(event.module)));
    case 'symbol-not-found':
      return refused(event.symbol, say(words.symbolMissing, given, visible(event.symbol)));
    case 'symbol-ambiguous':
      return refused(event.symbol, say(words.symbolAmbiguous, given, visible(event.symbol)));
    case 'symbol-position-not-found':
      return refused(
        event.symbol,
        say(words.positionMissing, given, {
          symbol: visible(event.symbol),
          position: event.position,
        }),
      );
    case 'pre-patch-callback-failed':
      return refused(event.object, say(words.callbackRefused, given, visible(event.object)));
    case 'patch-object-failed':
      return refused(event.object, say(words.objectFailed, given, visible(event.object)));
    case 'incompatible':
      return {
        ...refused(event.patch, say(words.incompatible, given, visible(event.patch))),
        code: 'incompatible-livepatch',
      };
    case 'ftrace-failed':
      return {
        code: 'ftrace-conflict',
        severity: 'error',
        subject: event.function,
        message: say(words.notRedirected, given, {
          name: visible(event.function),
          error: event.error,
          isBusy: event.error === ebusy,
          isOff,
        }),
        remedies: isOff && event.error === ebusy ? [] : ['stop-tracer'],
      };
    case 'duplicate-shadow':
      return {
        code: 'duplicate-shadow-variable',
        severity: 'warning',
        subject: event.id,
        message: say(words.shadowTwice, given, visible(event.id)),
        remedies: ['ask-vendor'],
      };
    case 'shadow-constructor-failed':
      return {
        code: 'shadow-allocation-failed',
        severity: 'error',
        subject: event.id,
        message: say(words.shadowFailed, given, visible(event.id)),
        remedies: ['ask-vendor'],
      };
    default:
      return null;
  }
}

/**
 * errno 16: another user of ftrace has the function, or `kernel.ftrace_enabled` is 0
 * (tools/testing/selftests/livepatch/{test-kprobe.sh,test-ftrace.sh}).
 */
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
    message: say(words.forced, { log: entries }, which),
    remedies: ['reboot', 'ask-vendor'],
  };
}
