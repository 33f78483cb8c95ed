/** A host of the window for tests; what its status document is made of, as `testing/shared` has it. */
import type { AppInfo, Host } from '../../shared/api/contract';
import type { StatusDocument } from '../../shared/report/statusDocument';

export { blocker, patch, settled, transition, unseenBlocker } from '../shared/documents';

export function hostOf(status: StatusDocument | null, change: Partial<Host> = {}): Host {
  return {
    id: 'h1',
    target: 'dir:/captures/db1',
    label: 'db1',
    live: false,
    paused: false,
    phase: 'ready',
    status,
    problem: null,
    sampledAt: '2026-11-21T12:03:11.000Z',
    sampleMs: 6,
    slowed: null,
    reconnecting: false,
    transitionSeenAt: null,
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
