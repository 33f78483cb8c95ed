import { useState } from 'react';
import { visible } from '../../shared/base/text';
import { forceCommand } from '../../shared/report/commands';
import { forceText } from '../../shared/report/forcing';
import { forceChecks } from '../../shared/words/remedies';
import { CommandText } from '../components/CommandText';
import { closeOverlay, Sheet } from '../components/Sheet';

const checks = Object.entries(forceChecks).map(([id, text]) => ({ id, text }));

/** The checklist before the last resort. Its end is a text to copy, never an action. */
export function ForceDialog({
  patch,
  blocking,
}: {
  readonly patch: string;
  readonly blocking: number | null;
}) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const command = forceCommand(patch);
  const ready = ticked.size === checks.length;
  return (
    <Sheet title={`Before you force ${visible(patch)}`} className="force">
      <p className="quiet">
        {forceText(blocking)} Klpscope does not do it; it only shows the command.
      </p>
      <ul className="force__checks">
        {checks.map(({ id, text }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={ticked.has(id)}
                onChange={(event) => {
                  const next = new Set(ticked);
                  if (event.target.checked) next.add(id);
                  else next.delete(id);
                  setTicked(next);
                }}
              />
              <span>{text}</span>
            </label>
          </li>
        ))}
      </ul>
      <div className="force__end" aria-live="polite">
        {!ready ? (
          <p className="quiet">
            The command appears when all {checks.length} are ticked: {ticked.size} of{' '}
            {checks.length}.
          </p>
        ) : command === null ? (
          <p>
            The name of this livepatch has characters that a terminal would obey; no command is
            offered for it.
          </p>
        ) : (
          <CommandText command={command} />
        )}
      </div>
      <div className="sheet__actions">
        <button type="button" className="button" onClick={closeOverlay}>
          Close
        </button>
      </div>
    </Sheet>
  );
}
