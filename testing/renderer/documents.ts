/** A host of the window for tests; what its status document is made of, as `testing/shared` has it. */
import type { AppInfo, Host } from '../../shared/api/contract';
import { isStory } from '../../renderer/state/isStory';
import { isOfDemo } from '../../shared/report/demoMark';
import { headlineOf, seenSeconds } from '../../shared/report/headline';
import type { StatusDocument } from '../../shared/report/statusDocument';

export { blocker, patch, settled, transition, unseenBlocker } from '../shared/documents';

const target = 'dir:/captures/db1';
const moments = { sampledAt: '2026-11-21T12:03:11.000Z', transitionSeenAt: null };

function headlineFor(
  status: StatusDocument,
  seen: Parameters<typeof seenSeconds>[0],
): Host['headline'] {
  const said = headlineOf(status, seenSeconds(seen));
  return { ...said, title: said.title.map((part) => ({ ...part })) };
}

export function hostOf(status: StatusDocument | null, change: Partial<Host> = {}): Host {
  return {
    id: 'h1',
    target,
    label: 'db1',
    live: false,
    paused: false,
    phase: 'ready',
    headline: status === null ? null : headlineFor(status, { ...moments, ...change }),
    isDemo: isStory({ target: change.target ?? target }) || (status !== null && isOfDemo(status)),
    status,
    problem: null,
    sampleMs: 6,
    slowed: null,
    rebooted: null,
    reconnecting: false,
    ...moments,
    drain: [],
    demo: null,
    recording: null,
    recorder: null,
    ...change,
  };
}

/** What the main process says of itself at first, with nothing open. */
export const appInfo: AppInfo = {
  version: '0.1.0',
  electron: '45.4.1',
  platform: 'linux',
  notices: [],
  hasPkexec: false,
  settings: { theme: 'dark', zoom: 1, interval: 2, transports: {} },
  samples: [],
  demos: [],
  hosts: [],
  selected: null,
  view: null,
};
