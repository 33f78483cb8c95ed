import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { viewNames, viewTitles } from '../../../shared/api/choices';
import type { Host } from '../../../shared/api/contract';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { ErrorBoundary } from '../../components/ErrorBoundary';
import { show } from '../../state/actions';
import { countText } from '../../../shared/base/words';
import { headlineOfHost } from '../../state/headline';
import { useWindow, viewOf } from '../../state/store';
import { firstView } from '../../state/views';
import { panels } from './panels';

/** The views of a host. */
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
        const chosen = viewNames.find((name) => name === key);
        if (chosen !== undefined) show(host.id, chosen);
      }}
    >
      <TabList className="host-tabs__list" aria-label="Views" data-tone={tone}>
        {viewNames.map((name) => {
          const badge = panels[name].badge?.(status, tone);
          return (
            <Tab key={name} id={name} className="host-tabs__tab">
              {viewTitles[name].title}
              {badge === undefined || badge.count === 0 ? null : (
                <span className="host-tabs__count" data-tone={badge.tone}>
                  {countText(badge.count)}
                </span>
              )}
            </Tab>
          );
        })}
      </TabList>
      {viewNames.map((name) => {
        const { Panel } = panels[name];
        return (
          <TabPanel key={name} id={name} className="host-tabs__panel">
            <ErrorBoundary>
              <Panel host={host} status={status} />
            </ErrorBoundary>
          </TabPanel>
        );
      })}
    </Tabs>
  );
}
