/** Facts about the host itself. Some may be a livepatch's own text, so they are taken with care. */
import type { KernelLog } from '../readings/log/kernelLog';
import {
  parseBootId,
  parseHostName,
  parseKernelRelease,
  parseTaint,
  parseUptime,
} from '../readings/files/hostFacts';
import {
  bootIdFile,
  hostNameFile,
  livepatchRoot,
  releaseFile,
  taintFile,
  uptimeFile,
} from '../readings/paths';
import { parseUname, settingIn } from '../readings/files/sosCommands';
import { parseUptimeCommand } from '../readings/files/supportSections';
import { reportFacts, type PlacedRow } from '../readings/reads';
import { plainText, type ReadingsReader } from './reader';
import type { SystemState } from './systemState';

type HostFacts = Pick<SystemState, 'host' | 'livepatch'>;

export function readHost(reader: ReadingsReader, log: KernelLog | null): HostFacts {
  const name = reader.value(hostNameFile, parseHostName, 'a host name');
  const kernel = reader.value(releaseFile, parseKernelRelease, 'a kernel release');
  const report = name === null || kernel === null ? fromReport(reader) : null;
  return {
    host: {
      name: name ?? report?.name ?? null,
      kernel: kernel ?? report?.kernel ?? null,
      bootId: reader.value(bootIdFile, parseBootId, 'a UUID'),
      uptimeSeconds: readUptime(reader, log),
    },
    livepatch: {
      supported: isSupported(reader),
      tainted: reader.value(taintFile, parseTaint, 'a number')?.livepatch ?? null,
    },
  };
}

function reportText({ readings }: ReadingsReader, { places }: PlacedRow): string | null {
  return places.map((place) => plainText(readings, place)).find((text) => text !== null) ?? null;
}

/** What a report's commands printed; the settings are the kernel's own words. */
function fromReport(reader: ReadingsReader): Pick<SystemState['host'], 'name' | 'kernel'> {
  const textOf = (row: PlacedRow) => reportText(reader, row);
  const settings = textOf(reportFacts.sysctl) ?? '';
  const uname = parseUname(textOf(reportFacts.uname) ?? '');
  const release = settingIn(settings, 'kernel.osrelease') ?? uname?.release ?? null;
  const name =
    settingIn(settings, 'kernel.hostname') ?? textOf(reportFacts.hostname) ?? uname?.name ?? null;
  return {
    name: name === null ? null : parseHostName(name),
    kernel: release === null ? null : parseKernelRelease(release),
  };
}

/** The log may have been read so many seconds after the uptime. */
const readingSeconds = 10;

/**
 * A livepatch can patch uptime_proc_show, and the captures' do: an uptime that lies well before the
 * last line of the log, or that has other text behind it, is no fact about the machine.
 */
function readUptime(reader: ReadingsReader, log: KernelLog | null): number | null {
  const uptime =
    reader.value(uptimeFile, parseUptime, 'two numbers and nothing behind them') ??
    (reader.exists(uptimeFile) ? null : uptimeOfReport(reader));
  const lastLine = log?.lastSeconds ?? null;
  if (uptime === null || lastLine === null || uptime >= lastLine - readingSeconds) return uptime;
  reader.note(
    'invalid-content',
    uptimeFile,
    `${uptimeFile} says ${uptime} s, but the kernel log already holds a line of ${lastLine} s; it is not used.`,
  );
  return null;
}

function uptimeOfReport(reader: ReadingsReader): number | null {
  const text = reportText(reader, reportFacts.uptime);
  return text === null ? null : parseUptimeCommand(text);
}

/**
 * The folder is made at boot by every kernel with CONFIG_LIVEPATCH (kernel/livepatch/core.c,
 * klp_init), and so is each thread's `patch_state`. A saved tree may lack the folder because it was
 * empty; a live host can't.
 */
function isSupported(reader: ReadingsReader): boolean | null {
  const { readings } = reader;
  const livepatch = readings.folders.get(livepatchRoot);
  if (livepatch && 'entries' in livepatch) return true;
  if (livepatch && livepatch.missing !== 'absent')
    return livepatch.missing === 'denied' ? true : null;
  if (reader.exists('/proc/1/patch_state')) return true;
  const kernel = readings.folders.get('/sys/kernel');
  return kernel && 'entries' in kernel && kernel.truncated !== true ? false : null;
}
