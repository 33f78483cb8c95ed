/** What those have done of whom a transition's share is. */
import { visible } from '../base/text';
import { countOf } from '../base/words';
import { say } from '../words/sentence';
import { progressWords } from '../words/transitions';
import { premisesOf } from './premises';
import type { StatusDocument, TransitionEntry } from './statusDocument';

/** Follows a percentage. */
export function progressText(
  status: StatusDocument,
  { direction, patch, threads: { total } }: TransitionEntry,
): string {
  const denied = status.coverage.threadsDenied ?? 0;
  const facts = {
    threads: countOf(total === null ? null : total + denied, 'thread'),
    patch: visible(patch),
    isPartial: denied > 0 || status.coverage.unread?.includes('processes') === true,
  };
  const given = { ...premisesOf(status), enabled: direction, threads: total || null };
  const what = direction === 'unpatching' ? progressWords.haveLeft : progressWords.runNew;
  return say(what, given, facts);
}
