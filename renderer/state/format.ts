/** How figures and moments are written. Unknown is said as a word, never as a zero. */

const grouped = new Intl.NumberFormat('en');

export function countText(count: number | null): string {
  return count === null ? 'unknown' : grouped.format(count);
}

/** `1 thread`, `812 threads`, `an unknown number of threads`. */
export function plural(count: number | null, one: string, many = `${one}s`): string {
  if (count === null) return `an unknown number of ${many}`;
  return `${grouped.format(count)} ${count === 1 ? one : many}`;
}

/**
 * Share of `done` in `total`, rounded down so that 100 % means all of them; two digits above 99.
 * Null where either is unknown or there is nothing to divide.
 */
export function percentText(done: number | null, total: number | null): string | null {
  if (done === null || total === null || total === 0) return null;
  const share = (done * 100) / total;
  if (share === 100) return '100 %';
  const digits = share > 99 ? 2 : 1;
  const scale = 10 ** digits;
  return `${(Math.floor(share * scale) / scale).toFixed(digits)} %`;
}

/** Time of day of an ISO 8601 moment, `12:03:11`, in the clock of this machine. */
export function clockText(moment: string): string {
  return new Date(moment).toLocaleTimeString('en-GB');
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** `41 s`, `3 min 20 s`, `5 h 2 min`, `41 days`: two figures at most. */
export function durationText(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return pair(whole, minute, 'min', 1, 's');
  if (whole < day) return pair(whole, hour, 'h', minute, 'min');
  return plural(Math.floor(whole / day), 'day');
}

function pair(whole: number, unit: number, name: string, rest: number, restName: string): string {
  const remainder = Math.floor((whole % unit) / rest);
  const head = `${Math.floor(whole / unit)} ${name}`;
  return remainder === 0 ? head : `${head} ${remainder} ${restName}`;
}
