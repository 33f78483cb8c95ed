import { useEffect, useRef, useState } from 'react';
import { isInTheWay, needsInWords, type TransportKind } from '../../shared/api/openSsh';
import type { Question } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';

/** The configuration of a host has what the built-in SSH can't do: which SSH is it to be? */
export function TransportForm({
  question,
  answer,
}: {
  readonly question: Extract<Question, { kind: 'transport' }>;
  readonly answer: (answers: string[] | null) => void;
}) {
  const advised = useRef<HTMLButtonElement>(null);
  const [isKept, setIsKept] = useState(true);
  useEffect(() => advised.current?.focus(), []);
  const choose = (kind: TransportKind) => answer(isKept ? [kind, 'remember'] : [kind]);
  const inTheWay = question.needs.filter(isInTheWay);
  const isImpossible = inTheWay.length > 0;
  return (
    <>
      <p>
        The SSH configuration of {visible(question.host)} uses {needsInWords(question.needs)}, which
        the built-in SSH can’t do. The system’s OpenSSH can; host keys are verified and questions
        are asked here all the same.
      </p>
      <label className="question__choice">
        <input
          type="checkbox"
          checked={isKept}
          onChange={(event) => setIsKept(event.target.checked)}
        />
        Remember for {visible(question.key)}
      </label>
      <p className="quiet small">
        It can be changed at any time by the commands “SSH of this host” in the palette.
      </p>
      <div className="question__actions">
        <button type="button" className="button" onClick={() => answer(null)}>
          Cancel
        </button>
        <button
          type="button"
          className="button"
          disabled={isImpossible}
          title={
            isImpossible ? `The built-in SSH can’t follow ${needsInWords(inTheWay)}` : undefined
          }
          onClick={() => choose('ssh2')}
        >
          Use the built-in SSH
        </button>
        <button
          ref={advised}
          type="button"
          className="button button--main"
          onClick={() => choose('openssh')}
        >
          Use the system’s OpenSSH
        </button>
      </div>
    </>
  );
}
