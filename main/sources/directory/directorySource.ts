/** A saved tree: a folder laid out like `/`. */
import { resolve } from 'node:path';
import type { Target } from '../../../shared/api/target';
import { collect } from '../../../shared/readings';
import { succeed, type Problem, type Result } from '../../../shared/base/problem';
import { withLeaders } from '../../../shared/readings/leaders';
import { searchTree } from '../../../shared/readings/stackSearch';
import { DirectoryTree } from './directoryTree';
import { readOutsideLog, withLog } from './outsideLog';
import { packedLogsIn, withLogsAsText } from './packedLogs';
import { hostFolderWithin } from '../paths';
import type { Source, SourceOptions } from '../source';

export function openDirectory(
  { text, path }: Extract<Target, { kind: 'directory' }>,
  { log, input }: SourceOptions,
): Source {
  const folder = new DirectoryTree(resolve(path).replace(/\/$/, ''));
  const tree = withLeaders(folder);
  return {
    target: text,
    kind: 'directory',
    live: false,
    async sample() {
      // Without a log, or a packed one, nothing is waited for: a disk that does not answer holds up the very call, by which
      // a thread that is stuck is known (main/reader/readerThread.ts).
      const outside = log === undefined ? null : await readOutsideLog(log, input);
      const packed = log === undefined ? packedLogsIn(folder) : [];
      const logs = packed.length === 0 ? null : await withLogsAsText(folder, packed);
      const readable = logs === null ? tree : withLeaders(logs.tree);
      const readings = collect(withLog(readable, outside), {
        target: text,
        source: 'directory',
        takenAt: null,
        privileged: null,
        live: false,
        problems: [...(logs?.problems ?? []), ...(outside?.problems ?? [])],
        ...(outside === null ? {} : { logPaths: [outside.path] }),
      });
      return readings.ok ? readings : withHint(readings.problem, path);
    },
    seek: (sought) => Promise.resolve(succeed(searchTree(tree, sought))),
    close: () => undefined,
  };
}

/** Points to the host's tree where the folder around it was given. */
function withHint(problem: Problem, path: string): Result<never> {
  const inner = problem.code === 'not-found' ? hostFolderWithin(path) : null;
  if (inner === null) return { ok: false, problem };
  return { ok: false, problem: { ...problem, message: `${problem.message} Try dir:${inner}.` } };
}
