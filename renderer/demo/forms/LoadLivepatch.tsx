import { useState } from 'react';
import { visible } from '../../../shared/base/text';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import type { Choice } from '../operations';
import { knownFunctions, livepatchOf } from './knownFunctions';
import { Form, TextField } from './Form';

/** Loads a livepatch of functions that are known on this host. */
export function LoadLivepatch({
  status,
  operate,
}: {
  readonly status: StatusDocument;
  readonly operate: (choice: Choice) => void;
}) {
  const known = knownFunctions(status);
  const [name, setName] = useState('livepatch_mine');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [replace, setReplace] = useState(false);
  const wanted = known.filter(({ key }) => picked.has(key));
  return (
    <Form
      title="Load a livepatch …"
      action="Load"
      onSubmit={() =>
        operate({
          title: `Load ${name}`,
          operation: { do: 'load', livepatch: livepatchOf(name, wanted, replace) },
        })
      }
    >
      <TextField label="Name" value={name} onChange={setName} pattern="[A-Za-z0-9_]+" />
      <fieldset>
        <legend className="quiet small">Functions that it replaces</legend>
        {known.map(({ key, object, name: function_ }) => (
          <label key={key} className="tick">
            <input
              type="checkbox"
              checked={picked.has(key)}
              onChange={(event) => {
                const next = new Set(picked);
                if (event.target.checked) next.add(key);
                else next.delete(key);
                setPicked(next);
              }}
            />
            <code>{visible(function_)}</code>
            <span className="quiet small">{visible(object)}</span>
          </label>
        ))}
      </fieldset>
      <label className="tick">
        <input
          type="checkbox"
          checked={replace}
          onChange={(event) => setReplace(event.target.checked)}
        />
        <span>It replaces all livepatches that are there (atomic replace)</span>
      </label>
    </Form>
  );
}
