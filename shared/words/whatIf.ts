/** What a what-if says of the reading that it is worked out from. Host text comes escaped. */
import { countOf, listed } from '../base/words';
import { sentence } from './sentence';

export const whatIfWords = {
  noSuchLivepatch: sentence(
    ['livepatches', 'oneMoment'],
    (name: string) => `no livepatch ${name} is loaded`,
    (name) => `among what was read there is no livepatch ${name}`,
  ),
} as const;

/** Why the kernel would refuse. */
export const refusalWords = {
  notForcible: sentence(['oneMoment'], () => 'this kernel has no way to force a transition'),
  disabled: sentence(
    ['enabled', 'oneMoment'],
    (name: string) => `${name} is disabled already`,
    (name) => `${name} read as disabled`,
  ),
  beingDisabled: sentence(
    ['enabled', 'transition', 'oneMoment'],
    (name: string) => `${name} is being disabled already`,
    (name) => `${name} read as being disabled`,
  ),
  notMoving: sentence(
    ['transition', 'oneMoment'],
    (name: string) => `${name} is not in transition`,
    (name) => `${name} read as not in transition`,
  ),
  busy: sentence(
    ['transition', 'oneMoment'],
    (name: string) => `the transition of ${name} runs, and there is only one at a time`,
    (name) => `${name} read as in transition, and there is only one at a time`,
  ),
  above: sentence(
    ['order', 'enabled', 'rules', 'oneMoment'],
    (name: string) => `${name} lies above it, and only the livepatch on top can be disabled`,
    (name) => `${name} read above it, and only the livepatch on top can be disabled`,
  ),
  below: sentence(
    ['enabled', 'rules', 'oneMoment'],
    (name: string) => `${name} lies below it, and is disabled`,
    (name) => `${name} read below it, as disabled`,
  ),
  otherSets: sentence(
    ['sets', 'oneMoment'],
    ({ one, other }: { readonly one: string; readonly other: string }) =>
      `its functions are those of ${one} and ${other}, whose sets differ; no livepatch may patch functions of another’s set`,
    ({ one, other }) =>
      `its functions read as those of ${one} and ${other}, whose sets differ; no livepatch may patch functions of another’s set`,
  ),
  redirected: sentence(
    ['redirections', 'oneMoment'],
    (name: string) => `${name} is redirected by another user of ftrace`,
    (name) => `${name} read as redirected by another user of ftrace`,
  ),
} as const;

const mayMove = ['livepatches', 'transition', 'oneMoment'] as const;
const would = (clause: string) => `the kernel would do it${clause}`;
const mayWell = (clause: string) => `nothing that was read speaks against it${clause}`;

/** What would come of it, in a clause. */
export const verdictWords = {
  refused: sentence(
    ['livepatches', 'oneMoment'],
    (errno: string) => `the kernel would refuse with ${errno}`,
    (errno) => `by what was read, the kernel would refuse with ${errno}`,
  ),
  disables: sentence(['enabled', ...mayMove], would, mayWell),
  done: sentence(mayMove, would, mayWell),
  goesOn: sentence(
    ['threads'],
    (count: number) => `, and ${countOf(count, 'thread')} would go on in the old code`,
    () => ', and threads that have not switched would go on in the old code',
  ),
  onceLeft: sentence(
    ['stack'],
    (count: number) =>
      `, once ${countOf(count, 'thread')} ${count === 1 ? 'has' : 'have'} left the code`,
  ),
  wouldBlock: sentence(
    ['stack'],
    (count: number) => `${countOf(count, 'thread')} would block now.`,
  ),
  changed: sentence(
    ['functions', 'oneMoment', 'noOtherEngine'],
    ({ count, isOpen }: Changed) =>
      `${countOf(count, 'function')} would run other code${isOpen ? ', or may' : ''}`,
    ({ count, isOpen }) =>
      `Of those that were read, ${countOf(count, 'function')} would run other code${isOpen ? ', or may' : ''}`,
  ),
} as const;

interface Changed {
  readonly count: number;
  /** Of some it depends on what could not be read. */
  readonly isOpen: boolean;
}

export const lastingWords = {
  notAgain: sentence(
    ['laterRules', 'oneMoment'],
    () =>
      'A disabled livepatch can’t be enabled again; its module has to be removed and loaded anew.',
    () =>
      'A disabled livepatch can’t be enabled again (since 5.1); its module has to be removed and loaded anew.',
  ),
  mixes: sentence(
    ['transition', 'oneMoment'],
    () =>
      'Threads that block now go on in the old code until they leave it, beside others in the new: what the livepatch was built to keep apart may meet.',
    () =>
      'Threads that block go on in the old code, beside others in the new: what the livepatch was built to keep apart may meet.',
  ),
  removed: sentence(
    ['enabled', 'transition', 'oneMoment'],
    (name: string) => `The module of ${name} can never be unloaded.`,
    () => whatIfRules.noWayBackFromForce,
  ),
  replaced: sentence(
    ['replace', 'enabled', 'transition', 'oneMoment'],
    (names: readonly string[]) => `The modules of ${listed(names, 20)} can never be unloaded.`,
    () => whatIfRules.noWayBackFromForce,
  ),
  byOldRules: sentence(
    ['rules', 'oneMoment'],
    (names: readonly string[]) => `The modules of ${listed(names, 20)} can never be unloaded.`,
    () => whatIfRules.noWayBackFromForce,
  ),
} as const;

