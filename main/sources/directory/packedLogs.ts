/** Logs in a tree that are compressed, or in UTF-16: made text before the tree is read. */
import { limitOf } from '../../../shared/readings/reads';
import type { FileReading, Missing, Tree } from '../../../shared/readings/readings';
import { savedLogFiles } from '../../../shared/readings/paths';
import { savedLogsIn } from '../../../shared/readings/savedLogs';
import { treeWith } from '../../../shared/readings/treeWith';
import type { Problem } from '../../../shared/base/problem';
import { isEncoded, notUnderstood, readPackedLog } from '../packing/packedLog';

/** A tree whose files can be read as they are. */
export interface ByteTree extends Tree {
  readBytes(
    path: string,
    limit: number,
  ):
    | { readonly bytes: Buffer; readonly truncated: boolean }
    | { readonly missing: Missing; readonly detail?: string };
}

/** Bytes by which it is known that a log is no plain text. */
const looked = 1024;

/** Paths of the logs that have to be made text; none: nothing needs to be waited for. */
export function packedLogsIn(tree: ByteTree): string[] {
  return [...new Set([...savedLogFiles, ...savedLogsIn(tree)])].filter((path) => {
    const head = tree.readBytes(path, looked);
    return 'bytes' in head && isEncoded(head.bytes);
  });
}

export interface LogsAsText {
  readonly tree: Tree;
  /** Which of them can't be made text, and why. */
  readonly problems: readonly Problem[];
}

/** The tree with those logs as text. */
export async function withLogsAsText(
  tree: ByteTree,
  paths: readonly string[],
): Promise<LogsAsText> {
  const texts = new Map<string, FileReading>();
  const problems: Problem[] = [];
  for (const path of paths) {
    const limit = limitOf(path);
    const packed = tree.readBytes(path, limit);
    if (!('bytes' in packed)) continue;
    const read = await readPackedLog(packed, limit);
    texts.set(path, 'text' in read ? read : { missing: 'unreadable', detail: read.what });
    if (!('text' in read)) problems.push(notUnderstood(path, read));
  }
  const readable = treeWith(tree, (path, limit) => {
    const text = texts.get(path);
    if (text === undefined || 'missing' in text) return text ?? tree.readFile(path, limit);
    const isLong = text.text.length > limit;
    return { text: text.text.slice(0, limit), truncated: text.truncated || isLong };
  });
  return { tree: readable, problems };
}
