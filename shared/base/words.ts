/** Small pieces of English: counts, shares and lists. Unknown is said as a word, never as a zero. */

const grouped = new Intl.NumberFormat('en');

/** `12,000`. */
export function countText(count: number | null): string {
  return count === null ? 'unknown' : grouped.format(count);
}

/** `1 thread`, `12,000 threads`, `an unknown number of threads`. */
export function countOf(count: number | null, one: string, many = `${one}s`): string {
  if (count === null) return `an unknown number of ${many}`;
  return `${grouped.format(count)} ${count === 1 ? one : many}`;
}

/**
 * Share of `done` in `total`, rounded down so that 100 % means all of them; two digits above 99.
 * Null where either is unknown or there is nothing to divide.
 */
export function percentText(done: number | null, total: number | null): string | null {
  if (done === null || total === null || total === 0) return null;
  if (done === total) return '100 %';
  const digits = done * 100 > total * 99 ? 2 : 1;
  const scale = 10 ** digits;
  return `${(Math.floor((done * 100 * scale) / total) / scale).toFixed(digits)} %`;
}

/**
 * `a`, `a and b`, `a, b and c`; beyond `limit` names the rest is counted.
 *
 * @param link what stands before the last
 */
export function listed(names: readonly string[], limit = 6, link = ' and '): string {
  const shown =
    names.length > limit
      ? [...names.slice(0, limit - 1), `${names.length - limit + 1} more`]
      : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')}${link}${last}`;
}
