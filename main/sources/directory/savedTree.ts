/** What is read of a saved tree: with its logs as text, or with the one that was given beside it. */
import { collect } from '../../../shared/readings';
import type { Problem, Result } from '../../../shared/base/problem';
import { withLeaders } from '../../../shared/readings/leaders';
import type { Readings, SourceKind } from '../../../shared/readings/readings';
import type { SourceOptions } from '../source';
import { readOutsideLog, withLog } from './outsideLog';
import { packedLogsIn, withLogsAsText, type ByteTree } from './packedLogs';

/** @param problems what is known of the tree already */
export async function readSavedTree(
  saved: ByteTree,
  identity: { readonly target: string; readonly source: SourceKind },
  { log, input }: SourceOptions,
  problems: readonly Problem[] = [],
): Promise<Result<Readings>> {
  const outside = log === undefined ? null : await readOutsideLog(log, input);
  const packed = log === undefined ? packedLogsIn(saved) : [];
  const logs = packed.length === 0 ? null : await withLogsAsText(saved, packed);
  return collect(withLog(withLeaders(logs?.tree ?? saved), outside), {
    ...identity,
    takenAt: null,
    privileged: null,
    live: false,
    problems: [...problems, ...(logs?.problems ?? []), ...(outside?.problems ?? [])],
    ...(outside === null ? {} : { logPaths: [outside.path] }),
  });
}
