/** The raw files as rows. */
import type { RawFile } from '../../../shared/api/contract';
import { visible } from '../../../shared/base/text';
import { filterByWords } from '../shared/filterByWords';

const missingWords: ReadonlyMap<string, string> = new Map([
  ['absent', 'absent'],
  ['denied', 'no permission'],
  ['vanished', 'vanished while read'],
  ['timed-out', 'timed out'],
  ['link', 'link, not followed'],
  ['unreadable', 'could not be read'],
]);

const missingSentences: ReadonlyMap<string, string> = new Map([
  ['absent', 'There is no such file on this host. Older kernels lack some of them.'],
  ['denied', 'This login may not read it. Root may.'],
  ['vanished', 'It was listed, and gone when it was read: a thread exited or a livepatch left.'],
  ['timed-out', 'It did not answer in time. Some files wait for a lock of the kernel.'],
  [
    'link',
    'It is a symbolic link that leads out of the tree, loops or dangles; such links are not followed.',
  ],
  ['unreadable', 'The system gave an error when it was read.'],
]);

export function missingWord(missing: string): string {
  return missingWords.get(missing) ?? visible(missing);
}

export function missingSentence(missing: string): string {
  return missingSentences.get(missing) ?? visible(missing);
}

/** A livepatch's function is an empty folder (Documentation/ABI/testing/sysfs-kernel-livepatch). */
export function notReadSentence(path: string): string {
  return /^\/sys\/kernel\/livepatch\/[^/]+\/[^/]+\/[^/]+$/.test(path) && !path.endsWith('/patched')
    ? 'A function of a livepatch is an empty folder; that it exists is all it says.'
    : 'It is not among the files of this reading: a folder, or not looked at.';
}

/** Files in whose path or state every word of the filter occurs. */
export function filterFiles(files: readonly RawFile[], filter: string): readonly RawFile[] {
  return filterByWords(
    files,
    filter,
    ({ path, missing }) => `${path}\n${missing === null ? '' : missingWord(missing)}`,
  );
}

export function sizeText(size: number | null): string {
  if (size === null) return '';
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024
    ? `${(size / 1024).toFixed(1)} KB`
    : `${(size / 1024 / 1024).toFixed(1)} MB`;
}

/** A file's text for the eye: line ends kept, every other character that hides made visible. */
export function readable(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
