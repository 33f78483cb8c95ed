/** Stamps of a log that are dates, and what two of them say about the time between. */

/** A date of a log. Two of the same clock can be compared, others can't. */
export interface WallStamp {
  /** Since 1970, read as if the clock's zone were UTC; of `yearless` ones in a made year. */
  readonly seconds: number;
  /**
   * `utc`: the zone is known · `local`: it isn't · `yearless`: nor is the year · `minutes`: to the minute
   * (dmesg --human) · `relative`: since some line · otherwise the name of a zone
   */
  readonly clock: string;
}

const iso =
  /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?(Z|[+-]\d{2}:?\d{2}|[A-Z]{3,5}\b))?/;
const ctime =
  /\b([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: ([A-Z]{3,5}))?(?: (\d{4})\b)?/;
const epoch = /^(\d{9,10})(?:\.(\d{1,9}))?(?: |$)/;
/** dmesg --human: `Sep14 03:49`. */
const minute = /^([A-Z][a-z]{2}) ?(\d{1,2}) (\d{2}):(\d{2})$/;

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const day = 86_400;
/** A leap year, so that each day of any year exists in it. */
const madeYear = 2000;

/** The date in a line's head; null where there is none. */
export function wallStampIn(text: string): WallStamp | null {
  return isoIn(text) ?? ctimeIn(text) ?? epochIn(text) ?? minuteIn(text);
}

function isoIn(text: string): WallStamp | null {
  const match = iso.exec(text);
  if (!match) return null;
  const [, year, month, date, hours, minutes, seconds, fraction = '', zone = ''] = match;
  const parts = [year, month, date, hours, minutes, seconds].map(Number);
  return stampOf(parts, fraction, zone, 'local');
}

function ctimeIn(text: string): WallStamp | null {
  const match = ctime.exec(text);
  if (!match) return null;
  const [, name = '', date, hours, minutes, seconds, fraction = '', zone = '', year] = match;
  const month = monthOf(name);
  if (month === null) return null;
  const time = [month, date, hours, minutes, seconds].map(Number);
  return year === undefined
    ? stampOf([madeYear, ...time], fraction, '', 'yearless')
    : stampOf([Number(year), ...time], fraction, zone, 'local');
}

function epochIn(text: string): WallStamp | null {
  const match = epoch.exec(text);
  return match ? { seconds: Number(`${match[1]}.${match[2] ?? 0}`), clock: 'utc' } : null;
}

function minuteIn(text: string): WallStamp | null {
  const [, name = '', date, hours, minutes] = minute.exec(text) ?? [];
  const month = monthOf(name);
  if (month === null) return null;
  return stampOf([madeYear, month, ...[date, hours, minutes].map(Number), 0], '', '', 'minutes');
}

function monthOf(name: string): number | null {
  const at = months.indexOf(name);
  return name.length !== 3 || at === -1 || at % 3 !== 0 ? null : at / 3 + 1;
}

function stampOf(
  [year = 0, month = 1, date = 1, hours = 0, minutes = 0, seconds = 0]: readonly number[],
  fraction: string,
  zone: string,
  unzoned: string,
): WallStamp {
  const whole = Date.UTC(year, month - 1, date, hours, minutes, seconds) / 1000;
  const offset = offsetOf(zone);
  const clock = zone === '' ? unzoned : offset === null ? zone : 'utc';
  return { seconds: whole - (offset ?? 0) + Number(`0.${fraction || 0}`), clock };
}

/** Seconds east of Greenwich; null where the zone has a name that doesn't tell. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'UTC' || zone === 'GMT') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (sign === undefined) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/**
 * Seconds between two dates, and never more than there were; null where they don't tell.
 *
 * Clocks without a known zone may have been set to summer time or back in between, which is done in
 * the first hours of Sundays in spring and autumn.
 */
export function secondsBetween(from: WallStamp, to: WallStamp): number | null {
  if (from.clock !== to.clock) return null;
  const isYearless = from.clock === 'yearless' || from.clock === 'minutes';
  const wrap = isYearless && to.seconds < from.seconds - 300 * day ? 366 * day : 0;
  const seconds = to.seconds + wrap - from.seconds;
  if (seconds < 0) return null;
  if (from.clock === 'utc' || from.clock === 'relative') return seconds;
  if (isYearless && (wrap > 0 || passesLeapDay(from.seconds, to.seconds))) {
    return seconds < day ? seconds : null;
  }
  if (from.clock === 'minutes') {
    return Math.floor(from.seconds / 60) === Math.floor(to.seconds / 60)
      ? seconds
      : Math.max(0, seconds - 60);
  }
  return mayBeSet(from, to) ? null : seconds;
}

function passesLeapDay(from: number, to: number): boolean {
  const leapDay = Date.UTC(madeYear, 1, 29) / 1000;
  return from < leapDay && to >= leapDay;
}

/** A year's days of the week are unknown without the year, and its Sundays with them. */
function mayBeSet({ seconds: from, clock }: WallStamp, { seconds: to }: WallStamp): boolean {
  if (to - from >= 7 * day) return true;
  for (let hour = Math.floor(from / 3600) * 3600; hour <= to; hour += 3600) {
    const date = new Date(hour * 1000);
    const isMonth = [2, 3, 8, 9, 10].includes(date.getUTCMonth());
    const isSunday = clock === 'yearless' || date.getUTCDay() === 0;
    // A line an hour before or behind the change lies within it as well.
    if (isMonth && isSunday && date.getUTCHours() <= 3 && to - from >= 3600) return true;
  }
  return false;
}
