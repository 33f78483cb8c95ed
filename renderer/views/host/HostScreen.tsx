import type { Host } from '../../../shared/api/contract';
import { visible } from '../../../shared/base/text';
import { EmptyState } from '../../components/EmptyState';
import { PlayerBar } from '../../demo/PlayerBar';
import { ConnectionBar } from '../../connect/ConnectionBar';
import { KeyChangeFacts } from '../../connect/KeyChangeFacts';
import { withoutKeys } from '../../state/keyChange';
import { liveKind } from '../../state/liveKind';
import { nextStep } from '../../state/nextStep';
import { RetryButtons } from '../../connect/RetryButtons';
import { RecorderBar } from '../../recording/RecorderBar';
import { RecordingBar } from '../../recording/RecordingBar';
import { closeHost, refresh } from '../../state/actions';
import { PaintedSignal } from '../../state/painted';
import { HeadlineBand } from './HeadlineBand';
import { HostHeader } from './HostHeader';
import { HostTabs } from './HostTabs';
import { RebootBar } from './RebootBar';
import { StatusBar } from './StatusBar';
import './HostScreen.css';

/** One host: who it is, one sentence, and the views below it. */
export default function HostScreen({ host }: { readonly host: Host }) {
  // A host that was not shown before has a headline already; its state is on its way.
  const isOnItsWay = host.status === null && host.headline !== null;
  const answered = host.phase !== 'loading' && !isOnItsWay;
  return (
    <>
      <HostHeader host={host} />
      {host.headline === null ? null : <HeadlineBand host={host} />}
      {host.status === null ? null : <ConnectionBar host={host} />}
      {host.rebooted === null ? null : <RebootBar rebooted={host.rebooted} />}
      {host.demo === null ? null : <PlayerBar host={host} demo={host.demo} />}
      {host.recording === null ? null : <RecordingBar host={host} recording={host.recording} />}
      {host.recorder === null ? null : <RecorderBar host={host} recorder={host.recorder} />}
      <div className="host__body">
        {host.status !== null ? (
          <HostTabs host={host} status={host.status} />
        ) : isOnItsWay ? null : host.phase === 'failed' ? (
          <Failure host={host} />
        ) : (
          <Waiting host={host} />
        )}
      </div>
      <StatusBar host={host} />
      {answered ? <PaintedSignal key={host.id} host={host.id} /> : null}
    </>
  );
}

function Waiting({ host }: { readonly host: Host }) {
  if (liveKind(host) !== 'ssh') {
    return (
      <EmptyState tone="unknown" busy title={`Reading ${visible(host.label)} …`}>
        <p className="text-selectable">{visible(host.target)}</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState tone="unknown" busy title={`Connecting to ${visible(host.target)} …`}>
      <button type="button" className="button" onClick={() => closeHost(host.id)}>
        Cancel
      </button>
    </EmptyState>
  );
}

function Failure({ host }: { readonly host: Host }) {
  const { problem } = host;
  return (
    <EmptyState tone="stuck" title={`${visible(host.label)} could not be read`}>
      {problem === null ? null : (
        <>
          <p className="text-selectable failure__message">
            {visible(withoutKeys(problem.message))}
          </p>
          <KeyChangeFacts problem={problem} />
          <p>{nextStep(problem.code)}</p>
          <p className="small">
            <code>{problem.code}</code>
          </p>
        </>
      )}
      <div className="failure__actions">
        {problem !== null && liveKind(host) !== null ? (
          <RetryButtons host={host} problem={problem} />
        ) : (
          <button type="button" className="button button--main" onClick={() => refresh(host.id)}>
            Try again
          </button>
        )}
        <button type="button" className="button" onClick={() => closeHost(host.id)}>
          Close
        </button>
      </div>
    </EmptyState>
  );
}
