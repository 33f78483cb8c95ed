/** What shows a demo host says so, also where it was recorded. */
import { sourceTraits } from './sourceTraits';
import type { StatusDocument } from './statusDocument';

export const demoNote = 'A demo host: no real machine.';

export function isOfDemo({ source, recording }: Pick<StatusDocument, 'source' | 'recording'>) {
  return sourceTraits[recording?.source ?? source].isDemo;
}
