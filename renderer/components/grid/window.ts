/** Which rows of a long list are on the screen: pure arithmetic over row heights. */

/** Top edge of each row, and of what would follow the last: `offsets.length` is rows + 1. */
export function offsetsOf<Row>(rows: readonly Row[], heightOf: (row: Row) => number): Float64Array {
  const offsets = new Float64Array(rows.length + 1);
  let top = 0;
  for (const [index, row] of rows.entries()) {
    offsets[index] = top;
    top += heightOf(row);
  }
  offsets[rows.length] = top;
  return offsets;
}

/** Index of the row that contains `position`, held to the rows that there are. */
export function rowAt(offsets: Float64Array, position: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Rows kept beyond both edges, so that a fast scroll meets no gap. */
const spare = 8;

/** First row to draw, and the one after the last. */
export function shownRows(
  offsets: Float64Array,
  scrollTop: number,
  height: number,
): { readonly first: number; readonly end: number } {
  const rows = offsets.length - 1;
  if (rows === 0) return { first: 0, end: 0 };
  return {
    first: Math.max(0, rowAt(offsets, scrollTop) - spare),
    end: Math.min(rows, rowAt(offsets, scrollTop + height) + 1 + spare),
  };
}

/** Where to scroll so that a row is wholly seen; the present position if it already is. */
export function scrollToShow(
  offsets: Float64Array,
  index: number,
  scrollTop: number,
  height: number,
): number {
  const top = offsets[index] ?? 0;
  const bottom = offsets[index + 1] ?? top;
  if (top < scrollTop) return top;
  if (bottom > scrollTop + height) return bottom - height;
  return scrollTop;
}
