/** Which rules the kernel goes by, told by the files that it has; its release is never asked. */
import type { KernelLog } from '../readings/log/kernelLog';
import { livepatchRoot, patchPath } from '../readings/paths';
import { plainText, type ReadingsReader } from './reader';
import type { KernelRules } from './systemState';

/** Files that came after the strict stack was given up: `patched` in 6.1, the others in 6.11 and 6.14. */
const laterFiles = ['replace', 'replace_set', 'stack_order'] as const;

/**
 * `signal` was there from 4.15 to 5.0, and so was the strict stack. `force` came along with it and
 * stayed: a live kernel without it is older (Documentation/ABI/testing/sysfs-kernel-livepatch). With
 * `force` alone nothing is certain, because vendors took single changes over into older kernels.
 */
export function readRules(reader: ReadingsReader, log: KernelLog | null): KernelRules {
  return { ...rulesOfFiles(reader, log), ...rulesOfLog(log) };
}

function rulesOfFiles(reader: ReadingsReader, log: KernelLog | null): KernelRules {
  const patches = (reader.foldersIn(livepatchRoot) ?? []).map(patchPath);
  if (hasNoTransitions(reader, patches) && !tellsOfTransitions(log)) {
    return { strictStack: true, forcible: false, transitions: false, signals: 'none' };
  }
  const some = (file: string) => patches.some((path) => reader.exists(`${path}/${file}`));
  const signals = some('signal') ? ({ signals: 'on-request' } as const) : {};
  if (patches.some((path) => hasLaterFile(reader, path))) return signals;
  if (some('signal')) return { strictStack: true, ...signals };
  if (some('force')) return {};
  const isUnforced =
    !reader.readings.torn &&
    patches.some((path) => isComplete(reader, path) && isAbsent(reader, `${path}/force`));
  return isUnforced ? { strictStack: true, forcible: false, signals: 'none' } : {};
}

/**
 * Before 4.12 livepatches switched at once, and neither they nor threads had a file about it
 * (kernel/livepatch/core.c and fs/proc/base.c of 4.4 to 4.11).
 */
function hasNoTransitions(reader: ReadingsReader, patches: readonly string[]): boolean {
  const { readings } = reader;
  if (patches.length === 0 || readings.torn || readings.threads !== null) return false;
  if (reader.exists('/proc/1/patch_state')) return false;
  return patches.every(
    (path) =>
      reader.exists(`${path}/enabled`) &&
      isAbsent(reader, `${path}/transition`) &&
      !isOfTransitions(reader, path),
  );
}

/** A saved tree may lack their files although the kernel has them. */
function tellsOfTransitions(log: KernelLog | null): boolean {
  const kinds = log?.entries.map(({ event }) => event.kind) ?? [];
  return kinds.includes('starting') || kinds.includes('complete');
}

/** Files that came with transitions or after them: a saved tree may just lack the one that is looked for. */
function isOfTransitions(reader: ReadingsReader, path: string): boolean {
  const marks = ['force', 'signal'].some((name) => reader.exists(`${path}/${name}`));
  return marks || hasLaterFile(reader, path);
}

/** The kernel says so when a livepatch is enabled (kernel/livepatch/core.c, klp_enable_patch). */
function rulesOfLog(log: KernelLog | null): KernelRules {
  return log?.entries.some(({ event }) => event.kind === 'no-consistency-model')
    ? { reliableStacks: false }
    : {};
}

/** Not one that was vanishing while it was read. */
function isComplete(reader: ReadingsReader, path: string): boolean {
  return reader.exists(`${path}/enabled`) && reader.exists(`${path}/transition`);
}

function isAbsent(reader: ReadingsReader, path: string): boolean {
  const reading = reader.readings.files.get(path);
  return reading !== undefined && 'missing' in reading && reading.missing === 'absent';
}

/** One that was read: of a `stack_order` that did not answer it isn't known whether it exists. */
function hasLaterFile(reader: ReadingsReader, path: string): boolean {
  const objects = reader.foldersIn(path) ?? [];
  const files = [...laterFiles, ...objects.map((object) => `${object}/patched`)];
  return files.some((file) => plainText(reader.readings, `${path}/${file}`) !== null);
}
