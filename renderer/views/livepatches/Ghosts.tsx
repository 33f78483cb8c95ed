import { ghostsTitle, ghostWords } from '../../../shared/report/ghosts';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { visible } from '../../../shared/base/text';
import { CopyButton } from '../../components/CopyButton';
import { StatusMark } from '../../components/StatusMark';
import { remedyCommand } from '../../../shared/report/commands';

/** Livepatch modules that are loaded and no longer in sysfs. */
export function Ghosts({ status }: { readonly status: StatusDocument }) {
  if (status.ghosts.length === 0) return null;
  return (
    <section className="ghosts panel" aria-label="Modules without a livepatch">
      <header className="patch__head">
        <StatusMark tone="unknown" />
        <h2>{ghostsTitle}</h2>
      </header>
      {status.ghosts.map((ghost) => {
        const { word, text, mayGo } = ghostWords(ghost, status);
        const command = mayGo ? remedyCommand('remove-module', ghost.module, status) : null;
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
