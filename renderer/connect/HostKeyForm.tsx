import { useEffect, useRef } from 'react';
import type { Question } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';
import { CommandText } from '../components/CommandText';
import { CopyButton } from '../components/CopyButton';
import { fingerprintCommand, verdictSentence } from './wording';

/** A host key that nothing is known of. The safe answer has the focus. */
export function HostKeyForm({
  question,
  answer,
}: {
  readonly question: Extract<Question, { kind: 'host-key' }>;
  readonly answer: (answers: string[] | null) => void;
}) {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  const { host, port, keyType, fingerprint, files } = question;
  const [firstFile] = files;
  const command = fingerprintCommand(keyType);
  return (
    <>
      <p>{verdictSentence(question)}</p>
      <dl className="question__facts panel">
        <dt>Fingerprint</dt>
        <dd className="question__fingerprint">
          <code>{visible(fingerprint)}</code>
          <CopyButton text={fingerprint} what="fingerprint" />
        </dd>
        <dt>Key type</dt>
        <dd>
          <code>{visible(keyType)}</code>
        </dd>
        <dt>Host and port</dt>
        <dd className="text-selectable">
          {visible(host)}, port {port}
        </dd>
        <dt>Looked in</dt>
        <dd>
          {files.length === 0
            ? 'no file'
            : files.map((file) => (
                <code key={file} className="question__file">
                  {visible(file)}
                </code>
              ))}
        </dd>
      </dl>
      <p>
        <strong>Compare the fingerprint with the host’s own first:</strong> whoever accepts blindly
        may hand passwords and answers to somebody in between.
      </p>
      {command === null ? null : (
        <div>
          <p className="quiet small">On the host itself, or asked of whoever runs it:</p>
          <CommandText command={command} />
        </div>
      )}
      <div className="question__actions">
        <button ref={cancel} type="button" className="button" onClick={() => answer(null)}>
          Cancel
        </button>
        <button
          type="button"
          className="button"
          disabled={firstFile === undefined}
          title={firstFile === undefined ? undefined : `Appends it to ${visible(firstFile)}`}
          onClick={() => answer(['accept-and-save'])}
        >
          Accept and save in known_hosts
        </button>
        <button type="button" className="button" onClick={() => answer(['accept'])}>
          Accept for Klpscope
        </button>
      </div>
    </>
  );
}
