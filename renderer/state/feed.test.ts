// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';
import type { Bridge } from '../../shared/api/channels';
import { hostOf, patch, settled } from '../testing/documents';
import { startFeed } from './feed';
import { useWindow } from './store';

const blank = useWindow.getState();
const listeners = new Map<string, (payload: unknown) => void>();
const asked: [string, unknown][] = [];

const info = {
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

function installBridge(answer: unknown): void {
  const bridge: Bridge = {
    request: (name, argument) => {
      asked.push([name, argument]);
      return Promise.resolve(name === 'app:info' ? answer : undefined);
    },
    subscribe: (name, listener) => {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
    pathOfFile: () => '',
  };
  Object.defineProperty(window, 'klpscope', { value: bridge, configurable: true });
}

beforeEach(() => {
  useWindow.setState(blank, true);
  listeners.clear();
  asked.length = 0;
});

test('it begins with what the main process has, on the view that was asked for', async () => {
  const host = hostOf({ ...settled, patches: [patch('a')] });
  installBridge({ ...info, hosts: [host], selected: 'h1', view: 'functions' });
  const end = startFeed(() => undefined);
  await vi.waitFor(() => expect(useWindow.getState().selected).toBe('h1'));
  expect(useWindow.getState().views['h1']?.view).toBe('functions');
  expect(useWindow.getState().settings?.theme).toBe('dark');
  end();
  expect(listeners.size).toBe(0);
});

test('a settled host opens on its livepatches, and keeps the tab that was chosen', async () => {
  installBridge(info);
  startFeed(() => undefined);
  listeners.get('host:changed')?.(hostOf({ ...settled, patches: [patch('a')] }));
  await vi.waitFor(() => expect(useWindow.getState().views['h1']?.view).toBe('livepatches'));
});

test('what does not fit the contract never reaches the store', async () => {
  installBridge(info);
  startFeed(() => undefined);
  const complaint = vi.spyOn(console, 'error').mockReturnValue(undefined);
  listeners.get('host:changed')?.({ ...hostOf(settled), label: 7 });
  await vi.waitFor(() => expect(complaint).toHaveBeenCalledOnce());
  expect(useWindow.getState().order).toEqual([]);
  complaint.mockRestore();
});

test('a change of the sentence is announced, the same sentence is not said again', async () => {
  installBridge({ ...info, hosts: [hostOf(settled)], selected: 'h1' });
  startFeed(() => undefined);
  await vi.waitFor(() => expect(useWindow.getState().selected).toBe('h1'));
  listeners.get('host:changed')?.(hostOf({ ...settled, patches: [patch('livepatch_a')] }));
  await vi.waitFor(() => expect(useWindow.getState().announcement).toContain('livepatch_a'));
  useWindow.setState({ announcement: '' });
  listeners.get('host:changed')?.(hostOf({ ...settled, patches: [patch('livepatch_a')] }));
  listeners.get('host:closed')?.({ id: 'h1' });
  await vi.waitFor(() => expect(useWindow.getState().order).toEqual([]));
  expect(useWindow.getState().announcement).toBe('');
});

test('a menu entry runs its command', async () => {
  installBridge(info);
  const run = vi.fn<(id: string) => void>();
  startFeed(run);
  listeners.get('command:run')?.({ id: 'open.file' });
  await vi.waitFor(() => expect(run).toHaveBeenCalledWith('open.file'));
});
