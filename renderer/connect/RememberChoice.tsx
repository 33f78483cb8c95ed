import { useId } from 'react';
import type { Remembering } from '../../shared/api/contract';

const explanations: Readonly<Record<Remembering, string>> = {
  offered:
    'Kept encrypted by this system’s keyring, for this host alone, until it proves wrong or is forgotten by the command “Forget remembered secrets”. Otherwise it is kept nowhere.',
  'plain-text':
    'Not possible here: no keyring is running, and a file would be readable for anybody who gets at it. It is kept nowhere.',
  unavailable: 'Not possible here: no keyring of this system can encrypt it. It is kept nowhere.',
};

/** Whether the secret is to be remembered, or why it can't be. */
export function RememberChoice({ remembering }: { readonly remembering: Remembering }) {
  const reason = useId();
  return (
    <div className="question__remember">
      <label className="question__choice">
        <input
          type="checkbox"
          name="remember"
          disabled={remembering !== 'offered'}
          aria-describedby={reason}
        />
        Remember it
      </label>
      <p id={reason} className="quiet small">
        {explanations[remembering]}
      </p>
    </div>
  );
}
