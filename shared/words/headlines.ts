/** One sentence for a person under stress, and the one behind it. Host text comes escaped. */
import { countOf, listed } from '../base/words';
import { sentence } from './sentence';

interface Names {
  /** Of livepatches that are applied. */
  readonly names: readonly string[];
}

const isOrAre = (names: readonly unknown[]) => (names.length === 1 ? 'is' : 'are');

function livepatchesNamed(names: readonly string[]): string {
  return names.length === 1 ? listed(names) : `${names.length} livepatches`;
}

/** @param engines what is said of other engines; empty: none was seen */
interface Beside {
  readonly engines: string;
}

const threadsWereForced =
  'A transition was forced since boot: nobody can tell whether threads still run other code.';

const whatElseRuns = {
  livepatches: 'Not all livepatches were listed: what runs is not known.',
  oneMoment: 'The livepatches changed while they were read: what runs is not known.',
  enabled: 'Of some it could not be read: what runs is not known.',
  loaded:
    'Every thread counts as switched; whether its code runs in each of its objects could not be read.',
  notForced:
    'Every thread counts as switched; whether that was forced, so that some still run other code, only the kernel’s log tells, and what was read of it does not.',
  transitions:
    'This kernel switches functions at once, without a transition: calls from then on run this, and whether a thread is still in an older one can’t be seen.',
  noForceSeen: threadsWereForced,
  noneLeftBehind:
    'A module that is no livepatch any more is in use, or may be: threads may still run its code.',
  notSkipped:
    'Every thread counts as switched; somebody else sits on a patched function, who can skip its code.',
  noOtherEngine:
    'The list of modules was not read: whether another engine patches this kernel is not known.',
} as const;

function elseRuns({ engines }: Beside, lacking: keyof typeof whatElseRuns): string {
  return lacking === 'noOtherEngine' && engines !== '' ? engines : whatElseRuns[lacking];
}

interface AfterForce extends Beside, Names {
  readonly wasForced: boolean;
}

function elseRunsNew(facts: AfterForce, lacking: keyof typeof whatElseRuns): string {
  return lacking === 'notForced' && facts.wasForced ? threadsWereForced : elseRuns(facts, lacking);
}

const nothingListed = [
  'noOtherEngine',
  'livepatches',
  'oneMoment',
  'noForceSeen',
  'noneLeftBehind',
] as const;
const allNew = [
  'noOtherEngine',
  'notSkipped',
  'oneMoment',
  'enabled',
  'transitions',
  'notForced',
  'noneLeftBehind',
  'loaded',
] as const;

