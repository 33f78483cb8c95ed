import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import type { Host } from '../../../shared/api/contract';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { ErrorBoundary } from '../../components/ErrorBoundary';
import { show } from '../../state/actions';
import { countText } from '../../state/format';
import { headlineOfHost, type Tone } from '../../state/headline';
import { useWindow, viewOf } from '../../state/store';
import { firstView, views, type ViewId } from '../../state/views';
import { panels } from './panels';

interface Count {
  readonly count: number;
  readonly tone: Tone | null;
}

/** The five views of a host. */
export function HostTabs({
  host,
  status,
}: {
  readonly host: Host;
  readonly status: StatusDocument;
}) {
  const view = useWindow((state) => viewOf(state, host.id).view) ?? firstView(status);
  const { tone } = headlineOfHost(host);
  return (
    <Tabs
      className="host-tabs"
      selectedKey={view}
      onSelectionChange={(key) => {
        const chosen = views.find(({ id }) => id === key);
        if (chosen !== undefined) show(host.id, chosen.id);
      }}
    >
      <TabList className="host-tabs__list" aria-label="Views" data-tone={tone}>
        {views.map(({ id, title }) => {
          const count = countOf(id, status, tone);
          return (
            <Tab key={id} id={id} className="host-tabs__tab">
              {title}
              {count === null ? null : (
                <span className="host-tabs__count" data-tone={count.tone}>
                  {countText(count.count)}
                </span>
              )}
            </Tab>
          );
        })}
      </TabList>
      {views.map(({ id }) => {
        const Panel = panels[id];
        return (
          <TabPanel key={id} id={id} className="host-tabs__panel">
            <ErrorBoundary>
              <Panel host={host} status={status} />
            </ErrorBoundary>
          </TabPanel>
        );
      })}
    </Tabs>
  );
}

function countOf(view: ViewId, status: StatusDocument, tone: Tone): Count | null {
  switch (view) {
    case 'transition': {
      const blocking = status.transition?.threads.blocking ?? null;
      return blocking === null || blocking === 0 ? null : { count: blocking, tone };
    }
    case 'livepatches':
      return status.patches.length === 0 ? null : { count: status.patches.length, tone: null };
    case 'functions':
      return status.functions.length === 0 ? null : { count: status.functions.length, tone: null };
    case 'findings': {
      const severe = status.findings.some((finding) => finding.severity !== 'info');
      const count = status.findings.length;
      return count === 0 ? null : { count, tone: severe ? 'stuck' : null };
    }
    case 'files':
      return null;
  }
}
