import type { Ghost, StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/base/text';
import { CopyButton } from '../../components/CopyButton';
import { StatusMark } from '../../components/StatusMark';
import { remedyCommand } from '../../../shared/report/commands';

const kinds: Readonly<Record<Ghost['kind'], { readonly word: string; readonly text: string }>> = {
  leftover: { word: 'leftover', text: 'replaced or disabled; nothing uses it, it can be removed' },
  pinned: { word: 'pinned', text: 'still in use: it was forced, or threads are just leaving it' },
  unknown: { word: 'not known', text: 'whether something uses it could not be read' },
};

/** Livepatch modules that are loaded and no longer in sysfs. */
export function Ghosts({ status }: { readonly status: StatusDocument }) {
  if (status.ghosts.length === 0) return null;
  return (
    <section className="ghosts panel" aria-label="Modules without a livepatch">
      <header className="patch__head">
        <StatusMark tone="unknown" />
        <h2>Loaded, but no longer livepatches</h2>
      </header>
      {status.ghosts.map((ghost) => {
        const { word, text } = kinds[ghost.kind];
        const command =
          ghost.kind === 'leftover' ? remedyCommand('remove-module', ghost.module, status) : null;
        return (
          <div key={ghost.module} className="ghost">
            <code className="truncate">{visible(ghost.module)}</code>
            <span className="pill" data-tone={ghost.kind === 'pinned' ? 'stuck' : 'unknown'}>
              {word}
            </span>
            <span className="quiet ghost__text">
              {text}
              {ghost.refcount === null ? '' : `; reference count ${ghost.refcount}`}
            </span>
            {command === null ? null : <CopyButton text={command} what={`“${command}”`} />}
          </div>
        );
      })}
    </section>
  );
}
