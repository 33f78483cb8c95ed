import { Server } from 'lucide-react';
import { useEffect, useState, type FormEvent } from 'react';
import { visible } from '../../shared/base/text';
import { attempt } from '../state/actions';
import { connectTo, loadConfigured, useConfigured } from '../state/connectActions';
import './connect.css';

/** Hosts over SSH: by name, or one of the user's configuration. */
export function ConnectPanel() {
  const names = useConfigured((state) => state.names);
  const [typed, setTyped] = useState('');
  const [sudo, setSudo] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => attempt(loadConfigured()), []);

  const connect = (target: string) => attempt(connectTo(target, sudo).then(setRefusal));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') connect(typed);
  };

  return (
    <section aria-labelledby="start-connect" className="connect">
      <h2 id="start-connect" className="section-title">
        Connect over SSH
      </h2>
      <form className="connect__form" onSubmit={submit}>
        <input
          className="connect__target"
          aria-label="Host to connect to"
          aria-describedby={refusal === null ? undefined : 'connect-refusal'}
          aria-invalid={refusal !== null}
          placeholder="[user@]host[:port]"
          spellCheck={false}
          autoCapitalize="off"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setRefusal(null);
          }}
        />
        <button type="submit" className="button button--main" disabled={typed.trim() === ''}>
          Connect
        </button>
        <label className="connect__sudo">
          <input
            type="checkbox"
            checked={sudo}
            onChange={(event) => setSudo(event.target.checked)}
          />
          Read through sudo
        </label>
      </form>
      {refusal === null ? null : (
        <p id="connect-refusal" role="alert" className="connect__refusal" data-tone="stuck">
          {refusal}
        </p>
      )}
      {names === null ? null : names.length === 0 ? (
        <p className="quiet small">
          Hosts named in <code>~/.ssh/config</code> appear here; there are none yet.
        </p>
      ) : (
        <ul className="connect__hosts" aria-label="Hosts of your SSH configuration">
          {names.map((name) => (
            <li key={name}>
              <button
                type="button"
                className="connect__host panel"
                title={`Connect to ${visible(name)}`}
                onClick={() => connect(name)}
              >
                <Server size={14} aria-hidden />
                <span className="truncate">{visible(name)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
