/**
 * A table of any length, by mouse and keys: only rows on the screen exist as elements.
 *
 * It follows the ARIA grid pattern with row selection. The grid holds the focus and names the chosen
 * row by `aria-activedescendant`, so that the focus survives rows that scroll away. (React Aria's
 * Table builds a node for every row on each change, which is far beyond 50 ms at 20,000 rows.)
 */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { copy } from '../../state/actions';
import type { Sorting } from '../../state/views';
import { rowText, type Column } from './column';
import { moveOf } from './keys';
import { offsetsOf, rowAt, scrollToShow, shownRows } from './window';

const headerHeight = 32;

export interface GridProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Height in CSS pixels; has to depend on the row alone. */
  readonly heightOf: (row: Row) => number;
  readonly chosen: string | null;
  readonly onChoose: (key: string) => void;
  /** Enter or a click: shows the detail where it is not beside the grid. */
  readonly onOpen?: () => void;
  readonly sorting?: Sorting | null;
  readonly onSort?: (sorting: Sorting | null) => void;
}

export function Grid<Row>(props: GridProps<Row>) {
  const { rows, keyOf, heightOf, chosen } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, width: 900 });
  const offsets = useMemo(() => offsetsOf(rows, heightOf), [rows, heightOf]);
  const columns = props.columns.filter((column) => (column.from ?? 0) <= view.width);
  const { first, end } = shownRows(offsets, view.top, view.height);
  const chosenIndex = useMemo(
    () => (chosen === null ? -1 : rows.findIndex((row) => keyOf(row) === chosen)),
    [rows, keyOf, chosen],
  );

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () =>
      setView({
        top: element.scrollTop,
        height: Math.max(0, element.clientHeight - headerHeight),
        width: element.clientWidth,
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Once for each choice, wherever it was made: a refresh that moves rows does not scroll.
  const seen = useRef<string | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || chosenIndex < 0 || seen.current === chosen) return;
    seen.current = chosen;
    const height = element.clientHeight - headerHeight;
    element.scrollTop = scrollToShow(offsets, chosenIndex, element.scrollTop, height);
  }, [chosen, chosenIndex, offsets]);

  const choose = (index: number) => {
    const row = rows[index];
    if (row !== undefined) props.onChoose(keyOf(row));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      props.onOpen?.();
      return;
    }
    if (isPlainCopy(event)) {
      const row = rows[chosenIndex];
      if (row === undefined) return;
      event.preventDefault();
      void copy(rowText(props.columns, row), 'Row');
      return;
    }
    const page =
      rowAt(offsets, (offsets[Math.max(0, chosenIndex)] ?? 0) + view.height) - chosenIndex;
    const to = moveOf(event, chosenIndex, rows.length, Math.max(1, page));
    if (to === null) return;
    event.preventDefault();
    choose(to);
  };

  const template = { gridTemplateColumns: columns.map((column) => column.track).join(' ') };
  const active = chosenIndex >= first && chosenIndex < end ? `${id}-${chosenIndex}` : undefined;
  return (
    <div
      ref={box}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        setView((before) => ({ ...before, top: scrollTop }));
      }}
    >
      <div className="grid__header" role="row" aria-rowindex={1} style={template}>
        {columns.map((column) => (
          <ColumnHeader
            key={column.id}
            column={column}
            sorting={props.sorting ?? null}
            onSort={props.onSort}
          />
        ))}
      </div>
      <div role="rowgroup" className="grid__body" style={{ height: offsets.at(-1) ?? 0 }}>
        {rows.slice(first, end).map((row, place) => {
          const index = first + place;
          const key = keyOf(row);
          return (
            <div
              key={key}
              id={`${id}-${index}`}
              role="row"
              className="grid__row"
              aria-rowindex={index + 2}
              aria-selected={key === chosen}
              style={{
                ...template,
                top: offsets[index],
                height: (offsets[index + 1] ?? 0) - (offsets[index] ?? 0),
              }}
              onClick={() => {
                props.onChoose(key);
                props.onOpen?.();
              }}
            >
              {columns.map((column) => (
                <div key={column.id} role="gridcell" className="grid__cell">
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function isPlainCopy(event: KeyboardEvent): boolean {
  return (
    (event.ctrlKey || event.metaKey) &&
    !event.shiftKey &&
    event.key.toLowerCase() === 'c' &&
    (document.getSelection()?.isCollapsed ?? true)
  );
}

function ColumnHeader<Row>({
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
