import { Braces, Circle, Pause, Play, RefreshCw, Split, Square } from 'lucide-react';
import type { Host } from '../../../shared/api/contract';
import { sourceTraits } from '../../../shared/report/sourceTraits';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/base/text';
import { slownessWords } from '../../../shared/report/pace';
import { useCommand } from '../../commands/useCommand';
import { isStory } from '../../state/isStory';
import { KindBadge } from '../../recording/KindBadge';
import { mayComeBack } from '../../state/liveKind';
import { useWindow } from '../../state/store';
import { durationText } from '../../state/format';

/** Which machine this is, how it is read, and what can be done with it as a whole. */
export function HostHeader({ host }: { readonly host: Host }) {
  return (
    <header className="host-header">
      <h1 className="truncate text-selectable">{visible(host.label)}</h1>
      <KindBadge host={host} />
      <div className="host-header__about quiet text-selectable" title={visible(host.target)}>
        <p className="host-header__line">
          <span className="truncate">{visible(host.target)}</span>
          {host.status === null ? null : <span>{privilegeText(host.status)}</span>}
        </p>
        {host.status === null ? null : <Machine status={host.status} />}
      </div>
      <div className="host-header__actions">
        <Liveness host={host} />
        <CommandButton id="host.what-if" icon={Split} text="What if …" />
        <CommandButton id="host.refresh" icon={RefreshCw} text="Read again" />
        {host.live ? (
          <CommandButton
            id="host.record"
            icon={host.recorder === null ? Circle : Square}
            text={host.recorder === null ? 'Record …' : 'Stop recording'}
          />
        ) : null}
        <CommandButton id="copy.status" icon={Braces} text="Copy JSON" />
      </div>
    </header>
  );
}

function Machine({ status }: { readonly status: StatusDocument }) {
  const { kernel, uptimeSeconds } = status.host;
  return (
    <p className="host-header__line">
      <span className="truncate">
        {kernel === null ? 'kernel unknown' : `Linux ${visible(kernel)}`}
      </span>
      <span className="host-header__uptime">
        {uptimeSeconds === null ? 'uptime unknown' : `up ${durationText(uptimeSeconds)}`}
      </span>
    </p>
  );
}

function privilegeText(status: StatusDocument): string | null {
  switch (status.coverage.privileged) {
    case true:
      return 'read as root';
    case false:
      return 'read without root';
    case null:
      return sourceTraits[status.source].hasRights ? 'rights unknown' : null;
  }
}

function Liveness({ host }: { readonly host: Host }) {
  const pause = useCommand('host.pause');
  const settled = useWindow((state) => state.settings?.interval ?? null);
  const every = host.status?.transitionState === 'none' ? settled : 1;
  if (isStory(host)) return null;
  if (!host.live)
    return (
      <span className="quiet host-header__kind">
        {host.recording ? 'recording' : 'saved state'}
      </span>
    );
  const isLive = !host.paused && host.phase === 'ready';
  const Icon = host.paused ? Play : Pause;
  return (
    <>
      <span className="host-header__kind" data-tone={isLive ? 'settled' : 'unknown'}>
        <span className="live-dot" data-live={isLive} aria-hidden />
        <span>{livenessWord(host)}</span>
        {!isLive || every === null ? null : (
          <span className="host-header__every quiet">
            {(host.slowed === null ? [`every ${every} s`] : slownessWords(host.slowed)).map(
              (words) => (
                <span key={words}>{words}</span>
              ),
            )}
          </span>
        )}
      </span>
      <button type="button" className="button" title={pause.hint ?? undefined} onClick={pause.run}>
        <Icon size={14} aria-hidden />
        {host.paused ? 'Resume' : 'Pause'}
      </button>
    </>
  );
}

function livenessWord({ paused, phase, problem, reconnecting }: Host): string {
  if (phase === 'loading' || reconnecting) return 'connecting';
  if (paused) return 'paused';
  if (problem === null) return 'live';
  return mayComeBack(problem.code) ? 'out of reach' : 'not read';
}

function CommandButton({
  id,
  icon: Icon,
  text,
}: {
  readonly id: string;
  readonly icon: typeof RefreshCw;
  readonly text: string;
}) {
  const command = useCommand(id);
  return (
    <button
      type="button"
      className="button"
      disabled={command.disabled}
      title={command.hint === null ? command.title : `${command.title} (${command.hint})`}
      onClick={command.run}
    >
      <Icon size={14} aria-hidden />
      <span className="host-header__button-text">{text}</span>
    </button>
  );
}
