/** The kernel log of the boot that was read, and what stands against using it. */
import { parseKernelLog, type KernelLog, type LogEntry } from '../readings/log/kernelLog';
import { secondsBetween, type WallStamp } from '../readings/log/wallClock';
import { parseBootId, parseKernelRelease, parseUptime } from '../readings/files/hostFacts';
import { bootIdFile, releaseFile, savedLogFiles, uptimeFile } from '../readings/paths';
import type { FileReading } from '../readings/readings';
import { isSavedLog } from '../readings/savedLogs';
import { visible } from '../base/text';
import { plainText, type ReadingsReader } from './reader';

/** A recording's log mostly is the very same at the next moment. */
const parsedLogs = new WeakMap<FileReading, { bootId: string | null; log: KernelLog }>();

/** @returns null where no log was read, or no line of it is of this boot */
export function readLog(reader: ReadingsReader): KernelLog | null {
  const { logPath, files } = reader.readings;
  const text = logPath === null ? null : reader.text(logPath);
  const reading = logPath === null ? undefined : files.get(logPath);
  if (logPath === null || text === null || reading === undefined) return null;
  const bootId = hostBootId(reader);
  const log = parsed(reading, text, bootId);
  if (log.lines.understood === 0) return noteNotUnderstood(reader, logPath, log);
  return isOfThisBoot(reader, logPath, log, bootId) ? withinUptime(reader, log) : null;
}

function parsed(reading: FileReading, text: string, bootId: string | null): KernelLog {
  const known = parsedLogs.get(reading);
  if (known?.bootId === bootId) return known.log;
  const log = parseKernelLog(text, bootId);
  parsedLogs.set(reading, { bootId, log });
  return log;
}

function hostBootId({ readings }: ReadingsReader): string | null {
  const text = plainText(readings, bootIdFile);
  const id = text === null ? null : parseBootId(text);
  return id?.toLowerCase().replaceAll('-', '') ?? null;
}

/** An empty log inside a tree is what a host has that keeps none. */
function noteNotUnderstood(reader: ReadingsReader, path: string, log: KernelLog): KernelLog | null {
  const isEmpty = log.lines.all === 0;
  if (isEmpty && (isSavedLog(path) || savedLogFiles.some((place) => place === path))) return log;
  const what = isEmpty
    ? `${visible(path)} is empty`
    : `No line of ${visible(path)} is understood as one of a kernel log`;
  reader.note(
    'not-understood',
    path,
    `${what}, so that nothing is known from it. Give the output of dmesg, or of journalctl -k -o short-monotonic.`,
  );
  return null;
}

/** Its boot by journald's identifier, or the kernel that it began with, is another than the host's. */
function isOfThisBoot(
  reader: ReadingsReader,
  path: string,
  log: KernelLog,
  bootId: string | null,
): boolean {
  const text = plainText(reader.readings, releaseFile);
  const release = text === null ? null : parseKernelRelease(text);
  const isOther = (here: string | null, there: string | null) =>
    here !== null && there !== null && here !== there;
  if (!isOther(bootId, log.bootId) && !isOther(release, log.release)) return true;
  const kernel = log.release === null ? '' : `, of kernel ${visible(log.release)}`;
  reader.note(
    'invalid-content',
    path,
    `${visible(path)} ends with another boot than the host’s${kernel}; nothing is taken from it.`,
  );
  return false;
}

/** Clocks are set by seconds; where the zone is unknown, by an hour in spring and autumn as well. */
const slack = { known: 60, unknown: 3660 } as const;

/** Lines that have only a date, and one before the host was started. */
function withinUptime({ readings }: ReadingsReader, log: KernelLog): KernelLog {
  const text = plainText(readings, uptimeFile);
  const uptime = text === null ? null : parseUptime(text);
  const last = lastDate(log.lastWall, readings.takenAt);
  if (uptime === null || last === null) return log;
  const isBefore = ({ seconds, wall }: LogEntry): boolean => {
    if (seconds !== null || wall === null) return false;
    const age = secondsBetween(wall, last);
    return age !== null && age > uptime + (wall.clock === 'utc' ? slack.known : slack.unknown);
  };
  const entries = log.entries.filter((entry) => !isBefore(entry));
  return entries.length === log.entries.length ? log : { ...log, entries };
}

/** Nothing was read before the log's last line was written. */
function lastDate(last: WallStamp | null, takenAt: string | null): WallStamp | null {
  const taken = takenAt === null ? Number.NaN : Date.parse(takenAt) / 1000;
  if (last?.clock !== 'utc' || !(taken > last.seconds)) return last;
  return { seconds: taken, clock: 'utc' };
}
