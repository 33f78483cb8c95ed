import type { Host } from '../../shared/api/contract';
import { StatusMark } from '../components/StatusMark';
import { useWindow } from '../state/store';
import { giveUp, reconnect } from '../state/connectActions';
import { lackOfRights } from './rights';

/** Ways to root's rights on a host that is read without them. */
export function RightsButtons({
  host,
  kind,
}: {
  readonly host: Host;
  readonly kind: 'ssh' | 'local';
}) {
  const hasPkexec = useWindow((state) => state.info?.hasPkexec === true);
  if (host.reconnecting) {
    return (
      <div className="retry-buttons">
        <span className="retry-buttons__busy" role="status">
          <StatusMark tone="unknown" size={16} busy />
          Asking for root’s rights …
        </span>
        <button type="button" className="button" onClick={() => giveUp(host.id)}>
          Cancel
        </button>
      </div>
    );
  }
  return (
    <div className="retry-buttons">
      <button
        type="button"
        className="button"
        onClick={() => reconnect(host.id, { sudo: true, pkexec: false })}
      >
        {lackOfRights(host) === null ? 'Read through sudo' : 'Try again with a password'}
      </button>
      {kind === 'local' && hasPkexec ? (
        <button
          type="button"
          className="button"
          title="pkexec: the desktop asks in a dialog of its own"
          onClick={() => reconnect(host.id, { sudo: false, pkexec: true })}
        >
          Ask the system for root’s rights
        </button>
      ) : null}
    </div>
  );
}
