/** How moments and spans of time are written. */
import { countOf } from '../../shared/base/words';

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
  return countOf(Math.floor(whole / day), 'day');
}

function pair(whole: number, unit: number, name: string, rest: number, restName: string): string {
  const remainder = Math.floor((whole % unit) / rest);
  const head = `${Math.floor(whole / unit)} ${name}`;
  return remainder === 0 ? head : `${head} ${remainder} ${restName}`;
}
