import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { actions, type Chosen } from './choice';
import { WrittenFunctions } from './WrittenFunctions';

/** The value of the select that stands for written functions; no livepatch has an empty name. */
const byHand = '';

/** Which action, and with which livepatch. */
export function Question({
  status,
  chosen,
  onChange,
}: {
  readonly status: StatusDocument;
  readonly chosen: Chosen;
  readonly onChange: (chosen: Chosen) => void;
}) {
  const replaces = chosen.action === 'replace';
  return (
    <div className="what-if__question">
      <fieldset className="what-if__actions">
        <legend className="sr-only">Action</legend>
        {actions.map(({ id, title }) => (
          <label key={id}>
            <input
              type="radio"
              name="what-if-action"
              checked={chosen.action === id}
              onChange={() => onChange({ ...chosen, action: id })}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span className="quiet small">{replaces ? 'by a livepatch with' : 'the livepatch'}</span>
        <select
          value={chosen.patch ?? (replaces ? byHand : (status.patches.at(-1)?.name ?? byHand))}
          onChange={({ target: { value } }) =>
            onChange({ ...chosen, patch: value === byHand ? null : value })
          }
        >
          {status.patches.map(({ name }) => (
            <option key={name} value={name}>
              {replaces ? `the functions of ${visible(name)}` : visible(name)}
            </option>
          ))}
          {replaces ? <option value={byHand}>the functions named below</option> : null}
        </select>
      </label>
      {replaces && chosen.patch === null ? (
        <WrittenFunctions
          status={status}
          written={chosen.written}
          onChange={(written) => onChange({ ...chosen, written })}
        />
      ) : null}
    </div>
  );
}
