import { PureComponent, type ReactNode } from 'react';
import type { Column } from './column';

interface GridRowProps<Row> {
  readonly id: string;
  readonly row: Row;
  /** Place among all rows, from 0. */
  readonly index: number;
  readonly columns: readonly Column<Row>[];
  /** Tracks of the columns, as CSS grid takes them. */
  readonly tracks: string;
  readonly top: number;
  readonly height: number;
  readonly chosen: boolean;
  readonly onClick: (index: number) => void;
}

/**
 * A row that is drawn again only when something of it changes: scrolling draws only new ones.
 * (A class, since `memo` forgets what kind of row it is.)
 */
export class GridRow<Row> extends PureComponent<GridRowProps<Row>> {
  override render(): ReactNode {
    const { id, row, index, columns, tracks, top, height, chosen, onClick } = this.props;
    return (
      <div
        id={id}
        role="row"
        className="grid__row"
        aria-rowindex={index + 2}
        aria-selected={chosen}
        style={{ gridTemplateColumns: tracks, top, height }}
        onClick={() => onClick(index)}
      >
        {columns.map((column) => (
          <div key={column.id} role="gridcell" className="grid__cell">
            {column.cell(row)}
          </div>
        ))}
      </div>
    );
  }
}
