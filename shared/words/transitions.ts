/** Findings about a running transition. Host text comes escaped. */
import { countOf, listed } from '../base/words';
import { sentence, type Premise } from './sentence';

export const transitionWords = {
  hasRun: sentence(
    ['transition', 'clock'],
    ({
      name,
      since,
      who,
    }: {
      readonly name: string;
      readonly since: string;
      readonly who: string;
    }) => `The transition of ${name} has been running${since}${who}.`,
  ),
  threadsBlock: sentence(
    ['threads', 'enabled'],
    (count: number) => ` and ${countOf(count, 'thread')} ${count === 1 ? 'blocks' : 'block'} it`,
  ),
  nobodySeen: sentence(
    ['threads', 'enabled'],
    () => '; who blocks it can’t be seen in the threads’ states',
  ),
  signalled: sentence(
    ['log', 'threads'],
    () => 'The kernel has signalled the remaining threads; these did not switch.',
    (_: void, lacking) =>
      lacking === 'threads' ? 'The kernel has signalled the remaining threads.' : '',
  ),
  signalOnRequest: sentence(
    ['rules'],
    ({ file, command }: { readonly file: string; readonly command: string | null }) =>
      `This kernel never signals threads that block by itself, only when 1 is written to ${file}${command === null ? '' : `: ${command}`}.`,
  ),
  noVisibleBlocker: sentence(
    ['threads', 'enabled', 'transition'],
    () =>
      'Every thread that could be read has switched, yet the transition runs: idle CPUs, or threads that can’t be seen from here, may hold it, or the kernel has not tried again since.',
  ),
  justBegun: sentence(
    ['log', 'clock', 'oneMoment'],
    () => 'It has only just begun, and may be about to complete.',
  ),
  noReliableStacks: sentence(
    ['log'],
    () =>
      'On this architecture the kernel can’t check stacks, as its log says: threads switch only when they cross the boundary to user space, kernel threads never.',
  ),
  ofContainer: sentence(
    ['threads'],
    () =>
      'No kernel thread is among those that were read: they may be a container’s, and the host’s other threads can’t be seen from here.',
  ),
  replacesNone: sentence(
    ['replace', 'livepatches', 'oneMoment'],
    (name: string) => `${name} is an atomic replace; no other livepatch is there to be replaced.`,
    (name, lacking) => (lacking === 'replace' ? '' : `${name} is an atomic replace.`),
  ),
  replaces: sentence(
    ['replace', 'order', 'enabled', 'oneMoment'],
    ({ name, leaving }: { readonly name: string; readonly leaving: readonly string[] }) =>
      `${name} replaces ${listed(leaving)}, which ${leaving.length === 1 ? 'leaves' : 'leave'} when the transition completes.`,
  ),
  mayReplace: sentence(
    ['replace'],
    ({ name, leaving }: { readonly name: string; readonly leaving: readonly string[] }) =>
      `${name} is an atomic replace; whether ${listed(leaving)} ${leaving.length === 1 ? 'leaves' : 'leave'} when it completes can’t be told.`,
  ),
  takenOverOrReverted: sentence(
    ['replace'],
    (functions: readonly string[]) =>
      `Taken over or reverted to the original: ${listed(functions)}; the files don’t tell which.`,
  ),
  noneSwitched: sentence(
    ['threads', 'enabled'],
    ({
      seconds,
      count,
      name,
    }: {
      readonly seconds: number;
      readonly count: number;
      readonly name: string;
    }) =>
      `No thread has switched for ${seconds} s; ${countOf(count, 'thread')} ${count === 1 ? 'blocks' : 'block'} the transition of ${name}.`,
  ),
} as const;

interface Part {
  readonly threads: string;
  readonly patch: string;
  readonly isPartial: boolean;
}

function haveSwitched({ threads, isPartial }: Part, lacking: Premise): string {
  switch (lacking) {
    case 'threads':
      return `of ${threads}`;
    case 'enabled':
      return `of ${threads}; the direction could not be read`;
    default:
      return `of ${threads} ${isPartial ? 'are known to ' : ''}have switched`;
  }
}

export const progressWords = {
  runNew: sentence(
    ['threads', 'enabled', 'oneMoment', 'noOtherEngine', 'notSkipped'],
    ({ threads, isPartial }: Part) =>
      `of ${threads}${isPartial ? ' are known to' : ''} run the new code`,
    haveSwitched,
  ),
  haveLeft: sentence(
    ['threads', 'enabled', 'oneMoment'],
    ({ threads, patch, isPartial }: Part) =>
      `of ${threads}${isPartial ? ' are known to' : ''} have left the code of ${patch}`,
    haveSwitched,
  ),
} as const;

export const transitionGaps = {
  progressUnknown: 'How many threads have switched is unknown.',
} as const;
