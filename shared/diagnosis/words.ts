/** Small pieces of English that several messages need. */

/** `1 thread`, `3 threads`, `12,000 threads`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`; beyond `limit` names the rest is counted. */
export function listed(names: readonly string[], limit = 6): string {
  const shown =
    names.length > limit
      ? [...names.slice(0, limit - 1), `${names.length - limit + 1} more`]
      : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}
