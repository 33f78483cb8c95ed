/** What a key means in a list of rows. */

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * Row that a key leads to, null where the key means nothing here.
 *
 * @param at the chosen row, -1 for none
 * @param page rows that fit on the screen
 */
export function moveOf(stroke: Key, at: number, rows: number, page: number): number | null {
  if (rows === 0 || stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
  const last = rows - 1;
  switch (stroke.key) {
    case 'ArrowDown':
    case 'j':
      return Math.min(last, at + 1);
    case 'ArrowUp':
    case 'k':
      return Math.max(0, at - 1);
    case 'PageDown':
      return Math.min(last, Math.max(0, at) + page);
    case 'PageUp':
      return Math.max(0, at - page);
    case 'Home':
    case 'g':
      return 0;
    case 'End':
    case 'G':
      return last;
    default:
      return null;
  }
}
