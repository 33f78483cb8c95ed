/**
 * Trees that hold files of processes and none of their threads: a sosreport saves `stack` and `status`
 * of each process, which are those of its first thread, its leader (proc(5), /proc/PID/task).
 */
import type { FileReading, Tree } from './readings';
import { treeWith } from './treeWith';

const ofLeader = /^\/proc\/(\d+)\/task\/\1\/(\w+)$/;

/** The tree, with a leader's files also where a thread's are looked for. */
export function withLeaders(tree: Tree): Tree {
  return treeWith(tree, (path, limit) => {
    const reading = tree.readFile(path, limit);
    const [, pid, name] = isAbsent(reading) ? (ofLeader.exec(path) ?? []) : [];
    return pid === undefined ? reading : tree.readFile(`/proc/${pid}/${name}`, limit);
  });
}

function isAbsent(reading: FileReading): boolean {
  return 'missing' in reading && reading.missing === 'absent';
}
