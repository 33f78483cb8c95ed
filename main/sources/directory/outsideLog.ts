/** A kernel log that lies beside a tree instead of in it. */
import { basename, dirname, resolve } from 'node:path';
import type { Tree } from '../../../shared/readings/readings';
import { DirectoryTree } from './directoryTree';

/** The tree, with the log at `log` readable under exactly that path. */
export function withLog(tree: Tree, log: string | undefined): Tree {
  if (log === undefined) return tree;
  const path = resolve(log);
  const beside = new DirectoryTree(dirname(path).replace(/\/$/, ''));
  return {
    readFile: (wanted, limit) =>
      wanted === log ? beside.readFile(`/${basename(path)}`, limit) : tree.readFile(wanted, limit),
    readFolder: (wanted) => tree.readFolder(wanted),
    scanThreads: () => tree.scanThreads(),
    threadStacks: (limit) => tree.threadStacks(limit),
  };
}
