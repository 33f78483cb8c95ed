/**
 * The words for every code that a diagnosis uses, in one place: command line, window and reports
 * say the same. What a host named is escaped here.
 */
import type { Direction } from '../model/systemState';
import type { StackFrame } from '../readings/files/stack';
import type { ProblemCode } from '../base/problem';
import { visible } from '../base/text';
import type { FindingCode, RemedyCode, Severity } from './codes';
import type { Reason } from './reasons';
import { breaksUnwinding, isOfTracer } from './stackForms';

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
}

export function circumstancesOf(status: {
  readonly transition: { readonly direction: Direction | null } | null;
  readonly livepatch: { readonly reliableStacks?: false };
}): Circumstances {
  const { reliableStacks } = status.livepatch;
  return {
    direction: status.transition?.direction ?? null,
    ...(reliableStacks === undefined ? {} : { reliableStacks }),
  };
}

/** Why it blocks, as a clause that follows the thread's name: `sleeps in foo, which is …`. */
export function reasonSentence(thread: ThreadInWords, host: Circumstances): string {
  const { reason, kthread } = thread;
  switch (reason.code) {
    case 'sleeping-on-function':
      return sleepingSentence(thread, host.direction);
    case 'running':
      if (thread.cpu !== undefined)
        return 'has not gone round its idle loop, where its idle task switches';
      return kthread === true
        ? 'runs on a CPU: the kernel looks at it again when it sleeps'
        : 'runs on a CPU and switches when it crosses between kernel and user space';
    case 'unreliable-stack':
      return unreliableSentence(thread);
    case 'stopped':
      return 'is stopped and returns to user space only when it is continued';
    case 'uninterruptible':
      return 'sleeps uninterruptibly, usually for a device or storage';
    case 'kthread-not-switching':
      return neverLeavingSentence(thread, host);
    case 'waiting-to-return':
      return waitingSentence(thread, host);
    case 'unknown':
      return kthread === null && reason.certainty === 'unknown'
        ? 'blocks; why was not looked at or could not be read'
        : 'blocks; what was read does not tell why';
  }
}

/** Only what is seen on the stack is blamed. */
function unreliableSentence({ reason, stack }: ThreadInWords): string {
  const tracer = stack?.find(isOfTracer);
  if (tracer) {
    return `has a stack that the kernel can’t check (${visible(tracer.function)}, of tracing or BPF, is on it)`;
  }
  if (reason.certainty === 'certain') return 'has a stack that the kernel can’t check';
  return stack?.some(breaksUnwinding)
    ? 'has a stack that the kernel can hardly check (an address without a symbol is on it)'
    : 'has a stack that ends before its system call began, so that the kernel can hardly check it';
}

/** A kernel thread, or a worker that the kernel runs within a user process. */
function neverLeavingSentence(
  { kthread }: ThreadInWords,
  { reliableStacks }: Circumstances,
): string {
  const who =
    kthread === null
      ? 'never leaves the kernel'
      : kthread
        ? 'is a kernel thread'
        : 'is a worker of the kernel in this process (io_uring or vhost), which never leaves the kernel';
  return reliableStacks === false
    ? `${who}: on this architecture the kernel can’t check stacks, so it never switches`
    : `${who}: it switches only when the kernel finds it asleep outside the code that is to be left`;
}

function waitingSentence({ stack }: ThreadInWords, { reliableStacks }: Circumstances): string {
  if (reliableStacks === false)
    return 'sleeps in the kernel and switches when it returns to user space';
  return stack === null || stack.length === 0
    ? 'sleeps; its stack was not read. It switches when it returns to user space, or when the kernel finds its stack free'
    : 'sleeps, and no code that is to be left was seen on its stack; it switches at one of the kernel’s next tries, or when it returns to user space';
}

