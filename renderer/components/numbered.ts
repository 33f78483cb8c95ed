/** Items with their place: in a list that is only ever replaced as a whole, that is who they are. */
export function numbered<T>(
  items: readonly T[],
): readonly { readonly item: T; readonly place: number }[] {
  return items.map((item, place) => ({ item, place }));
}
