/** Findings about the transition that runs. */
import { livepatchRoot, patchPath } from '../../readings/paths';
import { visible } from '../../base/text';
import type { Direction, SystemState, Transition } from '../../model/systemState';
import type { Finding } from './finding';
import {
  ageOf,
  asEvidence,
  currentTransition,
  firstWord,
  type TransitionLog,
} from '../logOfTransition';
import { countOf, countText, listed } from '../../base/words';

/** Seconds after which a transition with blocking threads counts as stalled. */
const stallSeconds = 30;

/** Seconds for which a transition may simply not have been tried again (the kernel does once a second). */
const youngSeconds = 5;

export function findAboutTransition(state: SystemState): Finding[] {
  const { transition } = state;
  if (!transition) return [];
  const log = currentTransition(state);
  const stall = stalled(state, transition, log);
  // A transition whose age is not known has no other place for it.
  const onRequest = stall.length > 0 ? '' : signalOnRequest(state, transition);
  return [
    inProgress(state, transition, onRequest),
    ...stall,
    ...noVisibleBlocker(state, transition, log),
    ...replacing(state, transition),
  ];
}

function inProgress(state: SystemState, transition: Transition, onRequest: string): Finding {
  const { patch, direction, threads } = transition;
  const progress =
    threads.total === null || threads.done === null
      ? 'How many threads have switched is unknown.'
      : `${countText(threads.done)} of ${countOf(threads.total, 'thread')} have switched.`;
  const sentences = [
    `${visible(patch)} ${doing(direction)}.`,
    progress,
    ...notesOn(state),
    onRequest,
  ];
  return {
    code: 'transition-in-progress',
    severity: 'info',
    subject: patch,
    message: sentences.filter(Boolean).join(' '),
    evidence: [`${patchPath(patch)}/transition`, `${patchPath(patch)}/enabled`],
    remedies: ['wait'],
  };
}

/** What holds for all threads of the host, and so is said once. */
function notesOn({ livepatch, threadsAreOfContainer }: SystemState): string[] {
  return [
    livepatch.reliableStacks === false
      ? 'On this architecture the kernel can’t check stacks, as its log says: threads switch only when they cross the boundary to user space, kernel threads never.'
      : '',
    threadsAreOfContainer === true
      ? 'No kernel thread is among those that were read: they may be a container’s, and the host’s other threads can’t be seen from here.'
      : '',
  ].filter(Boolean);
}

function doing(direction: Direction | null): string {
  switch (direction) {
    case 'patching':
      return 'is being applied';
    case 'unpatching':
      return 'is being removed';
    case null:
      return 'is in transition';
  }
}

/**
 * Since the transition began the kernel has signalled (it does after 15 s, and logs it once) or 30 s
 * have passed by the log's own clock or the uptime, and nothing proves that nobody blocks: idle CPUs
 * and threads that can't be seen take part too. Where the log no longer holds the beginning, its first
 * word about this transition is later than that.
 */
function stalled(state: SystemState, transition: Transition, log: TransitionLog | null): Finding[] {
  const { patch, threads } = transition;
  if (!log) return [];
  const signalled = log.entries.findLast(({ event }) => event.kind === 'signaling');
  const first = firstWord(log);
  const seconds = ageOf(state, log);
  if (!signalled && (seconds === null || seconds < stallSeconds)) return [];
  const since = seconds === null ? '' : ` for ${Math.floor(seconds)} s`;
  const who = whoBlocks(threads.blocking);
  const sentences = [
    `The transition of ${visible(patch)} has been running${since}${who}.`,
    signalled ? 'The kernel has signalled the remaining threads; these did not switch.' : '',
    signalOnRequest(state, transition),
  ];
  return [
    {
      code: 'transition-stalled',
      severity: 'error',
      subject: patch,
      message: sentences.filter(Boolean).join(' '),
      evidence: [first, signalled]
        .filter((entry) => entry !== undefined && entry !== null)
        .map(asEvidence),
      remedies: ['let-it-return', 'reverse', 'ask-vendor', 'force'],
    },
  ];
}

/** Of a report without anybody's state nothing is known of how many. */
function whoBlocks(blocking: number | null): string {
  if (blocking === null) return '';
  if (blocking === 0) return '; who blocks it can’t be seen in the threads’ states';
  return ` and ${countOf(blocking, 'thread')} ${blocking === 1 ? 'blocks' : 'block'} it`;
}

/** Kernels 4.15 to 5.0: Documentation/ABI/testing/sysfs-kernel-livepatch, `signal`. */
function signalOnRequest({ livepatch }: SystemState, { patch, threads }: Transition): string {
  return livepatch.signals === 'on-request' && threads.blocking !== 0
    ? `This kernel never signals threads that block by itself, only when 1 is written to ${visible(patchPath(patch))}/signal.`
    : '';
}

function noVisibleBlocker(
  state: SystemState,
  { patch, threads, blockingThreads }: Transition,
  log: TransitionLog | null,
): Finding[] {
  const allDone = threads.total !== null && threads.total > 0 && threads.done === threads.total;
  if (!allDone || blockingThreads.length > 0) return [];
  const age = ageOf(state, log);
  const isYoung = age !== null && age < youngSeconds;
  const ending = isYoung ? ' It has only just begun, and may be about to complete.' : '';
  return [
    {
      code: 'no-visible-blocker',
      severity: 'warning',
      subject: patch,
      message: `Every thread that could be read has switched, yet the transition runs: idle CPUs, or threads that can’t be seen from here, hold it.${ending}`,
      evidence: [`${patchPath(patch)}/transition`],
      remedies: ['wait'],
    },
  ];
}

/** What an atomic replace takes away when it completes. */
function replacing(state: SystemState, { patch, direction }: Transition): Finding[] {
  const moving = state.patches.find(({ name }) => name === patch);
  if (moving?.replace !== true || direction !== 'patching') return [];
  const leaving = state.patches
    .filter((other) => other !== moving)
    .map(({ name }) => visible(name));
  const undecided = moving.objects.flatMap((object) =>
    object.functions
      .filter(({ nop }) => nop !== false)
      .map(({ name, nop }) => ({ name: `${object.name}:${name}`, nop })),
  );
  const certain = undecided.filter(({ nop }) => nop === true).map(({ name }) => visible(name));
  const possible = undecided.filter(({ nop }) => nop === null).map(({ name }) => visible(name));
  const sentences = [
    leaving.length === 0
      ? `${visible(patch)} is an atomic replace; no other livepatch is there to be replaced.`
      : `${visible(patch)} replaces ${listed(leaving)}, which ${leaving.length === 1 ? 'leaves' : 'leave'} when the transition completes.`,
    certain.length > 0
      ? `Back to the original ${certain.length === 1 ? 'goes' : 'go'} ${listed(certain)}.`
      : '',
    possible.length > 0
      ? `Taken over or reverted to the original: ${listed(possible)}; the files don’t tell which.`
      : '',
  ];
  return [
    {
      code: 'replace-in-progress',
      severity: 'info',
      subject: patch,
      message: sentences.filter(Boolean).join(' '),
      evidence: [`${patchPath(patch)}/replace`, livepatchRoot],
      remedies: [],
    },
  ];
}
