import type { RawFile } from '../../../shared/api/contract';
import { visible } from '../../../shared/base/text';
import type { Column } from '../../components/grid/column';
import { missingWord, sizeText } from './files';

/** `/proc/9` before `/proc/10`. */
const byName = new Intl.Collator('en', { numeric: true });

export const fileColumns: readonly Column<RawFile>[] = [
  {
    id: 'path',
    title: 'Path',
    track: 'minmax(0, 1fr)',
    compare: (a, b) => byName.compare(a.path, b.path),
    cell: ({ path, missing }) => (
      <code className="file-path truncate" data-missing={missing !== null}>
        {visible(path)}
      </code>
    ),
    text: ({ path }) => path,
  },
  {
    id: 'size',
    title: 'Content',
    track: '132px',
    compare: (a, b) => (a.size ?? -1) - (b.size ?? -1),
    cell: ({ size, missing, truncated }) => (
      <div className="truncate quiet">
        {missing === null ? `${sizeText(size)}${truncated ? ', cut' : ''}` : missingWord(missing)}
      </div>
    ),
    text: ({ size, missing }) => missing ?? sizeText(size),
  },
];
