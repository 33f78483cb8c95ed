/** Findings about the transition that runs. */
import { livepatchRoot, patchPath } from '../../readings/paths';
import { writeCommand } from '../../base/shell';
import { visible } from '../../base/text';
import { isReplaced } from '../../model/replaced';
import type { SystemState, Transition } from '../../model/systemState';
import { headlineWords } from '../../words/headlines';
import { say } from '../../words/sentence';
import { transitionGaps, transitionWords as words } from '../../words/transitions';
import { premisesOf } from '../premises';
import { remediesOfStall, type Helped } from '../remedies';
import type { Finding } from './finding';
import {
  ageOf,
  asEvidence,
  currentTransition,
  firstWord,
  type TransitionLog,
} from '../logOfTransition';
import { countOf, countText } from '../../base/words';

/** Seconds after which a transition with blocking threads counts as stalled. */
const stallSeconds = 30;

/** Seconds for which a transition may simply not have been tried again (the kernel does once a second). */
const youngSeconds = 5;

export function findAboutTransition(state: SystemState, blockers: readonly Helped[]): Finding[] {
  const { transition } = state;
  if (!transition) return [];
  const log = currentTransition(state);
  const stall = stalled(state, transition, log).map((finding) => ({
    ...finding,
    remedies: remediesOfStall(blockers, state.livepatch),
  }));
  // A transition whose age is not known has no other place for it.
  const onRequest = stall.length > 0 ? '' : signalOnRequest(state, transition);
  return [
    ...[inProgress(state, transition, onRequest), ...noVisibleBlocker(state, transition, log)].map(
      // What helps one that is stalled stands there.
      (finding): Finding => ({ ...finding, remedies: stall.length > 0 ? [] : ['wait'] }),
    ),
    ...stall,
    ...replacing(state, transition),
  ];
}

function inProgress(state: SystemState, transition: Transition, onRequest: string): Finding {
  const { patch, threads } = transition;
  const given = { ...premisesOf(state), threads: threads.total === 0 ? null : threads.done };
  const progress =
    threads.total === null || threads.total === 0 || threads.done === null
      ? transitionGaps.progressUnknown
      : say(headlineWords.haveSwitched, given, {
          done: countText(threads.done),
          total: countOf(threads.total, 'thread'),
        });
  const sentences = [`${doing(state, transition)}.`, progress, ...notesOn(state), onRequest];
  return {
    code: 'transition-in-progress',
    severity: 'info',
    subject: patch,
    message: sentences.filter(Boolean).join(' '),
    evidence: [`${patchPath(patch)}/transition`, `${patchPath(patch)}/enabled`],
    remedies: [],
  };
}

/** What holds for all threads of the host, and so is said once. */
function notesOn(state: SystemState): string[] {
  const { livepatch, threadsAreOfContainer, transition } = state;
  const given = { ...premisesOf(state), threads: transition?.threads.total || null };
  return [
    livepatch.reliableStacks === false ? say(words.noReliableStacks, given, undefined) : '',
    threadsAreOfContainer === true ? say(words.ofContainer, given, undefined) : '',
  ].filter(Boolean);
}

function doing(state: SystemState, { patch, direction }: Transition): string {
  const given = { ...premisesOf(state), enabled: direction };
  return say(
    direction === 'unpatching' ? headlineWords.beingRemoved : headlineWords.beingApplied,
    given,
    visible(patch),
  );
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
  const given = {
    ...premisesOf(state),
    clock: signalled ?? seconds,
    threads: threads.total === 0 ? null : threads.blocking,
  };
  const who = whoBlocks(threads.blocking, given);
  const sentences = [
    say(words.hasRun, given, { name: visible(patch), since, who }),
    signalled ? say(words.signalled, given, undefined) : '',
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
      remedies: [],
    },
  ];
}

/** Of a report without anybody's state nothing is known of how many. */
function whoBlocks(
  blocking: number | null,
  given: { readonly threads: unknown; readonly enabled: unknown },
): string {
  if (blocking === null) return '';
  return blocking === 0
    ? say(words.nobodySeen, given, undefined)
    : say(words.threadsBlock, given, blocking);
}

/** Kernels 4.15 to 5.0: Documentation/ABI/testing/sysfs-kernel-livepatch, `signal`. */
function signalOnRequest(state: SystemState, { patch, threads }: Transition): string {
  const { signals } = state.livepatch;
  if (signals !== 'on-request' || threads.blocking === 0) return '';
  const file = `${patchPath(patch)}/signal`;
  const command = writeCommand(file, 1);
  return say(words.signalOnRequest, { rules: signals }, { file: visible(file), command });
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
  const given = { ...premisesOf(state), threads: threads.total, clock: age };
  const sentences = [
    say(words.noVisibleBlocker, given, undefined),
    isYoung ? say(words.justBegun, given, undefined) : '',
  ];
  return [
    {
      code: 'no-visible-blocker',
      severity: 'warning',
      subject: patch,
      message: sentences.filter(Boolean).join(' '),
      evidence: [`${patchPath(patch)}/transition`],
      remedies: [],
    },
  ];
}

/** What an atomic replace takes away when it completes. */
function replacing(state: SystemState, { patch, direction }: Transition): Finding[] {
  const moving = state.patches.find(({ name }) => name === patch);
  if (moving?.replace !== true || direction !== 'patching') return [];
  const goes = state.patches.map((other) => ({
    name: visible(other.name),
    isReplaced: isReplaced(other, moving, state.patches, state.order),
  }));
  const namesOf = (wanted: boolean | null) =>
    goes.filter((one) => one.isReplaced === wanted).map(({ name }) => name);
  const [leaving, open] = [namesOf(true), namesOf(null)];
  // What only reverts to the original is told by no file (shared/model/nops.ts).
  const possible = moving.objects.flatMap((object) =>
    object.functions
      .filter(({ nop }) => nop !== false)
      .map((one) => visible(`${object.name}:${one.name}`)),
  );
  const given = { ...premisesOf(state), replace: moving.replace };
  const name = visible(patch);
  const sentences = [
    leaving.length === 0 && open.length === 0 ? say(words.replacesNone, given, name) : '',
    leaving.length > 0 ? say(words.replaces, given, { name, leaving }) : '',
    open.length > 0 ? say(words.mayReplace, given, { name, leaving: open }) : '',
    possible.length > 0 ? say(words.takenOverOrReverted, given, possible) : '',
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
