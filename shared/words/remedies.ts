/** What helps, and what is often tried and does not. */
import type { FindingCode, RemedyCode } from '../diagnosis/codes';
import { countOf } from '../base/words';
import { sentence, type Premise, type Sentence } from './sentence';

export const remedyTitles: Readonly<Record<RemedyCode, string>> = {
  wait: 'Wait',
  'wait-for-signal': 'Wait for the kernel’s signal',
  'write-signal': 'Have them signalled',
  'let-it-return': 'Let the call return',
  'stop-tracer': 'Stop the tracer',
  'unload-object': 'Unload the patched module',
  reverse: 'Reverse the transition',
  force: 'Force it',
  'remove-module': 'Remove the module',
  'load-object': 'Load the module',
  reboot: 'Reboot when it suits',
  'become-privileged': 'Read as root',
  'ask-vendor': 'Ask the livepatch’s vendor',
};

export const remedyWords: Readonly<Record<RemedyCode, Sentence<Premise, void>>> = {
  wait: sentence(['transition'], () => 'The kernel tries again about once a second.'),
  'wait-for-signal': sentence(
    ['state', 'kind'],
    () =>
      'Every 15 s kernels since 5.1 send the remaining user threads to their boundary; a system call in between is restarted.',
  ),
  'write-signal': sentence(
    ['rules', 'state', 'kind'],
    () =>
      'Writing 1 to the livepatch’s file signal sends the remaining user threads to their boundary, once; a system call in between is restarted.',
  ),
  'let-it-return': sentence(
    ['transition'],
    () =>
      'What it waits for must happen: the device answers, the lock is released, the peer replies, the process is continued.',
  ),
  'stop-tracer': sentence(
    ['tracer'],
    () =>
      'End the BPF program, kprobe or tracer that sits on the function; then the stack can be checked, or the function redirected.',
  ),
  'unload-object': sentence(
    ['referenceCount'],
    () =>
      'Its reference count is 0: if it can be removed, its functions leave the transition with it.',
  ),
  reverse: sentence(
    ['transition'],
    () =>
      'Writing the opposite value to enabled turns it round. Threads that have switched must go back, and some may then block.',
  ),
  force: sentence(
    ['transition'],
    () =>
      'Last resort. Threads may run old and new code at once, and modules of livepatches can never be unloaded. Ask the vendor first.',
  ),
  'remove-module': sentence(
    ['referenceCount', 'livepatches', 'oneMoment', 'noOtherEngine'],
    () => 'It is not in use; rmmod frees its memory. Nothing else changes.',
  ),
  'load-object': sentence(
    ['loaded', 'enabled'],
    () => 'The livepatch is to patch it while it loads.',
  ),
  reboot: sentence(['lasting'], () => 'What a forced transition holds, nothing else frees.'),
  'become-privileged': sentence(
    ['rights'],
    () => 'patch_state and stack of other users’ threads are readable for root alone.',
  ),
  'ask-vendor': sentence(
    ['cause'],
    () => 'Send the status document and the stacks of the blocking threads.',
  ),
};

export const forceWords = {
  marks: sentence(
    ['threads'],
    (count: number) =>
      `Forcing marks ${countOf(count, 'blocking thread')} as switched without checking what they run.`,
    () => 'Forcing marks all threads as switched without checking what they run.',
  ),
} as const;

/** What somebody has to have done, and to know of any kernel, before the command is even shown. */
export const forceChecks = {
  waited: 'Waiting, letting the calls return and reversing the transition were tried or ruled out.',
  stacks: 'The stacks of all blocking threads and the status document are saved.',
  vendor: 'The vendor of the livepatch has said that forcing is safe on exactly these stacks.',
  mixed:
    'It is understood that these threads may run old and new code at once, and that this can corrupt data or crash the kernel.',
  'for-ever':
    'It is understood that it can’t be undone: modules of livepatches can never be unloaded then, and only a reboot clears that.',
} as const;

const refusal =
  'Send the kernel’s release, the version of the livepatch and the lines of the kernel log.';

/** What a vendor needs to help; of a stall, what `remedyWords` says. */
export const vendorWants: Readonly<Partial<Record<FindingCode, string>>> = {
  'load-refused': refusal,
  'incompatible-livepatch': refusal,
  'shadow-allocation-failed': refusal,
  'duplicate-shadow-variable': refusal,
  overlap: 'Ask which of them is to stay; send the list of livepatches with their versions.',
  'shadowed-fix': 'Ask which build is the newer one and how the older one is taken away.',
  'object-not-patched': 'Send the status document and the versions of livepatch and module.',
  'patches-nothing': 'Send the status document and the versions of livepatch and modules.',
  'function-not-reached':
    'Send the status document, the line of the function in enabled_functions and the kernel log.',
  'was-forced': 'Ask whether the host may run on, and what has to be checked.',
};

export const noHelpWords = {
  idleTask: sentence(['log'], () => 'The idle task of a CPU takes no signals.'),
  kernelThread: sentence(
    ['kind'],
    () =>
      'A kernel thread never returns to user space; the wake-up that the kernel sends every 15 s does not make it leave its function.',
  ),
  uninterruptible: sentence(
    ['state'],
    () =>
      'It wakes interruptible sleepers only; this sleep is uninterruptible. Killing the process does not end it either.',
  ),
  stopped: sentence(
    ['state'],
    () =>
      'The thread is stopped by a signal or a debugger and runs no further until it is continued.',
  ),
} as const;

export const ghostTexts = {
  leftover: sentence(
    ['referenceCount', 'livepatches', 'oneMoment', 'noOtherEngine'],
    () => 'not in use: it can be removed',
    () => 'not in use, as far as could be read',
  ),
  pinned: sentence(
    ['referenceCount', 'livepatches', 'oneMoment', 'noOtherEngine'],
    () => 'its transition was forced, or something still uses it',
    () => 'something uses it',
  ),
} as const;

export const ghostUnknown = 'whether something uses it could not be read';
