/** What is said of livepatch modules that are loaded and no longer in sysfs. */
import type { Ghost } from './statusDocument';

export interface GhostWords {
  readonly word: string;
  readonly text: string;
}

export const ghostsTitle = 'Loaded, but no longer livepatches';

/** A forced transition keeps the module's reference (kernel/livepatch/core.c, klp_free_patch_finish). */
export const ghostWords: Readonly<Record<Ghost['kind'], GhostWords>> = {
  leftover: { word: 'left over', text: 'not in use: it can be removed' },
  pinned: { word: 'pinned', text: 'its transition was forced, or something still uses it' },
  unknown: { word: 'not known', text: 'whether something uses it could not be read' },
};
