import { ArrowRight, FileArchive, Folder, Monitor } from 'lucide-react';
import { visible } from '../../../shared/base/text';
import { Logo } from '../../components/Logo';
import { Keys } from '../../components/Keys';
import { runCommand } from '../../commands/registry';
import { DemoGallery } from '../../demo/DemoGallery';
import { openTargets } from '../../state/actions';
import { ConnectPanel } from '../../connect/ConnectPanel';
import { useWindow } from '../../state/store';
import './StartView.css';

const ways = [
  {
    command: 'open.local',
    icon: Monitor,
    title: 'This machine',
    text: 'Its livepatches now, read again every few seconds.',
    shortcut: 'Mod+L',
  },
  {
    command: 'open.file',
    icon: FileArchive,
    title: 'A capture file',
    text: 'A capture, sosreport or supportconfig in an archive, or a recording, whatever its name.',
    shortcut: 'Mod+O',
  },
  {
    command: 'open.folder',
    icon: Folder,
    title: 'A capture folder',
    text: 'The same, unpacked: a folder laid out like the root of a host.',
    shortcut: 'Mod+Shift+O',
  },
] as const;

/** What the window shows before a host is chosen. */
export function StartView() {
  const samples = useWindow((state) => state.info?.samples ?? []);
  return (
    <div className="start" tabIndex={-1}>
      <header className="start__head">
        <Logo size={32} />
        <div>
          <h1>What is patched, and what is stuck?</h1>
          <p className="quiet">
            Klpscope shows the kernel livepatch state of a Linux system. It reads; it never writes.
          </p>
        </div>
      </header>

      <section aria-labelledby="start-open">
        <h2 id="start-open" className="section-title">
          Open
        </h2>
        <div className="start__ways">
          {ways.map(({ command, icon: Icon, title, text, shortcut }) => (
            <button
              key={command}
              type="button"
              className="start-card panel"
              onClick={() => runCommand(command)}
            >
              <span className="start-card__title">
                <Icon size={16} aria-hidden />
                <strong>{title}</strong>
                <Keys shortcut={shortcut} />
              </span>
              <span className="quiet">{text}</span>
            </button>
          ))}
        </div>
        <p className="start__hint quiet small">
          Or drop a capture anywhere on this window. <Keys shortcut="Mod+K" /> opens a target by
          name.
        </p>
      </section>

      <ConnectPanel />

      <DemoGallery />

      {samples.length === 0 ? null : (
        <section aria-labelledby="start-samples">
          <h2 id="start-samples" className="section-title">
            Sample states, captured from a real kernel
          </h2>
          <ul className="start__samples">
            {samples.map((sample) => (
              <li key={sample.id}>
                <button
                  type="button"
                  className="start-sample"
                  onClick={() => openTargets([sample.target])}
                >
                  <span>
                    <strong>{visible(sample.title)}</strong>
                    <span className="quiet">{visible(sample.summary)}</span>
                  </span>
                  <ArrowRight size={14} aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}

      <div className="start__promise">
        <section aria-labelledby="start-reads">
          <h2 id="start-reads" className="section-title">
            What it reads
          </h2>
          <ul>
            <li>
              <code>/sys/kernel/livepatch</code> and <code>/sys/module</code>
            </li>
            <li>
              <code>patch_state</code>, name and kernel stack of threads, while a transition runs
            </li>
            <li>the kernel log, where it may be read</li>
          </ul>
        </section>
        <section aria-labelledby="start-never">
          <h2 id="start-never" className="section-title">
            What it never does
          </h2>
          <ul>
            <li>write to a host: no file, no setting, no signal</li>
            <li>run a command that changes something; it shows them as text to copy</li>
            <li>speak to a network that you did not name</li>
          </ul>
        </section>
      </div>
    </div>
  );
}
