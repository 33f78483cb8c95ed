import type { ReactNode } from 'react';
import type { FindingCode, RemedyCode } from '../../../shared/diagnosis/codes';
import { remedyText } from '../../../shared/diagnosis/wording';
import { remedyCommand } from '../../../shared/report/commands';
import type { Tone } from '../../../shared/report/headline';
import { knownToBlock } from '../../../shared/report/forcing';
import type { NoHelp } from '../../../shared/report/nonRemedies';
import { remedyTones } from '../../../shared/report/remedyTones';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { CommandText } from '../../components/CommandText';
import { StatusMark } from '../../components/StatusMark';
import { useWindow } from '../../state/store';
import './RemedyList.css';

const nothing: readonly NoHelp[] = [];

function isSafe(code: RemedyCode): boolean {
  return remedyTones[code] !== 'stuck';
}

/** What helps, what does not, and for each the command as text. */
export function RemedyList({
  remedies,
  noHelp = nothing,
  subject,
  about = null,
  status,
}: {
  readonly remedies: readonly RemedyCode[];
  readonly noHelp?: readonly NoHelp[];
  readonly subject: string | null;
  /** The finding that they are to help with. */
  readonly about?: FindingCode | null;
  readonly status: StatusDocument;
}) {
  const entryOf = (code: RemedyCode) => {
    const command = remedyCommand(code, subject, status);
    return (
      <Entry key={code} tone={remedyTones[code]} {...remedyText(code, about)}>
        {command === null ? null : <CommandText command={command} />}
      </Entry>
    );
  };
  return (
    <ul className="remedies">
      {remedies.filter(isSafe).map(entryOf)}
      {noHelp.map((entry) => (
        <Entry key={entry.title} tone="unknown" {...entry} />
      ))}
      {remedies.filter((code) => !isSafe(code) && code !== 'force').map(entryOf)}
      {remedies.includes('force') && status.transition !== null ? (
        <ForceEntry patch={status.transition.patch} blocking={knownToBlock(status)} />
      ) : null}
    </ul>
  );
}

function Entry({
  tone,
  title,
  text,
  children,
}: NoHelp & { readonly tone: Tone; readonly children?: ReactNode }) {
  return (
    <li className="remedy">
      <StatusMark tone={tone} size={15} />
      <div className="text-selectable">
        <h4>{title}</h4>
        <p className="quiet">{text}</p>
        {children}
      </div>
    </li>
  );
}

/** The last resort: its command stands behind a checklist. */
export function ForceEntry({
  patch,
  blocking,
}: {
  readonly patch: string;
  readonly blocking: number | null;
}) {
  return (
    <Entry tone="stuck" {...remedyText('force')}>
      <button
        type="button"
        className="button"
        onClick={() => useWindow.setState({ overlay: { kind: 'force', patch, blocking } })}
      >
        Before you force …
      </button>
    </Entry>
  );
}
