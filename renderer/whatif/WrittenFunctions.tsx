import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { functionKey } from '../../shared/whatif/functionKey';
import { askedOf, toggled, writtenKeys } from './choice';

/** So many of the host's functions can be ticked; any can be written. */
const mostTicks = 100;

const mostMistakes = 5;

interface WrittenFunctionsProps {
  readonly status: StatusDocument;
  readonly written: string;
  readonly onChange: (written: string) => void;
}

/** The functions of a livepatch to come: written down, or ticked among those that are patched now. */
export function WrittenFunctions({ status, written, onChange }: WrittenFunctionsProps) {
  const asked = askedOf(status, { action: 'replace', patch: null, written });
  const wrong = asked.ok ? [] : asked.wrong;
  return (
    <div className="what-if__written">
      <label className="what-if__list">
        <span className="quiet small">
          One in a line: <code>OBJECT:FUNCTION[,POSITION]</code>, or <code>@LIVEPATCH</code> for all
          of one
        </span>
        <textarea
          rows={4}
          spellCheck={false}
          autoCapitalize="off"
          placeholder="vmlinux:tcp_sendmsg"
          value={written}
          aria-label="Functions of the new livepatch"
          aria-invalid={wrong.length > 0}
          aria-describedby="what-if-mistakes"
          onChange={({ target: { value } }) => onChange(value)}
        />
      </label>
      <div id="what-if-mistakes" className="what-if__mistakes" role="alert">
        {wrong.slice(0, mostMistakes).map(({ line, message }) => (
          <p key={line}>
            Line {line}: {message}.
          </p>
        ))}
        {wrong.length > mostMistakes ? <p>And {wrong.length - mostMistakes} more.</p> : null}
      </div>
      <Ticks status={status} written={written} onChange={onChange} />
    </div>
  );
}

function Ticks({ status, written, onChange }: WrittenFunctionsProps) {
  const ticked = writtenKeys(written);
  return (
    <fieldset className="what-if__ticks">
      <legend className="sr-only">Functions that are patched now</legend>
      {status.functions.slice(0, mostTicks).map((row) => {
        const key = functionKey(row);
        return (
          <label key={key} className="tick">
            <input
              type="checkbox"
              checked={ticked.has(key)}
              onChange={() => onChange(toggled(written, { ...row, sympos: row.sympos ?? 1 }))}
            />
            <code>{visible(row.name)}</code>
            <span className="quiet small">{visible(row.object)}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
