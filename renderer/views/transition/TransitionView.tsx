import { circumstancesOf } from '../../../shared/diagnosis/wording';
import { useMemo } from 'react';
import { FilterField } from '../../components/FilterField';
import { Grid } from '../../components/grid/Grid';
import { sortRows } from '../../components/grid/column';
import { Split } from '../../components/Split';
import { headlineOfHost } from '../../state/headline';
import { changeView } from '../../state/store';
import type { TransitionEntry } from '../../../shared/report/statusDocument';
import type { PanelProps } from '../shared/panel';
import { useHostView } from '../shared/useHostView';
import { threadColumns } from './columns';
import { DrainCurve } from './DrainCurve';
import { NoTransition } from './NoTransition';
import { Progress } from './Progress';
import { ThreadDetail } from './ThreadDetail';
import { filterThreads, threadKey, wasLookedAt, whyUnseen } from './threads';
import { Limits } from './Limits';
import './TransitionView.css';

/** Rows have two lines where there is something to say, one where nobody looked. */
const rowHeight = (blocker: Parameters<typeof wasLookedAt>[0]) => (wasLookedAt(blocker) ? 46 : 30);

export function TransitionView({ host, status }: PanelProps) {
  const { transition } = status;
  return transition === null ? (
    <NoTransition host={host} status={status} />
  ) : (
    <Running host={host} status={status} transition={transition} />
  );
}

function Running({ host, status, transition }: PanelProps & { transition: TransitionEntry }) {
  const { filter, sorting, chosen, detailOpen, set } = useHostView(host.id, 'transition');
  const { blockers } = status;
  const unseenOf = useMemo(() => whyUnseen(blockers, host.live), [blockers, host.live]);
  const columns = useMemo(
    () => threadColumns(circumstancesOf(status), unseenOf),
    [status, unseenOf],
  );
  const filtered = useMemo(() => filterThreads(blockers, filter), [blockers, filter]);
  const rows = useMemo(() => sortRows(filtered, columns, sorting), [filtered, columns, sorting]);
  const shown = rows.find((row) => threadKey(row) === chosen) ?? rows[0] ?? null;

  return (
    <Split
      detailLabel="Thread"
      open={detailOpen}
      onClose={() => changeView(host.id, { detailOpen: false })}
      detail={
        shown === null ? null : (
          <ThreadDetail
            key={threadKey(shown)}
            blocker={shown}
            unseen={wasLookedAt(shown) ? null : unseenOf(shown)}
            transition={transition}
            status={status}
            host={host}
          />
        )
      }
    >
      <div className="view transition">
        <Progress transition={transition} status={status} />
        <DrainCurve drain={host.drain} stuck={headlineOfHost(host).tone === 'stuck'} />
        <Limits host={host} status={status} transition={transition} />
        {blockers.length === 0 ? null : (
          <>
            <FilterField
              label="Filter threads"
              value={filter}
              onChange={(value) => set({ filter: value })}
              shown={rows.length}
              total={blockers.length}
            />
            {rows.length === 0 ? (
              <p className="quiet transition__none">No blocking thread matches this filter.</p>
            ) : (
              <Grid
                label="Blocking threads"
                columns={columns}
                rows={rows}
                keyOf={threadKey}
                heightOf={rowHeight}
                chosen={shown === null ? null : threadKey(shown)}
                onChoose={(key) => set({ chosen: key })}
                onOpen={() => changeView(host.id, { detailOpen: true })}
                sorting={sorting}
                onSort={(next) => set({ sorting: next })}
              />
            )}
          </>
        )}
      </div>
    </Split>
  );
}
