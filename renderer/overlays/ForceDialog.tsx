import { useState } from 'react';
import { visible } from '../../shared/base/text';
import { countOf } from '../../shared/base/words';
import { forceCommand } from '../../shared/report/commands';
import { CommandText } from '../components/CommandText';
import { closeOverlay, Sheet } from '../components/Sheet';

/** What has to be true before the command is even shown. */
const checks = [
  {
    id: 'waited',
    text: 'Waiting, letting the calls return and reversing the transition were tried or ruled out.',
  },
  {
    id: 'stacks',
    text: 'The stacks of all blocking threads and the status document are saved.',
  },
  {
    id: 'vendor',
    text: 'The vendor of the livepatch has said that forcing is safe on exactly these stacks.',
  },
  {
    id: 'mixed',
    text: 'It is understood that these threads may run old and new code at once, and that this can corrupt data or crash the kernel.',
  },
  {
    id: 'for-ever',
    text: 'It is understood that it can’t be undone: the module can never be unloaded, only a reboot clears it.',
  },
] as const;

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
        Forcing marks {countOf(blocking, 'blocking thread')} as switched without checking what they
        run. Klpscope does not do it; it only shows the command.
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