export const headlineWords = {
  engines: sentence(
    ['otherEngine'],
    ({ names }: Names) =>
      `${listed(names)} ${isOrAre(names)} there, which can patch the running kernel`,
  ),
  noLivepatching: sentence(
    ['live', 'sysfs'],
    () => 'This kernel has no livepatching',
    () => 'No livepatching was found here',
  ),
  builtWithout: sentence(
    ['live', 'sysfs'],
    () => 'There is no /sys/kernel/livepatch: the kernel was built without CONFIG_LIVEPATCH.',
    () =>
      'There is no /sys/kernel/livepatch in what was saved: either the kernel was built without CONFIG_LIVEPATCH, or the folder was not saved.',
  ),
  noneApplied: sentence(
    ['livepatches', 'oneMoment', 'enabled'],
    () => 'No livepatch is applied',
    (_, lacking) =>
      lacking === 'enabled'
        ? 'Whether a livepatch is applied could not be read'
        : 'No livepatch was seen to be applied, in a reading that is not whole',
  ),
  noneAppliedShort: sentence(
    ['livepatches', 'oneMoment', 'enabled'],
    () => 'no livepatch',
    () => 'state unknown',
  ),
  applied: sentence(
    ['oneMoment'],
    ({ names }: Names) => `${livepatchesNamed(names)} ${isOrAre(names)} applied`,
    ({ names }) =>
      `${livepatchesNamed(names)} ${isOrAre(names)} read as applied, while that changed`,
  ),
  appliedShort: sentence(
    ['oneMoment'],
    ({ names }: Names) => `settled, ${countOf(names.length, 'livepatch', 'livepatches')}`,
    ({ names }) => `${countOf(names.length, 'livepatch', 'livepatches')}, changed while read`,
  ),
  originalCode: sentence(
    ['enabled', ...nothingListed, 'transitions'],
    () => 'The kernel runs its original code.',
    elseRunsNew,
  ),
  asBooted: sentence(
    nothingListed,
    () => 'Every thread runs the kernel as it was booted.',
    elseRunsNew,
  ),
  newCode: sentence(allNew, () => 'Every thread runs the new code.', elseRunsNew),
  theseRun: sentence(
    allNew,
    ({ names }: AfterForce) => `Every thread runs ${names.join(', ')}.`,
    elseRunsNew,
  ),
  canBeRemoved: sentence(
    ['livepatches', 'oneMoment', 'noOtherEngine', 'referenceCount'],
    ({ count }: { readonly count: number }) =>
      `${countOf(count, 'replaced or disabled module')} can be removed.`,
    ({ count }) =>
      `${countOf(count, 'module')} that ${count === 1 ? 'is no livepatch' : 'are no livepatches'} any more ${count === 1 ? 'is' : 'are'} loaded; whether anything needs ${count === 1 ? 'it' : 'them'} is not known.`,
  ),
  beingApplied: sentence(
    ['enabled', 'oneMoment'],
    (name: string) => `${name} is being applied`,
    inTransition,
  ),
  beingRemoved: sentence(
    ['enabled', 'oneMoment'],
    (name: string) => `${name} is being removed`,
    inTransition,
  ),
  replacing: sentence(
    ['enabled', 'oneMoment', 'replace', 'livepatches', 'order'],
    ({ name, count }: { readonly name: string; readonly count: number }) =>
      `${name} is replacing ${count === 1 ? '1 livepatch' : `${count} livepatches`}`,
    ({ name }, lacking) =>
      lacking === 'enabled' || lacking === 'oneMoment'
        ? inTransition(name, lacking)
        : `${name} is being applied`,
  ),
  changedMeanwhile: sentence(
    ['transition'],
    () => 'The livepatches changed while they were read; this may mix two moments.',
  ),
  stuck: sentence(['stalled'], () => 'stuck'),
  stuckOn: sentence(['stalled', 'threads'], (threads: string) => `stuck on ${threads}`),
  everyThreadSeen: sentence(
    ['threads', 'enabled'],
    () => 'every thread seen has switched',
    () => 'no thread is seen blocking it',
  ),
  someHold: sentence(
    ['transition', 'enabled'],
    () => 'Idle CPUs, or threads that can’t be seen from here, may hold it.',
  ),
  haveSwitched: sentence(
    ['threads'],
    ({ done, total }: { readonly done: string; readonly total: string }) =>
      `${done} of ${total} have switched.`,
  ),
  notSwitched: sentence(
    ['threads'],
    ({
      blocking,
      total,
      isOne,
    }: {
      readonly blocking: string;
      readonly total: string;
      readonly isOne: boolean;
    }) => `${blocking} of ${total} ${isOne ? 'has' : 'have'} not switched`,
  ),
} as const;

function inTransition(name: string, lacking: 'enabled' | 'oneMoment'): string {
  return lacking === 'enabled'
    ? `${name} is in transition`
    : `${name} reads as in transition, while that changed`;
}

/** What could not be read; it stands on nothing. */
export const headlineGaps = {
  noState: 'No livepatch state was found here',
  noFolder: 'The capture holds no /sys/kernel/livepatch: what was loaded is unknown.',
  transitionUnread: 'Whether a transition runs could not be read',
  progressUnseen: 'how far it is can’t be seen',
  statesUnread:
    'The threads’ patch_state could not be read: it is root’s alone, and not in every capture.',
  directionUnread: 'Where it leads could not be read, and so not which threads block it.',
  someUnread: (names: readonly string[]) =>
    `Whether ${listed(names)} ${isOrAre(names)} applied could not be read.`,
} as const;