/** What an answer goes by, where it was read. */
export const basisWords = {
  oldRules: sentence(
    ['rules', 'oneMoment'],
    (rule: string) => `The kernel goes by the rules from before 5.1: ${rule}.`,
    (rule) => `The kernel goes by the rules from before 5.1, as its files read: ${rule}.`,
  ),
  notLoaded: sentence(
    ['loaded', 'oneMoment'],
    (objects: readonly string[]) =>
      `Not loaded: ${listed(objects, 20)}; its functions change when it is.`,
    (objects) => `Not seen loaded: ${listed(objects, 20)}; its functions change when it is.`,
  ),
  forcedBefore: sentence(
    ['lasting'],
    (names: readonly string[]) =>
      `A transition was forced since boot: if that pinned ${listed(names, 5)}, it can never be unloaded.`,
  ),
} as const;

/** What holds on any kernel of which it is said; it claims nothing about this host. */
export const whatIfRules = {
  noWayBack: 'There is no atomic way back: a replaced livepatch has to be loaded anew.',
  noWayBackFromForce: 'Forcing can’t be taken back.',
  pinsAll: 'Before 5.18 the kernel pins the modules of all livepatches when one is forced.',
  keepsModule: 'who is disabled later never gives up its module',
  replacesNone: 'none is replaced, and the livepatch would lie on top of those there',
  staysEnabling: (name: string) => `${name} stays in sysfs, and can be enabled again`,
} as const;

const later = (what: string) => `The kernel is 5.1 or later; on one before, ${what}.`;

/** What the answer takes for granted where it was not read; it stands on nothing. */
export const whatIfGaps = {
  engines: (names: readonly string[]) =>
    `What ${listed(names)} may have changed plays no part: it can’t be seen here.`,
  modules: 'No other engine patches this kernel: the list of modules was not read whole.',
  livepatches: 'There are no other livepatches than those that were read: not all were listed.',
  functions: 'They have no other functions than those that were read: not all were listed.',
  'one-moment': 'All of it was so at one moment: the livepatches changed while they were read.',
  forcing:
    'No transition was forced since boot: what was read of the kernel’s log does not tell. What was forced can never be unloaded.',
  processes:
    'No process of others would block: /proc hides them from this login (mount option hidepid).',
  noneChanges: 'None of the functions that were read would run other code in threads that switch.',
  noneBlocks: 'None of those whose stacks were looked at.',
  noneKnown: 'None is known.',
  noThreadKnown: 'No thread is known that would block now.',
  stacksUnread: 'The threads’ stacks were not read: who would block is unknown.',
  stacksFailed: (why: string) => `Not known: the stacks could not be read. ${why}`,
  noStacks: 'Not known: what is open here has no stacks to look at.',
  unchecked: (threads: string, why: string) => `${threads} could not be checked${why}`,
  noTransition:
    'No transition runs: what was read does not tell. While one does, the kernel refuses (EBUSY).',
  isMoving: (name: string) =>
    `${name} is in transition: what was read does not tell. If it is not, the kernel refuses (EINVAL).`,
  direction: (name: string) => `${name} is being applied: its direction could not be read.`,
  orderInferred: (names: string) =>
    `The livepatches lie on each other in the order in which they were loaded: ${names}, bottom first.`,
  orderUnknown: (names: string) =>
    `Which of ${names} lies above which is unknown: where a function has several, what would run depends on it.`,
  foundOnce: 'Each function is found exactly once, and may be redirected; else the kernel refuses.',
  systemState: 'The replacing livepatch fits the system state of those already there.',
  samePosition:
    'Where it takes a function over, it gives the same position as the livepatch there does; before 6.19 the kernel refuses 0 where that has 1, and 1 where that has 0 (EEXIST).',
  loadedUnread: (objects: string) =>
    `Loaded, as far as anybody knows: ${objects}; nothing was read of it.`,
  anySet: 'It has a set of its own, or one of those there; of another’s it replaces none.',
  sameSet: (names: string) =>
    `It is of the same set as ${names}; else the kernel refuses (EINVAL).`,
  ifOfSet: (names: string, leaves: string) => `If it is of the set of ${names}, ${leaves}, too.`,
  ifReplacing: (whether: string, leave: string) => `If ${whether}, ${leave}, too.`,
  noneImmediate:
    'No function is marked immediate, as kernels to 4.15 allow: it would switch at once, and its module stay for good.',
  onTop: (name: string) =>
    `${name} lies on top; right below another that is enabled, the kernel refuses (EBUSY).`,
  notOnTop: (names: string, are: string) =>
    `${names} ${are} not on top; else the kernel refuses (EBUSY).`,
  laterReplaces: later('the livepatch would lie on top and replace none'),
  laterLeaves: (name: string) => later(`${name} stays in sysfs, disabled`),
  laterLeavesOrRefuses: (name: string) =>
    later(
      `${name} stays in sysfs, disabled, or, if another lies above it, the kernel refuses (EBUSY)`,
    ),
  laterDisables: (above: string) =>
    later(`the kernel refuses (EBUSY), because ${above} lies above it`),
} as const;

/** On what an outcome may depend: conditions, none of which is claimed. */
export const whatIfCases = {
  ofSet: (set: string) => `it is of ${set}`,
  notOfSet: (set: string) => `it is not of ${set}`,
  setOf: (names: string) => `the set of ${names}`,
  isNop: (name: string) => `${name} only takes it back to the original`,
  isNoNop: (name: string) => `${name} has code of its own for it`,
  replaces: (name: string) => `${name} replaces the others`,
  replacesNone: (name: string) => `${name} replaces none`,
  sameSet: (name: string) => `${name} is of the same set`,
  aboveThem: (name: string) => `${name} lies above them`,
  above: (top: string, next: string) => `${top} lies above ${next}`,
  topAndNext: (top: string, next: string) => `${top} lies on top and ${next} next`,
  top: (top: string) => `${top} lies on top`,
} as const;
