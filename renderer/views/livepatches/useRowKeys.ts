import type { KeyboardEvent } from 'react';
import { moveOf } from '../../components/grid/keys';

/** Marks a button as a row that arrow keys move between. */
export const rowMark = 'data-row';

/** Arrow keys, j and k, Home and End move the focus between the rows of a view. */
export function useRowKeys() {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (!(event.target instanceof HTMLElement) || !event.target.hasAttribute(rowMark)) return;
    const rows = [...event.currentTarget.querySelectorAll(`[${rowMark}]`)];
    const to = moveOf(event, rows.indexOf(event.target), rows.length, 10);
    const next = to === null ? null : rows[to];
    if (!(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  };
}
