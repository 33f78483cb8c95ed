import type { Host } from '../../shared/api/contract';
import { parseTarget } from '../../shared/api/target';
import { targetTraits } from '../../shared/api/targetTraits';

/** Whether a host plays a story here and now; known before its first state is. */
export function isStory({ target }: Pick<Host, 'target'>): boolean {
  const parsed = parseTarget(target);
  return parsed.ok && targetTraits[parsed.value.kind].isStory;
}
