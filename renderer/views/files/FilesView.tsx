import { useEffect, useMemo, useState } from 'react';
import type { RawFile } from '../../../shared/api/contract';
import { EmptyState } from '../../components/EmptyState';
import { FilterField } from '../../components/FilterField';
import { Grid } from '../../components/grid/Grid';
import { sortRows } from '../../components/grid/column';
import { Split } from '../../components/Split';
import { attempt } from '../../state/actions';
import { ask } from '../../state/bridge';
import { changeView } from '../../state/store';
import type { PanelProps } from '../shared/panel';
import type { Sorting } from '../../state/views';
import { useHostView } from '../shared/useHostView';
import { fileColumns } from './columns';
import { FileDetail } from './FileDetail';
import { filterFiles } from './files';
import './FilesView.css';

const keyOfFile = (file: RawFile) => file.path;
const rowHeight = () => 28;
const byPath: Sorting = { column: 'path', descending: false };

/** Each raw file with its path, so that every claim can be traced. */
export function FilesView({ host }: PanelProps) {
  const files = useFiles(host.id, host.sampledAt);
  const { filter, sorting, chosen, detailOpen, set } = useHostView(host.id, 'files');
  const order = sorting ?? byPath;
  const filtered = useMemo(() => filterFiles(files ?? [], filter), [files, filter]);
  const rows = useMemo(() => sortRows(filtered, fileColumns, order), [filtered, order]);

  if (files === null) return <EmptyState tone="unknown" busy title="Listing what was read …" />;
  if (files.length === 0) return <EmptyState tone="unknown" title="No file was read" />;
  const shown = shownFile(files, rows, chosen);
  return (
    <Split
      detailLabel="File"
      open={detailOpen}
      onClose={() => changeView(host.id, { detailOpen: false })}
      detail={
        shown === null ? null : (
          <FileDetail key={shown.path} id={host.id} file={shown} sampledAt={host.sampledAt} />
        )
      }
    >
      <div className="view files">
        <FilterField
          label="Filter files"
          value={filter}
          onChange={(value) => set({ filter: value })}
          shown={rows.length}
          total={files.length}
        />
        {rows.length === 0 ? (
          <p className="quiet">No file matches this filter.</p>
        ) : (
          <Grid
            label="Files of this reading"
            columns={fileColumns}
            rows={rows}
            keyOf={keyOfFile}
            heightOf={rowHeight}
            chosen={shown === null ? null : shown.path}
            onChoose={(key) => set({ chosen: key })}
            onOpen={() => changeView(host.id, { detailOpen: true })}
            sorting={order}
            onSort={(next) => set({ sorting: next })}
          />
        )}
      </div>
    </Split>
  );
}

/** A path that a link named and that is not among the files is shown as absent, not dropped. */
function shownFile(
  files: readonly RawFile[],
  rows: readonly RawFile[],
  chosen: string | null,
): RawFile | null {
  if (chosen === null) return rows[0] ?? null;
  return (
    files.find((file) => file.path === chosen) ?? {
      path: chosen,
      size: null,
      missing: 'not read',
      truncated: false,
    }
  );
}

/** The files of the reading of `sampledAt`; those of the one before while they load. */
function useFiles(id: string, sampledAt: string | null): readonly RawFile[] | null {
  const [answer, setAnswer] = useState<Answered | null>(null);
  useEffect(() => {
    let wanted = true;
    const load = async () => {
      const files = await ask('host:files', { id });
      if (wanted) setAnswer({ sampledAt, files });
    };
    attempt(load());
    return () => {
      wanted = false;
    };
  }, [id, sampledAt]);
  return answer?.files ?? null;
}

interface Answered {
  readonly sampledAt: string | null;
  readonly files: readonly RawFile[];
}
