/** A saved tree in an archive: a capture or a sosreport. */
import { collect } from '../../../shared/readings';
import { succeed } from '../../../shared/base/problem';
import { withLeaders } from '../../../shared/readings/leaders';
import { searchTree } from '../../../shared/readings/stackSearch';
import { readOutsideLog, withLog } from '../directory/outsideLog';
import { packedLogsIn, withLogsAsText } from '../directory/packedLogs';
import type { Content } from '../content';
import { readArchive } from './readArchive';
import type { Source, SourceOptions } from '../source';

export function openArchive(text: string, content: Content, { log, input }: SourceOptions): Source {
  return {
    target: text,
    kind: 'archive',
    live: false,
    async sample() {
      const archive = await readArchive(content);
      if (!archive.ok) return archive;
      const outside = log === undefined ? null : await readOutsideLog(log, input);
      const { tree } = archive.value;
      const packed = log === undefined ? packedLogsIn(tree) : [];
      const logs = packed.length === 0 ? null : await withLogsAsText(tree, packed);
      return collect(withLog(withLeaders(logs?.tree ?? tree), outside), {
        target: text,
        source: 'archive',
        takenAt: null,
        privileged: null,
        live: false,
        problems: [
          ...archive.value.problems,
          ...(logs?.problems ?? []),
          ...(outside?.problems ?? []),
        ],
        ...(outside === null ? {} : { logPaths: [outside.path] }),
      });
    },
    async seek(sought) {
      const archive = await readArchive(content);
      return archive.ok ? succeed(searchTree(withLeaders(archive.value.tree), sought)) : archive;
    },
    close: () => undefined,
  };
}
