import { StatusMark } from '../../components/StatusMark';
import type { TransitionEntry } from '../../../shared/report/statusDocument';
import { transitionNotes } from '../../../shared/report/transitionNotes';
import type { PanelProps } from '../shared/panel';

/** What this view can't know, said before its table is believed. */
export function Limits({
  status,
  transition,
}: PanelProps & { readonly transition: TransitionEntry }) {
  const notes = transitionNotes(status, transition);
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
