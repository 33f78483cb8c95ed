/** Lines of a recording back to readings. */
import type { FileReading, FolderReading, Readings, ThreadScan } from '../../readings/readings';
import { cutToLimit } from '../../readings/limits';
import { rowsOf, threadKey, type nothing } from './encode';
import type { FileChange, SampleLine, ThreadChange } from './format';

type Recorded = typeof nothing;

/**
 * What is known after a line. A change of a file that nobody has seen is taken for the whole file,
 * as far as it is told.
 */
export function afterLine(before: Recorded, line: SampleLine): Recorded {
  return {
    privileged: line.privileged === undefined ? before.privileged : line.privileged,
    files: filesAfter(before.files, line),
    folders: foldersAfter(before.folders, line),
    threads:
      line.threads === undefined ? before.threads : threadsAfter(before.threads, line.threads),
    logPath: line.logPath === undefined ? before.logPath : line.logPath,
    torn: line.torn ?? before.torn,
    ...(line.readingSeconds === undefined ? {} : { readingSeconds: line.readingSeconds }),
    ...(line.listedTwice === undefined ? {} : { listedTwice: line.listedTwice }),
    ...shadowAfter(before.shadow, line),
    problems: line.problems ?? before.problems,
  };
}

function filesAfter(
  before: Recorded['files'],
  { files = [], withoutFiles = [] }: SampleLine,
): Recorded['files'] {
  if (files.length === 0 && withoutFiles.length === 0) return before;
  const after = new Map(before);
  for (const path of withoutFiles) after.delete(path);
  for (const [path, change] of files) {
    // Who made the recording need not have kept to what is read of a host.
    after.set(path, cutToLimit(path, fileAfter(before.get(path), change)));
  }
  return after;
}

function fileAfter(before: FileReading | undefined, change: FileChange): FileReading {
  if (!('more' in change)) return change;
  const isKnown = before !== undefined && 'text' in before;
  const kept = isKnown ? before.text.slice(change.drop) : '';
  return { text: kept + change.more, truncated: isKnown && before.truncated };
}

function foldersAfter(
  before: Recorded['folders'],
  { folders = [], withoutFolders = [] }: SampleLine,
): Recorded['folders'] {
  if (folders.length === 0 && withoutFolders.length === 0) return before;
  const after = new Map<string, FolderReading>(before);
  for (const path of withoutFolders) after.delete(path);
  for (const [path, folder] of folders) after.set(path, folder);
  return after;
}

function shadowAfter(
  before: Readings['shadow'],
  { shadow: change, withoutShadow }: SampleLine,
): Pick<Readings, 'shadow'> {
  if (withoutShadow === true) return {};
  if (change === undefined) return before === undefined ? {} : { shadow: before };
  if (change === null) return { shadow: null };
  return { shadow: { variables: [], types: null, ...before, ...change } };
}

function threadsAfter(before: ThreadScan | null, change: ThreadChange | null): ThreadScan | null {
  if (change === null) return null;
  const rows = rowsOf(before);
  for (const [pid, tid] of change.gone) rows.delete(threadKey(pid, tid));
  for (const row of change.set) rows.set(threadKey(row[0], row[1]), row);
  const { set: _set, gone: _gone, ...rest } = change;
  const list = [...rows.values()];
  return {
    pids: list.map(([pid]) => pid),
    tids: list.map(([, tid]) => tid),
    states: list.map(([, , state]) => state),
    ...rest,
  };
}
