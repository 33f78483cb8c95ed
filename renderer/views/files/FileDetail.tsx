import { useEffect, useState } from 'react';
import type { RawFile } from '../../../shared/api/contract';
import { CommandText } from '../../components/CommandText';
import { CopyButton } from '../../components/CopyButton';
import { PathText } from '../../components/PathText';
import { attempt } from '../../state/actions';
import { ask } from '../../state/bridge';
import { readCommand } from '../../../shared/report/commands';
import { missingSentence, notReadSentence, readable, sizeText } from './files';

/** Files that only root may read (Documentation/filesystems/proc.rst and fs/proc/base.c). */
const rootOnly =
  /\/(?:patch_state|stack|kallsyms|kcore|sections\/.*)$|^\/sys\/kernel\/(?:debug|tracing)\//;

/** One raw file: where it is, what it says, and the command that reads it. */
export function FileDetail({
  id,
  file,
  sampledAt,
}: {
  readonly id: string;
  readonly file: RawFile;
  readonly sampledAt: string | null;
}) {
  const text = useText(id, file, sampledAt);
  const command = readCommand(file.path, rootOnly.test(file.path));
  return (
    <div className="detail">
      <header className="text-selectable">
        <h2 className="detail__name file-name">
          <code>
            <PathText text={file.path} />
          </code>
          <CopyButton quiet what="path" text={file.path} />
        </h2>
        <p className="quiet">
          {file.missing === null
            ? `${sizeText(file.size)}${file.truncated ? ', cut at the reader’s limit' : ''}`
            : file.missing === 'not read'
              ? notReadSentence(file.path)
              : missingSentence(file.missing)}
        </p>
      </header>
      {text === null ? null : (
        <section aria-label="Content">
          <h3 className="section-title">
            Content
            <CopyButton quiet what="content" text={text} />
          </h3>
          {text === '' ? (
            <p className="quiet">The file is empty.</p>
          ) : (
            <pre className="panel file-text" tabIndex={0} aria-label={`Content of ${file.path}`}>
              {readable(text)}
            </pre>
          )}
        </section>
      )}
      {command === null ? null : (
        <section aria-label="Read it yourself">
          <h3 className="section-title">Read it yourself</h3>
          <CommandText command={command} what="command that reads it" />
        </section>
      )}
    </div>
  );
}

/** The text of a file in the reading of `sampledAt`; null while it loads or where it has none. */
function useText(id: string, file: RawFile, sampledAt: string | null): string | null {
  const [answer, setAnswer] = useState<Answered | null>(null);
  const { path, missing } = file;
  useEffect(() => {
    let wanted = true;
    const load = async () => {
      const text = missing === null ? await ask('host:file', { id, path }) : null;
      if (wanted) setAnswer({ sampledAt, text });
    };
    attempt(load());
    return () => {
      wanted = false;
    };
  }, [id, path, missing, sampledAt]);
  return answer?.text ?? null;
}

interface Answered {
  readonly sampledAt: string | null;
  readonly text: string | null;
}
