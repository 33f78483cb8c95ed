import type { ReactNode } from 'react';
import type { Host } from '../../shared/api/contract';
import './connect.css';
import { KeyChangeFacts } from './KeyChangeFacts';
import { liveKind, mayComeBack } from '../state/liveKind';
import { RetryButtons } from './RetryButtons';
import { RightsButtons } from './RightsButtons';
import { lackOfRights } from './rights';

/** Below the headline of a live host: that it is lost, or that only a part of it may be read. */
export function ConnectionBar({ host }: { readonly host: Host }) {
  const kind = liveKind(host);
  if (kind === null) return null;
  if (host.phase === 'failed' && host.problem !== null) {
    return (
      <Bar label="Connection">
        <div className="connection-bar__text">
          <p>
            {mayComeBack(host.problem.code)
              ? 'What is shown is the last known state. Klpscope connects again by itself where that takes no password.'
              : 'What is shown is the last known state. It is not read again until you say so.'}
          </p>
          <KeyChangeFacts problem={host.problem} />
        </div>
        <RetryButtons host={host} problem={host.problem} />
      </Bar>
    );
  }
  if (host.status?.coverage.privileged !== false) return null;
  return (
    <Bar label="Rights">
      <p className="connection-bar__text text-selectable">
        {lackOfRights(host) ??
          'Read without root: the kernel shows patch states and stacks of threads to root only.'}
      </p>
      <RightsButtons host={host} kind={kind} />
    </Bar>
  );
}

function Bar({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <section className="connection-bar" aria-label={label}>
      {children}
    </section>
  );
}
