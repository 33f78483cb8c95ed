import { House, Keyboard, Search, X } from 'lucide-react';
import { memo, useRef, type KeyboardEvent } from 'react';
import type { Host } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';
import { runCommand } from '../commands/registry';
import { Keys } from '../components/Keys';
import { Logo } from '../components/Logo';
import { StatusMark } from '../components/StatusMark';
import { KindBadge } from '../recording/KindBadge';
import { closeHost, select } from '../state/actions';
import { summaryOf } from '../state/headline';
import { nameAmong } from '../state/names';
import { useWindow } from '../state/store';
import './Rail.css';

/** Places down that a key goes. */
const steps: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['j', 1],
  ['k', -1],
]);

/** Which hosts are open, and how each is: shape, word and colour. */
export function Rail() {
  const order = useWindow((state) => state.order);
  const hosts = useWindow((state) => state.hosts);
  const selected = useWindow((state) => state.selected);
  const list = useRef<HTMLUListElement>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps.get(event.key);
    if (step === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button.rail-host') ?? [])];
    const next = buttons[buttons.indexOf(document.activeElement ?? document.body) + step];
    if (next instanceof HTMLElement) next.focus();
  };

  return (
    <nav className="rail" aria-label="Hosts">
      <div className="rail__head">
        <Logo />
        <span className="rail__name">Klpscope</span>
      </div>
      <button
        type="button"
        className="rail__search"
        aria-label="Find a host, a file or a command"
        aria-keyshortcuts="Control+K"
        onClick={() => runCommand('app.palette')}
      >
        <Search size={14} aria-hidden />
        <span className="rail__search-text">Find or open …</span>
        <Keys shortcut="Mod+K" />
      </button>
      {order.length === 0 ? null : <h2 className="section-title rail__title">Open</h2>}
      <ul className="rail__hosts" ref={list} onKeyDown={onKeyDown}>
        {order.map((id) => {
          const host = hosts[id];
          return host === undefined ? null : (
            <HostEntry
              key={id}
              host={host}
              name={nameAmong(host, Object.values(hosts))}
              current={id === selected}
            />
          );
        })}
      </ul>
      <div className="rail__foot">
        <button
          type="button"
          className="rail-link"
          aria-current={selected === null ? 'page' : undefined}
          onClick={() => select(null)}
        >
          <House size={16} aria-hidden />
          <span>Start and samples</span>
        </button>
        <button type="button" className="rail-link" onClick={() => runCommand('app.shortcuts')}>
          <Keyboard size={16} aria-hidden />
          <span>Keyboard</span>
          <Keys shortcut="?" />
        </button>
      </div>
    </nav>
  );
}

/** Drawn again only when its own host changes: of twenty, one or two do so at a time. */
const HostEntry = memo(function HostEntry({
  host,
  name,
  current,
}: {
  readonly host: Host;
  readonly name: string;
  readonly current: boolean;
}) {
  const { tone, word, aside } = summaryOf(host);
  return (
    <li className="rail__item" data-current={current}>
      <button
        type="button"
        className="rail-host"
        aria-current={current ? 'page' : undefined}
        title={visible(host.target)}
        onClick={() => select(host.id)}
      >
        <StatusMark tone={tone} busy={host.phase === 'loading'} />
        <span className="rail-host__name truncate">{name}</span>
        {aside === null ? null : <span className="rail-host__aside">{aside}</span>}
        <span className="rail-host__word truncate">{word}</span>
        <KindBadge host={host} />
      </button>
      <button
        type="button"
        className="rail-host__close"
        aria-label={`Close ${name}`}
        onClick={() => closeHost(host.id)}
      >
        <X size={14} aria-hidden />
      </button>
    </li>
  );
});
