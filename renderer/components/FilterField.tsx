import { countText } from '../../shared/base/words';
import { Search, X } from 'lucide-react';
import { filterMark } from '../commands/focus';

/** The filter of a view: `Ctrl F` goes to it, Escape empties it. */
export function FilterField({
  label,
  value,
  onChange,
  shown,
  total,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly shown: number;
  readonly total: number;
}) {
  return (
    <div className="filter-field">
      <div className="filter-field__box">
        <Search size={14} aria-hidden />
        <input
          type="text"
          {...{ [filterMark]: '' }}
          value={value}
          placeholder={label}
          aria-label={label}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && value !== '') {
              event.stopPropagation();
              onChange('');
            }
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              focusRows(event.currentTarget);
            }
          }}
        />
        {value === '' ? null : (
          <button type="button" aria-label="Empty the filter" onClick={() => onChange('')}>
            <X size={14} aria-hidden />
          </button>
        )}
      </div>
      <span className="quiet small" role="status">
        {value === '' ? '' : `${countText(shown)} of ${countText(total)}`}
      </span>
    </div>
  );
}

/** From the filter, arrow down goes on into the rows below it. */
function focusRows(field: HTMLElement): void {
  const grid = field.closest('.view')?.querySelector('[role="grid"]');
  if (grid instanceof HTMLElement) grid.focus();
}
