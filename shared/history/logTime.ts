/** When a line of the log was written, by the clock of the reading that brought it. */
import type { KernelLog, LogEntry } from '../readings/log/kernelLog';
import type { StatusDocument } from '../report/statusDocument';
import type { Change } from './change';

/**
 * Seconds since boot when a reading was taken, as the log counts them; null where nothing tells. The uptime also
 * counts the time that a machine slept, which the log's stamps do not.
 */
export function secondsOfReading(status: StatusDocument, log: KernelLog | null): number | null {
  return status.host.uptimeSeconds ?? log?.lastSeconds ?? null;
}

/** The time of day of a moment since boot, as far as the reading's moment and uptime tell it. */
export function momentOf(
  status: StatusDocument,
  log: KernelLog | null,
): (seconds: number) => Pick<Change, 'at'> {
  const taken = status.takenAt === null ? Number.NaN : Date.parse(status.takenAt);
  const boot = secondsOfReading(status, log);
  return (seconds) => {
    const at = taken - Math.max(0, (boot ?? Number.NaN) - seconds) * 1000;
    return Number.isFinite(at) ? { at: new Date(at).toISOString() } : {};
  };
}

/** The line's own stamp, and its time of day where something tells it. */
export function stampOf(
  status: StatusDocument,
  log: KernelLog | null,
): (entry: LogEntry) => Partial<Change> {
  const moment = momentOf(status, log);
  return ({ seconds, wall }) => {
    if (seconds !== null) return { seconds, ...moment(seconds) };
    const dated = wall?.clock === 'utc' ? wall.seconds * 1000 : Number.NaN;
    return {
      seconds,
      ...(Math.abs(dated) < latestDate ? { at: new Date(dated).toISOString() } : {}),
    };
  };
}

/** Milliseconds that a date can hold (ECMA-262, time values). */
const latestDate = 8.64e15;
