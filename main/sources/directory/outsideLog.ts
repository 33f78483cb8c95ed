/** A kernel log that lies beside a tree instead of in it. */
import { resolve } from 'node:path';
import type { Problem } from '../../../shared/base/problem';
import type { FileReading, Tree } from '../../../shared/readings/readings';
import { treeWith } from '../../../shared/readings/treeWith';
import { limitOf } from '../../../shared/readings/reads';
import { contentOfFile, headOf, type Content } from '../content';
import { missingBecause } from '../missing';
import { notUnderstood, readPackedLog, type Unpacked } from '../packing/packedLog';

export interface OutsideLog {
  readonly path: string;
  readonly reading: FileReading;
  /** Why its content can't be used. */
  readonly problems: readonly Problem[];
}

/**
 * The log at `path`, unpacked and as text, whatever its name says.
 *
 * @param input what `-` names
 */
export async function readOutsideLog(path: string, input?: Content): Promise<OutsideLog> {
  const limit = limitOf(path);
  let packed: Unpacked;
  try {
    const content = input && path === '-' ? input : contentOfFile(resolve(path));
    const bytes = Buffer.from(headOf(content, limit + 1));
    packed = { bytes: bytes.subarray(0, limit), truncated: bytes.length > limit };
  } catch (error) {
    return { path, reading: missingBecause(error), problems: [] };
  }
  const read = await readPackedLog(packed, limit);
  if ('text' in read) return { path, reading: read, problems: [] };
  const problems = [notUnderstood(path, read)];
  return { path, reading: { missing: 'unreadable', detail: read.what }, problems };
}

/** The tree, with the log readable under exactly the path that was given. */
export function withLog(tree: Tree, log: OutsideLog | null): Tree {
  if (log === null) return tree;
  return treeWith(tree, (wanted, limit) =>
    wanted === log.path ? log.reading : tree.readFile(wanted, limit),
  );
}
