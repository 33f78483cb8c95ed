import { noFunctionText } from '../../../shared/report/emptyViews';
import { useMemo } from 'react';
import { EmptyState } from '../../components/EmptyState';
import { FilterField } from '../../components/FilterField';
import { Grid } from '../../components/grid/Grid';
import { sortRows } from '../../components/grid/column';
import { Split } from '../../components/Split';
import { changeView } from '../../state/store';
import type { PanelProps } from '../shared/panel';
import { FunctionDetail } from '../shared/FunctionDetail';
import { useHostView } from '../shared/useHostView';
import { functionColumns } from './columns';
import { filterFunctions, keyOfFunction } from './rows';
import './FunctionsView.css';

const rowHeight = () => 34;

/** Every patched function: who wins, who is shadowed, what it would fall back to. */
export function FunctionsView({ host, status }: PanelProps) {
  const { filter, sorting, chosen, detailOpen, set } = useHostView(host.id, 'functions');
  const { functions } = status;
  const columns = useMemo(() => functionColumns(status), [status]);
  const filtered = useMemo(() => filterFunctions(functions, filter), [functions, filter]);
  const rows = useMemo(() => sortRows(filtered, columns, sorting), [filtered, columns, sorting]);
  const shown = rows.find((row) => keyOfFunction(row) === chosen) ?? rows[0] ?? null;

  if (functions.length === 0) {
    return (
      <EmptyState
        tone={status.livepatch.supported === true ? 'settled' : 'unknown'}
        title="No function is listed"
      >
        <p>{noFunctionText(status)}</p>
      </EmptyState>
    );
  }
  return (
    <Split
      detailLabel="Function"
      open={detailOpen}
      onClose={() => changeView(host.id, { detailOpen: false })}
      detail={
        shown === null ? null : (
          <FunctionDetail key={keyOfFunction(shown)} entry={shown} status={status} host={host} />
        )
      }
    >
      <div className="view functions">
        <FilterField
          label="Filter functions"
          value={filter}
          onChange={(value) => set({ filter: value })}
          shown={rows.length}
          total={functions.length}
        />
        {rows.length === 0 ? (
          <p className="quiet">No function matches this filter.</p>
        ) : (
          <Grid
            label="Patched functions"
            columns={columns}
            rows={rows}
            keyOf={keyOfFunction}
            heightOf={rowHeight}
            chosen={shown === null ? null : keyOfFunction(shown)}
            onChoose={(key) => set({ chosen: key })}
            onOpen={() => changeView(host.id, { detailOpen: true })}
            sorting={sorting}
            onSort={(next) => set({ sorting: next })}
          />
        )}
      </div>
    </Split>
  );
}
