/** A saved tree: a folder laid out like `/`. */
import { resolve } from 'node:path';
import type { Target } from '../../shared/api/target';
import { collect } from '../../shared/readings/collect';
import { DirectoryTree } from './directoryTree';
import { withLog } from './outsideLog';
import type { Source, SourceOptions } from './source';

export function openDirectory(
  { text, path }: Extract<Target, { kind: 'directory' }>,
  { log }: SourceOptions,
): Source {
  const tree = withLog(new DirectoryTree(resolve(path).replace(/\/$/, '')), log);
  return {
    target: text,
    kind: 'directory',
    live: false,
    sample: () =>
      Promise.resolve(
        collect(tree, {
          target: text,
          source: 'directory',
          takenAt: null,
          privileged: null,
          live: false,
          ...(log === undefined ? {} : { logPaths: [log] }),
        }),
      ),
    close: () => undefined,
  };
}
