import { useState } from 'react';
import { visible } from '../../../shared/base/text';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { moduleNames, type Choice } from '../operations';
import { Form, TextField } from './Form';

interface FormProps {
  readonly operate: (choice: Choice) => void;
}

export function LoadModule({ operate }: FormProps) {
  const [name, setName] = useState('nfs');
  return (
    <Form
      title="Load a module …"
      action="Load"
      onSubmit={() =>
        operate({ title: `Load ${name}`, operation: { do: 'load-module', module: { name } } })
      }
    >
      <TextField label="Module" value={name} onChange={setName} pattern="[A-Za-z0-9_]+" />
    </Form>
  );
}

export function UnloadModule({ status, operate }: FormProps & { readonly status: StatusDocument }) {
  const names = moduleNames(status);
  const [chosen, setChosen] = useState('');
  const module = names.includes(chosen) ? chosen : names[0];
  if (module === undefined) return null;
  return (
    <Form
      title="Unload a module …"
      action="Unload"
      onSubmit={() =>
        operate({ title: `Unload ${visible(module)}`, operation: { do: 'unload', module } })
      }
    >
      <label className="field">
        <span className="quiet small">Module</span>
        <select value={module} onChange={(event) => setChosen(event.target.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {visible(name)}
            </option>
          ))}
        </select>
      </label>
    </Form>
  );
}

const shadowActions = [
  { action: 'alloc', title: 'Attach a new one (klp_shadow_alloc)' },
  { action: 'get-or-alloc', title: 'Attach, or keep what is there (klp_shadow_get_or_alloc)' },
  { action: 'update', title: 'Attach, or replace what is there (in no kernel)' },
  { action: 'get', title: 'Look for it (klp_shadow_get)' },
  { action: 'free', title: 'Free it (klp_shadow_free)' },
  { action: 'free-all', title: 'Free all of the number (klp_shadow_free_all)' },
] as const;

type ShadowActionName = (typeof shadowActions)[number]['action'];

function shadowCall(action: ShadowActionName, object: string, id: string, data: string) {
  switch (action) {
    case 'free-all':
      return { action, id };
    case 'get':
    case 'free':
      return { action, object, id };
    default:
      return { action, object, id, data };
  }
}

export function ShadowVariable({ operate }: FormProps) {
  const [object, setObject] = useState('session-1');
  const [id, setId] = useState('1');
  const [data, setData] = useState('');
  const [action, setAction] = useState<ShadowActionName>('alloc');
  return (
    <Form
      title="Write a shadow variable …"
      action="Write"
      onSubmit={() =>
        operate({
          title: `Shadow variable ${id} of ${object}`,
          operation: { do: 'shadow', action: shadowCall(action, object, id, data) },
        })
      }
    >
      <TextField label="Object that it belongs to" value={object} onChange={setObject} />
      <TextField
        label="Number of its type"
        value={id}
        onChange={setId}
        pattern="[0-9]{1,20}|0x[0-9a-fA-F]{1,16}"
      />
      <TextField label="Data, for a new one" value={data} onChange={setData} required={false} />
      <label className="field">
        <span className="quiet small">What to do</span>
        <select
          value={action}
          onChange={(event) => {
            const found = shadowActions.find((one) => one.action === event.target.value);
            if (found) setAction(found.action);
          }}
        >
          {shadowActions.map((one) => (
            <option key={one.action} value={one.action}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
    </Form>
  );
}
