/** What views say where they have nothing to list, and what they can't know. Host text comes escaped. */
import { sentence } from './sentence';

export const viewWords = {
  nothingToDo: sentence(
    ['livepatches', 'oneMoment'],
    () => 'No livepatch is loaded: there is nothing to disable or to force.',
    () => 'No livepatch was read: whether there is one to disable or to force is not known.',
  ),
  noTransition: sentence(
    ['transition', 'oneMoment'],
    () => 'No transition is running',
    () => 'Whether a transition runs is not known',
  ),
  notLookedAt: sentence(
    ['transition', 'oneMoment'],
    () => 'Threads were not looked at: nothing is in transition.',
    () => 'Threads were not looked at.',
  ),
  noneLoaded: sentence(
    ['livepatches', 'oneMoment', 'noOtherEngine'],
    () => 'No livepatch is loaded',
    (_: void, lacking) =>
      lacking === 'noOtherEngine'
        ? 'No livepatch of the kernel’s own is loaded'
        : 'Whether there are livepatches is not known',
  ),
  /** What lies below all livepatches. */
  original: sentence(
    ['noOtherEngine'],
    () => 'Original kernel',
    () => 'The kernel itself',
  ),
  allOriginal: sentence(
    ['noOtherEngine', 'livepatches', 'oneMoment', 'noneLeftBehind'],
    () => 'No livepatch is loaded, so every function is the original.',
    () =>
      'No livepatch is listed; whether every function is the original can’t be told from what was read.',
  ),
  neverLivepatched: sentence(
    ['taint', 'noOtherEngine', 'oneMoment'],
    () => 'never livepatched since boot',
    (_: void, lacking) =>
      lacking === 'taint' ? 'taint unknown' : 'not tainted by a livepatch of the kernel’s own',
  ),
  tainted: sentence(['taint'], () => 'tainted: livepatch'),
  everyThreadDone: sentence(
    ['threads', 'enabled'],
    () =>
      'Every thread that was read is done. The kernel’s idle tasks take part too and have no entry in /proc.',
    () =>
      'No thread that was read is known to block. The kernel’s idle tasks take part too and have no entry in /proc.',
  ),
  straddles: sentence(
    ['threads'],
    (count: string) => `${count} had no state yet: the sample straddles the beginning or the end.`,
  ),
  undecided: sentence(
    ['threads'],
    (threads: string) =>
      `${threads} undefined: the sample straddles the transition’s beginning or end.`,
  ),
  switched: sentence(
    ['threads', 'enabled'],
    ({ done, total }: { readonly done: string; readonly total: string }) =>
      `${done} of ${total} switched`,
    () => 'no thread could be read',
  ),
  deniedMayBlock: sentence(
    ['rights'],
    (threads: string) =>
      `${threads} may not be read by this login; any of them may block. Reading as root shows them all.`,
    (threads) => `${threads} could not be read; any of them may block.`,
  ),
  oneLivepatch: sentence(
    ['livepatches', 'oneMoment', 'noOtherEngine', 'order'],
    () => 'One livepatch, on the original kernel.',
    () => 'One livepatch is listed.',
  ),
  topRuns: sentence(
    ['order', 'oneMoment', 'noOtherEngine', 'notSkipped', 'livepatches'],
    (isReported: boolean) => `Top of the stack runs. ${isReported ? orderReported : orderInferred}`,
    (isReported, lacking) =>
      lacking === 'order'
        ? 'The order of these livepatches is not known: the kernel does not report it, and nothing else that was read tells. Which of them runs where they overlap is open.'
        : `The top of the stack comes first. ${isReported ? orderReported : orderInferred}`,
  ),
} as const;

const orderReported = 'The kernel reports this order.';
const orderInferred = 'The order is inferred from the load order; this kernel does not report it.';

/** What was not read; it stands on nothing. */
export const viewGaps = {
  noneOfItsOwn: 'No livepatching of the kernel’s own was found',
  folderUnread: '/sys/kernel/livepatch was not found or could not be read.',
  listUnread: 'Not all livepatches were listed, or they changed while they were.',
  functionsUnread: 'No function of the loaded livepatches could be read.',
  noneKnownEnabled: (livepatches: string) => `${livepatches}, none of them known to be enabled.`,
  statesUnread: 'No thread’s patch_state was read, so progress and blocking threads are unknown.',
  directionUnread:
    'Whether it is being applied or removed could not be read, so nobody can tell which threads block.',
  whetherMoreBlock: 'Whether threads that can’t be seen from here block too is unknown.',
  whoMoreMayBlock:
    'More may block than can be seen from here: idle CPUs, threads that may not be read, or those outside this container.',
  noStateKnown: 'No thread’s state is known.',
  whoSwitched: (threads: string) => `${threads} read; which of them switched is unknown.`,
  processesHidden:
    'Processes of others are hidden from this login (mount option hidepid of /proc): how many threads there are is unknown, and any of theirs may block.',
  moreMayBlock: 'There may be blocking threads that are not visible from here.',
} as const;
