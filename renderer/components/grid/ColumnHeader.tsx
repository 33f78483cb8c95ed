import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Sorting } from '../../state/views';
import type { Column } from './column';

/** Title of a column; a button where it can be sorted. */
export function ColumnHeader<Row>({
  column,
  sorting,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sorting: Sorting | null;
  readonly onSort: ((sorting: Sorting | null) => void) | undefined;
}) {
  const mine = sorting?.column === column.id ? sorting : null;
  if (column.compare === undefined || onSort === undefined) {
    return (
      <div role="columnheader" className="grid__title">
        {column.title}
      </div>
    );
  }
  const Arrow = mine?.descending === true ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      className="grid__title"
      aria-sort={mine === null ? 'none' : mine.descending ? 'descending' : 'ascending'}
    >
      <button type="button" onClick={() => onSort(nextSorting(column.id, mine))}>
        {column.title}
        {mine === null ? null : <Arrow size={12} aria-hidden />}
      </button>
    </div>
  );
}

/** Ascending, descending, then the given order again. */
function nextSorting(column: string, sorting: Sorting | null): Sorting | null {
  if (sorting === null) return { column, descending: false };
  return sorting.descending ? null : { column, descending: true };
}
