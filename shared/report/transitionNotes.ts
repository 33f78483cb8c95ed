/** What can't be known of a running transition, said before its numbers are believed. */
import { countOf, countText } from '../base/words';
import { say } from '../words/sentence';
import { viewGaps, viewWords } from '../words/views';
import type { StatusDocument, TransitionEntry } from './statusDocument';

export function transitionNotes(
  { coverage }: Pick<StatusDocument, 'coverage'>,
  { threads, direction, hiddenBlockersPossible }: TransitionEntry,
): readonly string[] {
  const denied = coverage.threadsDenied ?? 0;
  const { total, done, blocking } = threads;
  const undecided = threads.undefined ?? 0;
  const given = {
    enabled: direction,
    threads: total !== null && done === total,
    rights: coverage.privileged !== true,
  };
  const isNobodySeen = blocking === 0 && total !== null && total > 0;
  return [
    total === null ? viewGaps.statesUnread : '',
    direction === null ? viewGaps.directionUnread : '',
    denied > 0 ? say(viewWords.deniedMayBlock, given, countOf(denied, 'thread')) : '',
    coverage.unread?.includes('processes') ? viewGaps.processesHidden : '',
    isNobodySeen ? say(viewWords.everyThreadDone, given, undefined) : '',
    !isNobodySeen && hiddenBlockersPossible === true && denied === 0 ? viewGaps.moreMayBlock : '',
    undecided > 0 ? say(viewWords.straddles, { threads: total }, countText(undecided)) : '',
  ].filter(Boolean);
}
