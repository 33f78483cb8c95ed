import type { Host } from '../../shared/api/contract';
import type { Problem, ProblemCode } from '../../shared/readings/problem';
import { reconnect } from './actions';
import { mayComeBack } from './liveKind';

const aboutSudo: ReadonlySet<ProblemCode> = new Set(['sudo-refused', 'sudo-password-needed']);

/** What can be done next about a live host that could not be read. */
export function RetryButtons({
  host,
  problem,
}: {
  readonly host: Host;
  readonly problem: Problem;
}) {
  return (
    <div className="retry-buttons">
      <button type="button" className="button button--main" onClick={() => reconnect(host.id)}>
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
      {problem.code === 'permission-denied' ? (
        <button type="button" className="button" onClick={() => reconnect(host.id, { sudo: true })}>
          Read through sudo
        </button>
      ) : null}
    </div>
  );
}
