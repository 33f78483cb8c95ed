/** Which rules the kernel goes by, told by the files that it has; its release is never asked. */
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
export function readRules(reader: ReadingsReader): KernelRules {
  const patches = (reader.foldersIn(livepatchRoot) ?? []).map(patchPath);
  const some = (file: string) => patches.some((path) => reader.exists(`${path}/${file}`));
  const isUnforced =
    !reader.readings.torn &&
    patches.some((path) => isComplete(reader, path) && isAbsent(reader, path));
  if (patches.some((path) => hasLaterFile(reader, path))) return {};
  if (some('signal')) return { strictStack: true };
  if (some('force')) return {};
  return isUnforced ? { strictStack: true, forcible: false } : {};
}

/** Not one that was vanishing while it was read. */
function isComplete(reader: ReadingsReader, path: string): boolean {
  return reader.exists(`${path}/enabled`) && reader.exists(`${path}/transition`);
}

function isAbsent(reader: ReadingsReader, path: string): boolean {
  const reading = reader.readings.files.get(`${path}/force`);
  return reading !== undefined && 'missing' in reading && reading.missing === 'absent';
}

/** One that was read: of a `stack_order` that did not answer it isn't known whether it exists. */
function hasLaterFile(reader: ReadingsReader, path: string): boolean {
  const objects = reader.foldersIn(path) ?? [];
  const files = [...laterFiles, ...objects.map((object) => `${object}/patched`)];
  return files.some((file) => plainText(reader.readings, `${path}/${file}`) !== null);
}
