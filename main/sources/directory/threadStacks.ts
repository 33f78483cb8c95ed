/** The kernel stacks of all threads below a proc folder on disk. */
import { lstatSync, readdirSync } from 'node:fs';
import { parseProcStat } from '../../../shared/readings/files/procStat';
import type { FileReading, ThreadStack } from '../../../shared/readings/readings';
import { reads } from '../../../shared/readings/reads';
import { missingBecause } from '../missing';
import { readText } from './readText';
import { threadNumber } from '../threadColumns';

/**
 * Links are passed over: one planted in a tree would lead out of it.
 *
 * @param proc path of the folder on disk
 */
export function* stacksBelow(proc: string, limit: number): Generator<ThreadStack> {
  for (const pid of numbered(proc)) {
    const task = `${proc}/${pid}/task`;
    if (!lstatSync(task, { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const tid of numbered(task)) {
      const stat = read(`${task}/${tid}/stat`, reads.thread.stat.limit);
      const state = 'text' in stat ? (parseProcStat(stat.text)?.state ?? null) : null;
      const stack = read(`${task}/${tid}/stack`, limit);
      yield { pid: Number(pid), tid: Number(tid), state, stack };
    }
  }
}

/** Folders named by a number; none where the folder is gone or may not be listed. */
function numbered(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && threadNumber.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** A planted device or FIFO is no regular file, and opening one may act on it: it is looked at first. */
function read(path: string, limit: number): FileReading {
  try {
    if (!lstatSync(path).isFile()) return { missing: 'unreadable', detail: 'not a regular file' };
    return readText(path, limit);
  } catch (error) {
    return missingBecause(error);
  }
}
