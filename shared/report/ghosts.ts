/** What is said of livepatch modules that are loaded and no longer in sysfs. */
import { ghostTexts, ghostUnknown } from '../words/remedies';
import { say } from '../words/sentence';
import { premisesOf } from './premises';
import type { Ghost, StatusDocument } from './statusDocument';

export interface GhostWords {
  readonly word: string;
  readonly text: string;
  /** Nothing that was read speaks against removing it. */
  readonly mayGo: boolean;
}

export const ghostsTitle = 'Loaded, but no longer livepatches';

/** A forced transition keeps the module's reference (kernel/livepatch/core.c, klp_free_patch_finish). */
export function ghostWords({ kind, refcount }: Ghost, status: StatusDocument): GhostWords {
  const given = { ...premisesOf(status), referenceCount: refcount };
  const mayGo = kind === 'leftover' && given.livepatches && given.oneMoment && given.noOtherEngine;
  switch (kind) {
    case 'leftover':
      return { word: 'left over', text: say(ghostTexts.leftover, given, undefined), mayGo };
    case 'pinned':
      return { word: 'pinned', text: say(ghostTexts.pinned, given, undefined), mayGo };
    case 'unknown':
      return { word: 'not known', text: ghostUnknown, mayGo };
  }
}
