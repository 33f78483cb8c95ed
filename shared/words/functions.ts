/** Who runs of a function, and what becomes of it. Host text comes escaped. */
import { countOf } from '../base/words';
import { sentence } from './sentence';

/** That nobody else has the function, and that what was read of it belongs together. */
const nobodyElse = [
  'noOtherEngine',
  'notSkipped',
  'livepatches',
  'functions',
  'oneMoment',
] as const;
/** And what lies on top of its stack. */
const onTop = ['enabled', 'loaded', 'order', ...nobodyElse] as const;

const asFarAsRead = 'as far as was read';

function unlessOpen(text: string) {
  return (_: unknown, lacking: (typeof onTop)[number]) =>
    lacking === 'enabled' || lacking === 'loaded' || lacking === 'order' ? 'not known' : text;
}

/** Whom a table names. */
const nameInTable = () =>
  sentence(
    onTop,
    (name: string) => name,
    (name, lacking) => unlessOpen(`${name}, ${asFarAsRead}`)(name, lacking),
  );

export const runnerWords = {
  runs: sentence(onTop, () => 'runs', unlessOpen(`on top, ${asFarAsRead}`)),
  runsInSwitched: sentence(
    onTop,
    () => 'runs in switched threads',
    unlessOpen(`for switched threads, ${asFarAsRead}`),
  ),
  notRun: sentence(
    [...onTop, 'noneLeftBehind', 'notForced', 'transitions'],
    () => 'not run',
    () => 'below the others',
  ),
  /** Of a table, beneath the title “Runs”. */
  name: nameInTable(),
  oneRuns: sentence(
    onTop,
    (name: string) => `${name} runs`,
    () => 'which one runs is unknown',
  ),
  shadowed: sentence(
    ['order', 'oneMoment'],
    () => 'shadowed',
    (_: void, lacking) => (lacking === 'order' ? 'not known' : 'read as shadowed'),
  ),
  shadowedBy: sentence(
    ['order', 'oneMoment'],
    (above: string) => `shadowed by ${above}`,
    (above, lacking) => (lacking === 'order' ? 'not known' : `read below ${above}`),
  ),
  runsInThreads: sentence(
    [...onTop, 'threads'],
    (count: number) => `runs in ${countOf(count, 'thread')}`,
    (_, lacking) =>
      lacking === 'threads'
        ? 'runs in threads not switched'
        : unlessOpen(`for threads not switched, ${asFarAsRead}`)(_, lacking),
  ),
  threads: sentence(
    [...onTop, 'threads'],
    (count: number) => countOf(count, 'thread'),
    (count, lacking) =>
      lacking === 'threads' ? `${countOf(count, 'thread')} seen` : unlessOpen('')(count, lacking),
  ),
  passedOver: sentence(
    [...onTop, 'notForced', 'transitions'],
    () => 'not in use',
    () => 'not known',
  ),
  moduleNotLoaded: sentence(
    ['loaded', 'oneMoment'],
    () => 'module not loaded',
    () => 'not known',
  ),
} as const;

export const roleWords = {
  notPatched: sentence(
    ['patched', 'oneMoment'],
    () => 'not patched',
    () => 'read as not patched',
  ),
  waits: sentence(
    ['loaded', 'enabled', 'oneMoment'],
    () => 'waits for the module to load',
    (_: void, lacking) =>
      lacking === 'loaded' ? 'not known' : 'module not loaded when looked for',
  ),
  notInUse: sentence(
    ['enabled', 'oneMoment'],
    () => 'not in use',
    (_: void, lacking) => (lacking === 'enabled' ? 'not known' : 'read as not in use'),
  ),
  left: sentence(
    ['enabled', 'oneMoment'],
    () => 'left when it completes',
    () => 'in transition',
  ),
} as const;

/** What is not known, and what no file of a host tells (`nop`: shared/model/nops.ts). */
export const roleGaps = {
  takenOverOrReverted: 'taken over or reverted',
  reverts: 'reverts to the original',
  untilItCompletes: 'nop, until it completes',
  noThreadSeen: 'no thread seen runs it',
} as const;

interface InTheEnd {
  readonly name: string;
  /** Livepatches that have it no more; null: none is lost. */
  readonly lost: string | null;
}

export const nextWords = {
  fallsBack: sentence(
    onTop,
    (name: string) => `It falls back to ${name}.`,
    (name) => `Of what was read, ${name} comes next; whether it would run is not known.`,
  ),
  /** Of a table, beneath the title “Falls back to”. */
  fallback: nameInTable(),
  staysOriginal: sentence(
    onTop,
    () => 'It runs the original; nothing changes.',
    () => 'No livepatch that was read has code for it now; what runs is not known.',
  ),
  allRun: sentence(
    onTop,
    ({ name, lost }: InTheEnd) =>
      `All threads run ${name}.${lost === null ? '' : ` What ${lost} brought to it is gone.`}`,
    ({ name }) =>
      `Of what was read, ${name} is on top then; whether all threads run it is not known.`,
  ),
  whileItLoads: sentence(
    ['loaded', 'enabled', 'oneMoment'],
    () => 'Nothing runs yet: the module is not loaded. It is patched while it loads.',
    () => 'The module was not seen loaded; what then runs is not known.',
  ),
} as const;

/** What is not known of it. */
export const nextGaps = {
  order: 'Not known: several livepatches have it, and their order is not known.',
  nop: (top: string) =>
    `What ${top} brings, or the original: an atomic replace also reverts what it does not patch itself, and these files do not tell which of the two this is.`,
  unread: 'Not known: not everything that decides it could be read.',
  unknown: 'Not known.',
} as const;
