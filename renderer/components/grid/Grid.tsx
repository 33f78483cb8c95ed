/**
 * A table of any length, by mouse and keys: only rows on the screen exist as elements.
 *
 * It follows the ARIA grid pattern with row selection. The grid holds the focus and names the chosen
 * row by `aria-activedescendant`, so that the focus survives rows that scroll away. (React Aria's
 * Table builds a node for every row on each change, which is far beyond 50 ms at 20,000 rows.)
 */
import { useCallback, useId, useLayoutEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { copy } from '../../state/actions';
import type { Sorting } from '../../state/views';
import { rowText, type Column } from './column';
import { ColumnHeader } from './ColumnHeader';
import { GridRow } from './GridRow';
import { moveOf } from './keys';
import { useViewport } from './useViewport';
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
  const { boxRef, viewport, onScroll } = useViewport();
  const height = Math.max(0, viewport.height - headerHeight);
  const offsets = useMemo(() => offsetsOf(rows, heightOf), [rows, heightOf]);
  const columns = useMemo(
    () => props.columns.filter((column) => (column.from ?? 0) <= viewport.width),
    [props.columns, viewport.width],
  );
  const { first, end } = shownRows(offsets, viewport.top, height);
  const chosenIndex = useMemo(
    () => (chosen === null ? -1 : rows.findIndex((row) => keyOf(row) === chosen)),
    [rows, keyOf, chosen],
  );

  // Once for each choice, wherever it was made: a refresh that moves rows does not scroll.
  const seen = useRef<string | null>(null);
  useLayoutEffect(() => {
    const element = boxRef.current;
    if (element === null || chosenIndex < 0 || seen.current === chosen) return;
    seen.current = chosen;
    const room = element.clientHeight - headerHeight;
    element.scrollTop = scrollToShow(offsets, chosenIndex, element.scrollTop, room);
  }, [boxRef, chosen, chosenIndex, offsets]);

  const choose = (index: number) => {
    const row = rows[index];
    if (row !== undefined) props.onChoose(keyOf(row));
  };
  const click = useLatest((index: number) => {
    choose(index);
    props.onOpen?.();
  });

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
    const page = rowAt(offsets, (offsets[Math.max(0, chosenIndex)] ?? 0) + height) - chosenIndex;
    const to = moveOf(event, chosenIndex, rows.length, Math.max(1, page));
    if (to === null) return;
    event.preventDefault();
    choose(to);
  };

  const tracks = columns.map((column) => column.track).join(' ');
  const active = chosenIndex >= first && chosenIndex < end ? `${id}-${chosenIndex}` : undefined;
  return (
    <div
      ref={boxRef}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
    >
      <div
        className="grid__header"
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: tracks }}
      >
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
            <GridRow
              key={key}
              id={`${id}-${index}`}
              row={row}
              index={index}
              columns={columns}
              tracks={tracks}
              top={offsets[index] ?? 0}
              height={(offsets[index + 1] ?? 0) - (offsets[index] ?? 0)}
              chosen={key === chosen}
              onClick={click}
            />
          );
        })}
      </div>
    </div>
  );
}

/** A function that stays the same and does what the newest one given does. */
function useLatest(act: (index: number) => void): (index: number) => void {
  const latest = useRef(act);
  useLayoutEffect(() => {
    latest.current = act;
  });
  return useCallback((index: number) => latest.current(index), []);
}

function isPlainCopy(event: KeyboardEvent): boolean {
  return (
    (event.ctrlKey || event.metaKey) &&
    !event.shiftKey &&
    event.key.toLowerCase() === 'c' &&
    (document.getSelection()?.isCollapsed ?? true)
  );
}
