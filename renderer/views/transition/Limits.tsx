import { StatusMark } from '../../components/StatusMark';
import { countOf, countText } from '../../../shared/base/words';
import type { StatusDocument, TransitionEntry } from '../../../shared/report/statusDocument';
import type { PanelProps } from '../shared/panel';

/** What this view can't know, said before its table is believed. */
export function Limits({
  status,
  transition,
}: PanelProps & { readonly transition: TransitionEntry }) {
  const notes = notesOf(status, transition);
  return notes.length === 0 ? null : (
    <ul className="notes" aria-label="What is not known">
      {notes.map((note) => (
        <li key={note}>
          <StatusMark tone="unknown" size={15} />
          <span className="text-selectable">{note}</span>
        </li>
      ))}
    </ul>
  );
}

export function notesOf(status: StatusDocument, transition: TransitionEntry): readonly string[] {
  const { threads, direction, hiddenBlockersPossible } = transition;
  const { threadsDenied } = status.coverage;
  const notes: string[] = [];
  if (threads.total === null) {
    notes.push('No thread’s patch_state was read, so progress and blocking threads are unknown.');
  }
  if (direction === null) {
    notes.push(
      'Whether it is being applied or removed could not be read, so nobody can tell which threads block.',
    );
  }
  if (threadsDenied !== null && threadsDenied > 0) {
    notes.push(
      `${countOf(threadsDenied, 'thread')} may not be read by this login; any of them may block. Reading as root shows them all.`,
    );
  }
  if (threads.blocking === 0 && threads.total !== null && threads.total > 0) {
    notes.push(
      'Every thread that was read is done. The kernel’s idle tasks take part too and have no entry in /proc.',
    );
  } else if (hiddenBlockersPossible === true && (threadsDenied === null || threadsDenied === 0)) {
    notes.push('There may be blocking threads that are not visible from here.');
  }
  if (threads.undefined !== null && threads.undefined > 0) {
    notes.push(
      `${countText(threads.undefined)} had no state yet: the sample straddles the beginning or the end.`,
    );
  }
  return notes;
}
