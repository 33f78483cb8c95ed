import { visible } from '../../shared/readings/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { actions, functionKey, type Chosen } from './choice';

/** The value of the select that stands for ticked functions; no livepatch has an empty name. */
const byHand = '';

/** So many a person can tick; others are asked about as functions of a livepatch. */
const most = 100;

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
          {replaces ? <option value={byHand}>functions ticked below</option> : null}
        </select>
      </label>
      {replaces && chosen.patch === null ? (
        <Ticks status={status} chosen={chosen} onChange={onChange} />
      ) : null}
    </div>
  );
}

function Ticks({
  status,
  chosen,
  onChange,
}: {
  readonly status: StatusDocument;
  readonly chosen: Chosen;
  readonly onChange: (chosen: Chosen) => void;
}) {
  return (
    <fieldset className="what-if__ticks">
      <legend className="sr-only">Functions of the new livepatch</legend>
      {status.functions.slice(0, most).map((row) => {
        const key = functionKey(row);
        return (
          <label key={key} className="tick">
            <input
              type="checkbox"
              checked={chosen.ticked.has(key)}
              onChange={(event) => {
                const ticked = new Set(chosen.ticked);
                if (event.target.checked) ticked.add(key);
                else ticked.delete(key);
                onChange({ ...chosen, ticked });
              }}
            />
            <code>{visible(row.name)}</code>
            <span className="quiet small">{visible(row.object)}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
