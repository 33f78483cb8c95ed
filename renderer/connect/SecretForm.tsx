import { useEffect, useRef, type FormEvent } from 'react';
import { promptLimits } from '../../shared/api/prompts';
import type { Question, Remembering } from '../../shared/api/contract';
import { visible } from '../../shared/base/text';
import { numbered } from '../components/numbered';
import { RememberChoice } from './RememberChoice';
import { explanationOf, fieldsOf } from './wording';

/**
 * Passwords, passphrases, and whatever a server asks. What is typed lives in the fields alone: no
 * state holds it, and the fields are emptied when the dialog goes.
 */
export function SecretForm({
  question,
  remembering,
  answer,
}: {
  readonly question: Exclude<Question, { kind: 'host-key' | 'transport' }>;
  /** Null: the answer is never remembered. */
  readonly remembering: Remembering | null;
  readonly answer: (answers: string[] | null) => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const fields = inputsOf(form.current);
    fields[0]?.focus();
    return () => {
      for (const field of fields) field.value = '';
    };
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const answers = inputsOf(form.current).map(({ value }) => value);
    const isKept = form.current?.querySelector<HTMLInputElement>('[name=remember]')?.checked;
    answer(isKept === true ? [...answers, 'remember'] : answers);
  };

  const again = 'again' in question && question.again;
  return (
    <form ref={form} className="question__form" autoComplete="off" onSubmit={submit}>
      {again ? (
        <p className="question__again" role="alert">
          <strong>That was not right.</strong> Please try again.
        </p>
      ) : null}
      {numbered(explanationOf(question)).map(({ item: text, place }) => (
        <p key={place} className="quiet question__words text-selectable">
          {text}
        </p>
      ))}
      {numbered(fieldsOf(question)).map(({ item: { label, echo }, place }) => (
        <label key={place} className="question__field">
          <span>{visible(label)}</span>
          <input
            type={echo ? 'text' : 'password'}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={promptLimits.answer}
          />
        </label>
      ))}
      {remembering === null ? null : <RememberChoice remembering={remembering} />}
      <div className="question__actions">
        <button type="button" className="button" onClick={() => answer(null)}>
          Cancel
        </button>
        <button type="submit" className="button button--main">
          {question.kind === 'sudo-password' ? 'Use sudo' : 'Continue'}
        </button>
      </div>
    </form>
  );
}

function inputsOf(form: HTMLFormElement | null): HTMLInputElement[] {
  return [...(form?.querySelectorAll<HTMLInputElement>('.question__field input') ?? [])];
}
