/** What a what-if says of the reading that it is worked out from. Host text comes escaped. */
import { listed } from '../base/words';
import { sentence } from './sentence';

export const whatIfWords = {
  noSuchLivepatch: sentence(
    ['livepatches', 'oneMoment'],
    (name: string) => `no livepatch ${name} is loaded`,
    (name) => `among what was read there is no livepatch ${name}`,
  ),
} as const;

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
} as const;
