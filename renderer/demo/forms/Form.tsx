import type { ReactNode } from 'react';

/** A form of the take-over dialog, folded away until it is wanted. */
export function Form({
  title,
  action,
  onSubmit,
  children,
}: {
  readonly title: string;
  /** What its button does, as in "Load". */
  readonly action: string;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}) {
  return (
    <details className="take-over__form">
      <summary>{title}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <button type="submit" className="button">
          {action}
        </button>
      </form>
    </details>
  );
}

/** A line to write into. */
export function TextField({
  label,
  value,
  onChange,
  pattern,
  required = true,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly pattern?: string;
  readonly required?: boolean;
}) {
  return (
    <label className="field">
      <span className="quiet small">{label}</span>
      <input
        required={required}
        value={value}
        maxLength={55}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        {...(pattern === undefined ? {} : { pattern })}
      />
    </label>
  );
}
