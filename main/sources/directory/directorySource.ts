/** A saved tree: a folder laid out like `/`. */
import { resolve } from 'node:path';
import type { Target } from '../../../shared/api/target';
import { succeed, type Problem, type Result } from '../../../shared/base/problem';
import { withLeaders } from '../../../shared/readings/leaders';
import { searchTree } from '../../../shared/readings/stackSearch';
import { DirectoryTree } from './directoryTree';
import { readSavedTree } from './savedTree';
import { hostFolderWithin } from '../paths';
import type { Source, SourceOptions } from '../source';

export function openDirectory(
  { text, path }: Extract<Target, { kind: 'directory' }>,
  options: SourceOptions,
): Source {
  const folder = new DirectoryTree(resolve(path).replace(/\/$/, ''));
  return {
    target: text,
    kind: 'directory',
    live: false,
    async sample() {
      const readings = await readSavedTree(folder, { target: text, source: 'directory' }, options);
      return readings.ok ? readings : withHint(readings.problem, path);
    },
    seek: (sought) => Promise.resolve(succeed(searchTree(withLeaders(folder), sought))),
    close: () => undefined,
  };
}

/** Points to the host's tree where the folder around it was given. */
function withHint(problem: Problem, path: string): Result<never> {
  const inner = problem.code === 'not-found' ? hostFolderWithin(path) : null;
  if (inner === null) return { ok: false, problem };
  return { ok: false, problem: { ...problem, message: `${problem.message} Try dir:${inner}.` } };
}
