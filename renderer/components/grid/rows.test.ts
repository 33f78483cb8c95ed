import { expect, test } from 'vitest';
import { rowText, sortRows, type Column } from './column';
import { moveOf } from './keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false };

test.each([
  ['ArrowDown', 4, 5],
  ['j', -1, 0],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 4, 3],
  ['k', 0, 0],
  ['ArrowUp', -1, 0],
  ['PageDown', 2, 5],
  ['PageDown', -1, 3],
  ['PageDown', 8, 9],
  ['PageUp', 5, 2],
  ['PageUp', 1, 0],
  ['Home', 5, 0],
  ['g', 5, 0],
  ['End', 5, 9],
  ['G', 5, 9],
  ['x', 5, null],
])('%s from row %i of ten leads to %s', (key, at, to) => {
  expect(moveOf({ ...plain, key }, at, 10, 3)).toBe(to);
});

test('with another key held, or without rows, a key means nothing here', () => {
  for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
    expect(moveOf({ ...plain, key: 'j', [held]: true }, 0, 10, 3)).toBeNull();
  }
  expect(moveOf({ ...plain, key: 'j' }, 0, 0, 3)).toBeNull();
});

interface Row {
  readonly name: string;
  readonly size: number;
}
const columns: readonly Column<Row>[] = [
  { id: 'name', title: 'Name', track: '1fr', cell: () => null, text: ({ name }) => name },
  {
    id: 'size',
    title: 'Size',
    track: '1fr',
    compare: (a, b) => a.size - b.size,
    cell: () => null,
    text: ({ size }) => String(size),
  },
];
const rows = [
  { name: 'b', size: 2 },
  { name: 'a', size: 3 },
  { name: 'c', size: 1 },
];
const names = (sorting: Parameters<typeof sortRows>[2]) =>
  sortRows(rows, columns, sorting).map(({ name }) => name);

test('rows are ordered up and down; without an order of its own a column leaves them', () => {
  expect(names({ column: 'size', descending: false })).toEqual(['c', 'b', 'a']);
  expect(names({ column: 'size', descending: true })).toEqual(['a', 'b', 'c']);
  expect(names({ column: 'name', descending: true })).toEqual(['b', 'a', 'c']);
  expect(names(null)).toEqual(['b', 'a', 'c']);
  expect(rows.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
});

test('a row as text has one line, whatever a host named', () => {
  expect(rowText(columns, { name: 'a\tb\r\nc', size: 7 })).toBe('a b c\t7');
});
