import { isOfDemo } from '../../shared/report/demoMark';
import type { Host } from '../../shared/api/contract';
import { parseTarget } from '../../shared/api/target';
import { targetTraits } from '../../shared/api/targetTraits';

/** Whether a host is, or was when it was recorded, a story of the executable model. */
export function isDemo({ target, status }: Pick<Host, 'target' | 'status'>): boolean {
  return isStory({ target }) || (status !== null && isOfDemo(status));
}

/** Whether a host plays a story here and now; known before its first state is. */
export function isStory({ target }: Pick<Host, 'target'>): boolean {
  const parsed = parseTarget(target);
  return parsed.ok && targetTraits[parsed.value.kind].isStory;
}
