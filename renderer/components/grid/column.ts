import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** A track of CSS grid: `72px`, `minmax(90px, 1fr)`. */
  readonly track: string;
  /** Left out where the grid is narrower than this, in CSS pixels. */
  readonly from?: number;
  /** Orders two rows; without it the column can't be sorted. */
  readonly compare?: (a: Row, b: Row) => number;
  readonly cell: (row: Row) => ReactNode;
  /** The cell as plain text, for the clipboard. */
  readonly text: (row: Row) => string;
}

/** A row as tab-separated text, one field per column, as spreadsheets and tickets take it. */
export function rowText<Row>(columns: readonly Column<Row>[], row: Row): string {
  return columns.map((column) => column.text(row).replaceAll(/[\t\n\r]+/g, ' ')).join('\t');
}

/** A copy of the rows in the order of a column; the given order where it has none. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: { readonly column: string; readonly descending: boolean } | null,
): readonly Row[] {
  const compare = columns.find((column) => column.id === sorting?.column)?.compare;
  if (sorting === null || compare === undefined) return rows;
  const sign = sorting.descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(a, b));
}
