import type { Tree } from './readings';

/** The tree, with another way to read its files; all else stays. */
export function treeWith(tree: Tree, readFile: Tree['readFile']): Tree {
  return {
    readFile,
    readFolder: (path) => tree.readFolder(path),
    scanThreads: () => tree.scanThreads(),
    threadStacks: (limit) => tree.threadStacks(limit),
  };
}