function sleepingSentence({ reason, state }: ThreadInWords, direction: Direction | null): string {
  const { symbol, function: name } = reason;
  const verb = whereabouts(state);
  const where = symbol ?? name;
  const seen = where === null ? 'code that is to be left' : visible(where);
  const isReplacement = name !== null && symbol !== null && symbol !== name;
  switch (direction) {
    case 'patching':
      return isReplacement
        ? `${verb} ${seen}, an older livepatch’s version of ${visible(name)}`
        : `${verb} ${seen}, which is being patched`;
    case 'unpatching':
      return isReplacement
        ? `${verb} ${seen}, the livepatch’s version of ${visible(name)}`
        : `${verb} ${seen}, which the livepatch is to leave`;
    case null:
      return `${verb} ${seen}`;
  }
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
export function certaintySentence({ certainty }: Reason): string {
  switch (certainty) {
    case 'certain':
      return 'The kernel’s own word, from its log.';
    case 'likely':
      return 'Inferred from the thread’s state and kernel stack.';
    case 'unknown':
      return 'Nothing that was read tells.';
  }
}

export interface RemedyInWords {
  readonly title: string;
  readonly text: string;
}

const remedyWords: Readonly<Record<RemedyCode, RemedyInWords>> = {
  wait: {
    title: 'Wait',
    text: 'The kernel tries again about once a second.',
  },
  'wait-for-signal': {
    title: 'Wait for the kernel’s signal',
    text: 'Every 15 s the kernel sends the remaining user threads to their boundary; a system call in between is restarted.',
  },
  'let-it-return': {
    title: 'Let the call return',
    text: 'What it waits for must happen: the device answers, the lock is released, the peer replies, the process is continued.',
  },
  'stop-tracer': {
    title: 'Stop the tracer',
    text: 'End the BPF program, kprobe or tracer that sits on the function; then the stack can be checked, or the function redirected.',
  },
  'unload-object': {
    title: 'Unload the patched module',
    text: 'Nothing uses the module: removing it takes its functions out of the transition.',
  },
  reverse: {
    title: 'Reverse the transition',
    text: 'Writing the opposite value to enabled turns it round. Threads that have switched must go back, and some may then block.',
  },
  force: {
    title: 'Force it',
    text: 'Last resort. Threads may run old and new code at once, and the livepatch’s module can never be unloaded. Ask the vendor first.',
  },
  'remove-module': {
    title: 'Remove the module',
    text: 'It is not in use; rmmod frees its memory. Nothing else changes.',
  },
  'load-object': {
    title: 'Load the module',
    text: 'The livepatch patches it while it loads.',
  },
  reboot: {
    title: 'Reboot when it suits',
    text: 'Nothing else undoes it.',
  },
  'become-privileged': {
    title: 'Read as root',
    text: 'patch_state and stack of other users’ threads are readable for root alone.',
  },
  'ask-vendor': {
    title: 'Ask the livepatch’s vendor',
    text: 'Send the status document and the stacks of the blocking threads.',
  },
};

/** What a vendor needs to help; of a stall, what `remedyWords` says. */
const vendorWants: Readonly<Partial<Record<FindingCode, string>>> = {
  'load-refused': refusalForVendor(),
  'incompatible-livepatch': refusalForVendor(),
  'shadow-allocation-failed': refusalForVendor(),
  'duplicate-shadow-variable': refusalForVendor(),
  overlap: 'Ask which of them is to stay; send the list of livepatches with their versions.',
  'shadowed-fix': 'Ask which build is the newer one and how the older one is taken away.',
  'object-not-patched': 'Send the status document and the versions of livepatch and module.',
  'patches-nothing': 'Send the status document and the versions of livepatch and modules.',
  'was-forced': 'Ask whether the host may run on, and what has to be checked.',
};

function refusalForVendor(): string {
  return 'Send the kernel’s release, the version of the livepatch and the lines of the kernel log.';
}

/** @param about the finding that it is to help with; null: a blocking thread or a transition */
export function remedyText(code: RemedyCode, about: FindingCode | null = null): RemedyInWords {
  const words = remedyWords[code];
  const wanted = code === 'ask-vendor' && about !== null ? vendorWants[about] : undefined;
  return wanted === undefined ? words : { ...words, text: wanted };
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
