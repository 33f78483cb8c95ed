/**
 * Items in whose text every word of a filter occurs, without regard to case; all, in the same array,
 * where the filter has no word.
 */
export function filterByWords<T>(
  items: readonly T[],
  filter: string,
  textOf: (item: T) => string,
): readonly T[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return items;
  return items.filter((item) => {
    const text = textOf(item).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
