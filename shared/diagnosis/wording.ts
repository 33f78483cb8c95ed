/**
 * The words for every code that a diagnosis uses, in one place: command line, window and reports
 * say the same. What a host named is escaped here.
 */
import type { Direction, Unread } from '../model/systemState';
import type { StackFrame } from '../readings/files/stack';
import type { ProblemCode } from '../base/problem';
import { visible } from '../base/text';
import type { FindingCode, RemedyCode, Severity } from './codes';
import type { Reason } from './reasons';
import { breaksUnwinding, isOfTracer } from './stackForms';
import { certaintyWords, reasonGaps as gaps, reasonWords as words } from '../words/reasons';
import { remedyTitles, remedyWords, vendorWants } from '../words/remedies';
import { say } from '../words/sentence';

/** What the wording of a reason needs to know of a thread. */
export interface ThreadInWords {
  readonly reason: Reason;
  readonly state: string | null;
  readonly kthread: boolean | null;
  /** It is the idle task of this CPU. */
  readonly cpu?: number;
  readonly stack: readonly StackFrame[] | null;
}

/** What it needs to know of the host. */
export interface Circumstances {
  readonly direction: Direction | null;
  /** False: the kernel said that it has no reliable stacks on this architecture. */
  readonly reliableStacks?: false;
  /** False: not all functions that the transition switches were read, or not at one moment. */
  readonly isWhole?: false;
  /** The kernel has tried often enough that it would have switched whom it can. */
  readonly isStalled?: true;
}

export function circumstancesOf(status: {
  readonly transition: { readonly direction: Direction | null } | null;
  readonly livepatch: { readonly reliableStacks?: false };
  readonly coverage: { readonly unread?: readonly Unread[] };
  readonly findings?: readonly { readonly code: FindingCode }[];
}): Circumstances {
  const { reliableStacks } = status.livepatch;
  const unread = status.coverage.unread ?? [];
  const isPartial =
    status.transition?.direction === null ||
    unread.includes('functions') ||
    unread.includes('one-moment');
  return {
    direction: status.transition?.direction ?? null,
    ...(isPartial ? { isWhole: false } : {}),
    ...(status.findings?.some(({ code }) => code === 'transition-stalled')
      ? { isStalled: true }
      : {}),
    ...(reliableStacks === undefined ? {} : { reliableStacks }),
  };
}

/** Why it blocks, as a clause that follows the thread's name: `sleeps in foo, which is …`. */
export function reasonSentence(thread: ThreadInWords, host: Circumstances): string {
  return clauseOf(thread, host) || gaps.notTold;
}

function clauseOf(thread: ThreadInWords, host: Circumstances): string {
  const { reason, kthread, state, stack } = thread;
  const isByLog = reason.certainty === 'certain';
  const given = { state, kind: kthread !== null, stack, log: isByLog };
  switch (reason.code) {
    case 'sleeping-on-function':
      return inFunctionSentence(thread, host.direction);
    case 'running':
      if (thread.cpu !== undefined) return say(words.idles, given, undefined);
      if (isByLog && state !== 'R') return say(words.ran, given, undefined);
      return say(kthread === true ? words.kernelThreadRuns : words.runs, given, undefined);
    case 'unreliable-stack':
      return unreliableSentence(thread);
    case 'stopped':
      return say(words.stopped, given, undefined);
    case 'uninterruptible':
      return say(words.uninterruptible, given, undefined);
    case 'kthread-not-switching': {
      const isUncheckable = host.reliableStacks === false;
      const facts = { isWorker: kthread === false, isUncheckable };
      return say(words.neverLeaves, given, facts);
    }
    case 'waiting-to-return':
      return host.reliableStacks === false
        ? say(words.waitsUnchecked, { ...given, log: true }, undefined)
        : say(
            words.waits,
            {
              ...given,
              stack: stack !== null && stack.length > 0,
              enabled: host.isWhole !== false,
              functions: host.isWhole !== false,
              oneMoment: host.isWhole !== false,
            },
            { isStalled: host.isStalled === true },
          );
    case 'unknown':
      return kthread === null && reason.certainty === 'unknown' ? gaps.notLookedAt : gaps.notTold;
  }
}

/** Only what is seen on the stack is blamed. */
function unreliableSentence({ reason, stack }: ThreadInWords): string {
  const given = { stack, log: reason.certainty === 'certain' };
  const tracer = stack?.find(isOfTracer);
  if (tracer) return say(words.tracerOnStack, given, visible(tracer.function));
  if (given.log) return say(words.unreliableByLog, given, undefined);
  return say(stack?.some(breaksUnwinding) ? words.bareAddress : words.endsEarly, given, undefined);
}

function inFunctionSentence(
  { reason, state, stack }: ThreadInWords,
  direction: Direction | null,
): string {
  const { symbol, function: name, certainty } = reason;
  const where = symbol ?? name;
  const facts = {
    verb: whereabouts(state),
    seen: where === null ? gaps.codeToLeave : visible(where),
    replaces: name !== null && symbol !== null && symbol !== name ? visible(name) : null,
    direction,
  };
  const enabled = direction;
  if (certainty === 'certain') return say(words.inByLog, { log: true, enabled }, facts);
  return stack === null
    ? say(words.inByWchan, { wchan: true, enabled }, facts)
    : say(words.inByStack, { stack, enabled }, facts);
}

