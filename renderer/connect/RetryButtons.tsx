import type { Host } from '../../shared/api/contract';
import type { Problem, ProblemCode } from '../../shared/base/problem';
import { StatusMark } from '../components/StatusMark';
import { giveUp, reconnect } from '../state/connectActions';
import { mayComeBack } from '../state/liveKind';

const aboutSudo: ReadonlySet<ProblemCode> = new Set(['sudo-refused', 'sudo-password-needed']);

/** Main says in the message where OpenSSH can do what stood in the way (transportChoice.ts). */
function offersOpenSsh({ message }: Problem): boolean {
  return message.includes('the system’s OpenSSH');
}

/** What can be done next about a live host that could not be read. */
export function RetryButtons({
  host,
  problem,
}: {
  readonly host: Host;
  readonly problem: Problem;
}) {
  if (host.reconnecting) {
    return (
      <div className="retry-buttons">
        <span className="retry-buttons__busy" role="status">
          <StatusMark tone="unknown" size={16} busy />
          Connecting …
        </span>
        <button type="button" className="button" onClick={() => giveUp(host.id)}>
          Cancel
        </button>
      </div>
    );
  }
  const isOffered = offersOpenSsh(problem);
  return (
    <div className="retry-buttons">
      <button
        type="button"
        className={isOffered ? 'button' : 'button button--main'}
        onClick={() => reconnect(host.id)}
      >
        {mayComeBack(problem.code) ? 'Reconnect now' : 'Try again'}
      </button>
      {aboutSudo.has(problem.code) ? (
        <button
          type="button"
          className="button"
          onClick={() => reconnect(host.id, { sudo: false })}
        >
          Without sudo
        </button>
      ) : null}
      {isOffered ? (
        <button
          type="button"
          className="button button--main"
          onClick={() => reconnect(host.id, { transport: 'openssh' })}
        >
          Use the system’s OpenSSH
        </button>
      ) : null}
      {problem.code === 'permission-denied' ? (
        <button type="button" className="button" onClick={() => reconnect(host.id, { sudo: true })}>
          Read through sudo
        </button>
      ) : null}
    </div>
  );
}
