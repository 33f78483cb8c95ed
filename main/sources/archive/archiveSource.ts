/** A saved tree in an archive: a capture or a sosreport. */
import { succeed } from '../../../shared/base/problem';
import { withLeaders } from '../../../shared/readings/leaders';
import { searchTree } from '../../../shared/readings/stackSearch';
import { readSavedTree } from '../directory/savedTree';
import type { Content } from '../content';
import { readArchive } from './readArchive';
import type { Source, SourceOptions } from '../source';

export function openArchive(text: string, content: Content, options: SourceOptions): Source {
  return {
    target: text,
    kind: 'archive',
    live: false,
    async sample() {
      const archive = await readArchive(content);
      if (!archive.ok) return archive;
      const { tree, problems } = archive.value;
      return readSavedTree(tree, { target: text, source: 'archive' }, options, problems);
    },
    async seek(sought) {
      const archive = await readArchive(content);
      return archive.ok ? succeed(searchTree(withLeaders(archive.value.tree), sought)) : archive;
    },
    close: () => undefined,
  };
}
