import type { Problem } from '../../shared/base/problem';
import { visible } from '../../shared/base/text';
import { CommandText } from '../components/CommandText';
import { CopyButton } from '../components/CopyButton';
import './connect.css';
import { keyChangeOf, removalOf } from '../state/keyChange';

/** A refused host key: both fingerprints one above the other. Nothing here accepts it. */
export function KeyChangeFacts({ problem }: { readonly problem: Problem }) {
  if (problem.code !== 'host-key-changed') return null;
  const change = keyChangeOf(problem.message);
  const removal = removalOf(problem.message);
  return (
    <div className="key-change">
      {change === null ? null : (
        <dl className="question__facts panel">
          <dt>It shows now</dt>
          <dd className="question__fingerprint">
            <code>{visible(change.now.fingerprint)}</code>
            <CopyButton text={change.now.fingerprint} what="the new fingerprint" />
          </dd>
          <dt>Known is</dt>
          <dd className="question__fingerprint">
            <code>{visible(change.known.fingerprint)}</code>
            <CopyButton text={change.known.fingerprint} what="the known fingerprint" />
          </dd>
          <dt>Key type now</dt>
          <dd>
            <code>{visible(change.now.type)}</code>
          </dd>
          <dt>Known from</dt>
          <dd>
            <code>{visible(change.known.place)}</code>
          </dd>
        </dl>
      )}
      {removal === null ? null : (
        <div>
          <p className="quiet small">
            Only if the host’s own keeper says that it was set up anew, remove the old key:
          </p>
          <CommandText command={removal} />
        </div>
      )}
    </div>
  );
}
