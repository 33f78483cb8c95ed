/** Findings about the transition that runs. */
import { livepatchRoot, patchPath } from '../../readings/paths';
import { visible } from '../../base/text';
import type { Direction, SystemState, Transition } from '../../model/systemState';
import type { Finding } from './finding';
import {
  asEvidence,
  currentTransition,
  secondsSinceBoot,
  type TransitionLog,
} from '../logOfTransition';
import { countOf, countText, listed } from '../../base/words';

/** Seconds after which a transition with blocking threads counts as stalled. */
const stallSeconds = 30;

export function findAboutTransition(state: SystemState): Finding[] {
  const { transition } = state;
  if (!transition) return [];
  const log = currentTransition(state);
  return [
    inProgress(transition),
    ...stalled(state, transition, log),
    ...noVisibleBlocker(transition),
    ...replacing(state, transition),
  ];
}

function inProgress(transition: Transition): Finding {
  const { patch, direction, threads } = transition;
  const progress =
    threads.total === null || threads.done === null
      ? 'How many threads have switched is unknown.'
      : `${countText(threads.done)} of ${countOf(threads.total, 'thread')} have switched.`;
  return {
    code: 'transition-in-progress',
    severity: 'info',
    subject: patch,
    message: `${visible(patch)} ${doing(direction)}. ${progress}`,
    evidence: [`${patchPath(patch)}/transition`, `${patchPath(patch)}/enabled`],
    remedies: ['wait'],
  };
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
 * At least one thread blocks, and since the transition began the kernel has signalled (it does after
 * 15 s, and logs it once) or 30 s have passed by the log's own clock or the uptime. Where the log no
 * longer holds the beginning, its first word about this transition is later than that.
 */
function stalled(state: SystemState, transition: Transition, log: TransitionLog | null): Finding[] {
  const { patch, threads } = transition;
  if (!log || threads.blocking === null || threads.blocking === 0) return [];
  const signalled = log.entries.findLast(({ event }) => event.kind === 'signaling');
  const first = log.start ?? log.entries.find(({ event }) => event.kind === 'thread-not-switched');
  const now = secondsSinceBoot(state);
  const began = first?.seconds ?? null;
  const seconds = now === null || began === null ? null : now - began;
  if (!signalled && (seconds === null || seconds < stallSeconds)) return [];
  const since = seconds === null ? '' : ` for ${Math.floor(seconds)} s`;
  const signalNote = signalled
    ? ' The kernel has signalled the remaining threads; these did not switch.'
    : '';
  return [
    {
      code: 'transition-stalled',
      severity: 'error',
      subject: patch,
      message: `The transition of ${visible(patch)} has been running${since} and ${countOf(threads.blocking, 'thread')} ${threads.blocking === 1 ? 'blocks' : 'block'} it.${signalNote}`,
      evidence: [first, signalled].filter((entry) => entry !== undefined).map(asEvidence),
      remedies: ['let-it-return', 'reverse', 'ask-vendor', 'force'],
    },
  ];
}

function noVisibleBlocker({ patch, threads }: Transition): Finding[] {
  const allDone = threads.total !== null && threads.total > 0 && threads.done === threads.total;
  if (!allDone) return [];
  return [
    {
      code: 'no-visible-blocker',
      severity: 'warning',
      subject: patch,
      message:
        'Every thread that could be read has switched, yet the transition runs: it is about to end, or idle CPUs or threads that can’t be seen from here hold it.',
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
