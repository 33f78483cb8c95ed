/** The kernel stacks of all threads below a proc folder on disk. */
import { lstatSync, readdirSync } from 'node:fs';
import type { FileReading, ThreadStack } from '../../../shared/readings/readings';
import { missingBecause } from '../missing';
import { readText } from './readText';
import { threadNumber } from '../threadColumns';
import { stateIn } from '../threadState';

/**
 * Of a process without threads in the tree, its own are its leader's.
 *
 * Links are passed over: one planted in a tree would lead out of it.
 *
 * @param proc path of the folder on disk
 */
export function* stacksBelow(proc: string, limit: number): Generator<ThreadStack> {
  for (const pid of numbered(proc)) {
    const task = `${proc}/${pid}/task`;
    if (!lstatSync(task, { throwIfNoEntry: false })?.isDirectory()) {
      const leader = threadIn(`${proc}/${pid}`, pid, pid, limit);
      if ('text' in leader.stack) yield leader;
      continue;
    }
    for (const tid of numbered(task)) yield threadIn(`${task}/${tid}`, pid, tid, limit);
  }
}

function threadIn(folder: string, pid: string, tid: string, limit: number): ThreadStack {
  const state = stateIn((name, most) => read(`${folder}/${name}`, most));
  return { pid: Number(pid), tid: Number(tid), state, stack: read(`${folder}/stack`, limit) };
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