/** How a thread is in a function, by its state letter. */
function whereabouts(state: string | null): string {
  switch (state) {
    case 'R':
      return 'runs in';
    case 'T':
    case 't':
      return 'is stopped in';
    case null:
      return 'is in';
    default:
      return 'sleeps in';
  }
}

/** Where a reason comes from. */
export function certaintySentence({
  reason,
  state,
  stack,
}: Pick<ThreadInWords, 'reason' | 'state' | 'stack'>): string {
  switch (reason.certainty) {
    case 'certain':
      return say(certaintyWords.certain, { log: true }, undefined);
    case 'likely':
      return say(certaintyWords.likely, { state, stack }, undefined);
    case 'unknown':
      return 'Nothing that was read tells.';
  }
}

export interface RemedyInWords {
  readonly title: string;
  readonly text: string;
}

/** @param about the finding that it is to help with; null: a blocking thread or a transition */
export function remedyText(code: RemedyCode, about: FindingCode | null = null): RemedyInWords {
  const title = remedyTitles[code];
  const wanted = code === 'ask-vendor' && about !== null ? vendorWants[about] : undefined;
  // A diagnosis gives a remedy only where what it stands on was read.
  return { title, text: wanted ?? remedyWords[code].says() };
}

const findingTitles: Readonly<Record<FindingCode, string>> = {
  'transition-in-progress': 'Transition in progress',
  'transition-stalled': 'Transition stalled',
  'no-visible-blocker': 'No visible blocker',
  overlap: 'Overlap',
  'object-not-loaded': 'Object not loaded',
  'object-not-patched': 'Object not patched',
  'patches-nothing': 'Patches nothing',
  'replace-in-progress': 'Atomic replace in progress',
  'leftover-module': 'Leftover module',
  'pinned-module': 'Pinned module',
  'partial-view': 'Partial view',
  'not-supported': 'No livepatching',
  'tainted-without-livepatch': 'Tainted by an earlier livepatch',
  'was-forced': 'Was forced',
  'load-refused': 'Load refused',
  'incompatible-livepatch': 'Incompatible livepatch',
  'ftrace-conflict': 'Ftrace conflict',
  'duplicate-shadow-variable': 'Duplicate shadow variable',
  'shadow-allocation-failed': 'Shadow variable not attached',
  'owner-unknown': 'Redirected by an unknown owner',
  'shadow-leak': 'Shadow variables left over',
  'other-live-patching': 'Patched by another engine',
  'shadowed-fix': 'Fixes hidden by an older build',
  'kernel-warning': 'The kernel’s own alarm',
  'function-not-reached': 'Livepatch not reached',
  'other-consumer': 'Others on a patched function',
};

export function findingTitle(code: FindingCode): string {
  return findingTitles[code];
}

const severityWords: Readonly<Record<Severity, string>> = {
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
};

export function severityWord(severity: Severity): string {
  return severityWords[severity];
}

/** State letters of proc(5), /proc/PID/stat. */
const stateWords: ReadonlyMap<string, string> = new Map([
  ['R', 'running'],
  ['S', 'interruptible sleep'],
  ['D', 'uninterruptible sleep'],
  ['T', 'stopped'],
  ['t', 'stopped by a tracer'],
  ['Z', 'zombie'],
  ['X', 'dead'],
  ['I', 'idle kernel thread'],
  ['P', 'parked'],
  ['K', 'killable wake-up'],
  ['W', 'waking'],
]);

export function stateWord(letter: string | null): string {
  if (letter === null) return 'state unknown';
  return stateWords.get(letter) ?? `state ${visible(letter)}`;
}

const problemHelps: Readonly<Record<ProblemCode, string>> = {
  unreachable: 'Check the name, the network and that an SSH server listens there.',
  timeout: 'Try again, or allow more time.',
  'host-key-unknown': 'Compare the fingerprint with the host’s administrator before accepting it.',
  'host-key-changed': 'Do not connect until the host’s administrator has confirmed the new key.',
  'host-key-revoked': 'The key must not be used; ask the host’s administrator.',
  'no-agreement': 'Use the system’s OpenSSH, or change what the SSH configuration demands.',
  'authentication-failed': 'Check the user name and which keys the server accepts.',
  'authentication-needed': 'Run it on a terminal, or offer a key through ssh-agent.',
  'sudo-refused': 'Ask the host’s administrator for sudo rights, or read without it.',
  'sudo-password-needed': 'Run it on a terminal, or allow sudo without a password for this login.',
  'no-shell': 'The login’s shell must run POSIX sh commands.',
  'protocol-error': 'Try again; if it stays, report it with the log.',
  'connection-lost': 'It is tried again; check the network and the host.',
  'permission-denied': 'Read as root, or through sudo.',
  'not-found': 'Check the name; a folder must hold sys/ or proc/ of a host, or a report on one.',
  vanished: 'It ended while it was read; read again.',
  truncated: 'Take the capture again; this one is not complete.',
  'invalid-content': 'Look at the file; what belongs there is not in it.',
  'too-large':
    'A capture needs only sys/kernel/livepatch, sys/module and proc; a host that sends as much is to be looked at itself.',
  'unsupported-format': 'Give a capture or report, as a folder or archive, or a recording.',
  'not-understood': 'Give a kernel log as text: dmesg > FILE, or journalctl -k -o json > FILE.',
  rebooted: 'Read it again: what is loaded now was loaded in this boot.',
};

/** The next step for a problem. */
export function problemHelp(code: ProblemCode): string {
  return problemHelps[code];
}
