import { useEffect, useState } from 'react';
import type { RawFile } from '../../../shared/api/contract';
import { visible } from '../../../shared/readings/text';
import { CommandText } from '../../components/CommandText';
import { CopyButton } from '../../components/CopyButton';
import { ask } from '../../state/bridge';
import { readCommand } from '../shared/shell';
import { missingSentence, readable, sizeText } from './files';

/** Files that only root may read (Documentation/filesystems/proc.rst and fs/proc/base.c). */
const rootOnly = /\/(?:patch_state|stack|kallsyms|kcore|sections\/.*)$|^\/sys\/kernel\/(?:debug|tracing)\//;

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
          <code>{visible(file.path)}</code>
          <CopyButton quiet what="path" text={file.path} />
        </h2>
        <p className="quiet">
          {file.missing === null
            ? `${sizeText(file.size)}${file.truncated ? ', cut at the reader’s limit' : ''}`
            : file.missing === 'not read'
              ? 'not among the files of this reading'
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

function useText(id: string, file: RawFile, sampledAt: string | null): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (file.missing !== null) return undefined;
    let wanted = true;
    void ask('host:file', { id, path: file.path }).then((answer) => {
      if (wanted) setText(answer);
    });
    return () => {
      wanted = false;
    };
  }, [id, file.path, file.missing, sampledAt]);
  return text;
}
