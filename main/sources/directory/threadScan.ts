/** Reads the `patch_state` of all threads below a proc folder, as fast as Node can. */
import { closeSync, constants, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { parsePatchState } from '../../../shared/readings/files/patchState';
import type { ThreadScan } from '../../../shared/readings/readings';
import { missingBecause } from '../missing';
import { ThreadColumns, threadNumber } from '../threadColumns';

const reading = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** One buffer for all reads: a valid patch_state has at most three bytes. */
const buffer = Buffer.alloc(64);

/**
 * Nothing but folders and regular files is opened, and no link is followed: one planted in a tree as
 * `task` or `patch_state` would lead out of it, and a device may act on being opened.
 *
 * @param proc path of the folder on disk
 * @returns null where no thread has a `patch_state`
 */
export function scanPatchStates(proc: string): ThreadScan | null {
  const scan = new ThreadColumns();
  for (const pid of threadFolders(proc, '/proc', scan)) {
    const task = `${proc}/${pid}/task`;
    const stats = lstatSync(task, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) scan.addInvalid(`/proc/${pid}/task`, aLink);
    if (!stats?.isDirectory()) continue;
    for (const tid of threadFolders(task, `/proc/${pid}/task`, scan)) {
      readThread(scan, `${task}/${tid}`, Number(pid), Number(tid));
    }
  }
  return scan.result();
}

const aLink = '(a symbolic link)';
const notAFile = '(not a regular file)';

/** Folders named by a number. */
function threadFolders(path: string, shownPath: string, scan: ThreadColumns): string[] {
  const names: string[] = [];
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!threadNumber.test(entry.name)) continue;
      if (entry.isDirectory()) names.push(entry.name);
      else if (entry.isSymbolicLink()) scan.addInvalid(`${shownPath}/${entry.name}`, aLink);
    }
  } catch (error) {
    scan.addMissing(missingBecause(error).missing);
  }
  return names;
}

function readThread(scan: ThreadColumns, folder: string, pid: number, tid: number): void {
  const path = `${folder}/patch_state`;
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) {
      const length = readStart(path);
      const state = stateIn(length);
      if (state === null) scan.addInvalidState(pid, tid, buffer.toString('utf8', 0, length));
      else scan.add(pid, tid, state);
    } else if (stats) {
      scan.addInvalidState(pid, tid, stats.isSymbolicLink() ? aLink : notAFile);
    } else {
      // The whole folder goes with its thread.
      const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
      scan.addMissing(isThere ? 'absent' : 'vanished');
    }
  } catch (error) {
    const { missing } = missingBecause(error);
    scan.addMissing(missing === 'absent' ? 'vanished' : missing);
  }
}

/** @returns how many bytes of the buffer were filled */
function readStart(path: string): number {
  const file = openSync(path, reading);
  try {
    return readSync(file, buffer, 0, buffer.length, 0);
  } finally {
    closeSync(file);
  }
}

const newline = 0x0a;
const zero = 0x30;

/** The state among the first bytes of the buffer, without making a string of it where it is plain. */
function stateIn(length: number): number | null {
  const [first, second] = buffer;
  if (second === newline && length === 2 && (first === zero || first === zero + 1)) {
    return first - zero;
  }
  return parsePatchState(buffer.toString('utf8', 0, length));
}
