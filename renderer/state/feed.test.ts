// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../testing/shared/eventually';
import { useQuestions } from './questions';
import { installBridge, type MainProcess } from '../../testing/renderer/bridge';
import { appInfo as info } from '../../testing/renderer/documents';
import { hostOf, patch, settled, transition } from '../../testing/renderer/documents';
import { startFeed } from './feed';
import { useWindow } from './store';

const blank = useWindow.getState();

beforeEach(() => {
  useWindow.setState(blank, true);
  useQuestions.setState({ waiting: [] });
});

function begin(answer: unknown = info): MainProcess {
  return installBridge((name) => (name === 'app:info' ? answer : undefined));
}

test('it begins with what the main process has, on the view that was asked for', async () => {
  const host = hostOf({ ...settled, patches: [patch('a')] });
  const { listeners } = begin({ ...info, hosts: [host], selected: 'h1', view: 'functions' });
  const end = startFeed(() => undefined);
  await eventually(() => expect(useWindow.getState().selected).toBe('h1'));
  expect(useWindow.getState().views['h1']?.view).toBe('functions');
  expect(useWindow.getState().settings?.theme).toBe('dark');
  end();
  expect(listeners.size).toBe(0);
});

test('a settled host opens on its livepatches, and keeps the tab that was chosen', async () => {
  const { listeners } = begin();
  startFeed(() => undefined);
  listeners.get('host:changed')?.(hostOf({ ...settled, patches: [patch('a')] }));
  await eventually(() => expect(useWindow.getState().views['h1']?.view).toBe('livepatches'));
});

test('what does not fit the contract never reaches the store', async () => {
  const { listeners } = begin();
  startFeed(() => undefined);
  const warning = vi.spyOn(console, 'error').mockReturnValue(undefined);
  listeners.get('host:changed')?.({ ...hostOf(settled), label: 7 });
  await eventually(() => expect(warning).toHaveBeenCalledOnce());
  expect(useWindow.getState().order).toEqual([]);
  warning.mockRestore();
});

test('a change of the sentence is announced, the same sentence is not said again', async () => {
  const { listeners } = begin({ ...info, hosts: [hostOf(settled)], selected: 'h1' });
  startFeed(() => undefined);
  await eventually(() => expect(useWindow.getState().selected).toBe('h1'));
  listeners.get('host:changed')?.(hostOf({ ...settled, patches: [patch('livepatch_a')] }));
  await eventually(() => expect(useWindow.getState().announcement).toContain('livepatch_a'));
  useWindow.setState({ announcement: '' });
  listeners.get('host:changed')?.(hostOf({ ...settled, patches: [patch('livepatch_a')] }));
  listeners.get('host:closed')?.({ id: 'h1' });
  await eventually(() => expect(useWindow.getState().order).toEqual([]));
  expect(useWindow.getState().announcement).toBe('');
});

test('a menu entry runs its command', async () => {
  const { listeners } = begin();
  const run = vi.fn<(id: string) => void>();
  startFeed(run);
  listeners.get('command:run')?.({ id: 'open.file' });
  await eventually(() => expect(run).toHaveBeenCalledWith('open.file'));
});

test('a host that the main process has selected is opened on the view that answers first', async () => {
  begin({ ...info, hosts: [hostOf(settled)], selected: 'h1' });
  startFeed(() => undefined);
  await eventually(() => expect(useWindow.getState().selected).toBe('h1'));
  expect(useWindow.getState().views['h1']?.view).toBe('livepatches');
});

test('where none is selected the start screen stays', async () => {
  begin({ ...info, hosts: [hostOf(settled)], view: 'files' });
  startFeed(() => undefined);
  await eventually(() => expect(useWindow.getState().order).toEqual(['h1']));
  expect(useWindow.getState()).toMatchObject({ selected: null, overlay: null });
});

test('what is told before the first answer is newer than it; the answer knows the order', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const { listeners } = begin(new Promise((resolve) => (answer = resolve)));
  startFeed(() => undefined);
  const told = (id: string) => hostOf(settled, { id, label: 'newer' });
  listeners.get('host:changed')?.(told('only-told'));
  listeners.get('host:changed')?.(told('b'));
  await eventually(() => expect(useWindow.getState().order).toEqual(['only-told', 'b']));
  const older = (id: string) => hostOf(settled, { id, label: 'older' });
  answer({ ...info, hosts: [older('a'), older('b')] });
  await eventually(() => expect(useWindow.getState().order).toEqual(['a', 'b', 'only-told']));
  const { hosts } = useWindow.getState();
  expect(hosts['a']?.label).toBe('older');
  expect(hosts['b']?.label).toBe('newer');
});

test('what is wrong with a file of the user’s is shown, its signs made visible', async () => {
  begin({ ...info, notices: ['klpscope.json \u001b is no JSON.'] });
  startFeed(() => undefined);
  await eventually(() =>
    expect(useWindow.getState().toasts).toMatchObject([
      { tone: 'stuck', text: String.raw`klpscope.json \x1b is no JSON.` },
    ]),
  );
});

test('selection, settings and questions follow the main process', async () => {
  const { listeners } = begin();
  startFeed(() => undefined);
  await eventually(() => expect(useWindow.getState().info).not.toBeNull());
  listeners.get('host:select')?.({ id: 'h1' });
  listeners.get('settings:changed')?.({ ...info.settings, interval: 9 });
  const asked = {
    id: 4,
    host: 'h1',
    question: { kind: 'password', user: 'a', host: 'db1', again: false },
    remembering: null,
  };
  listeners.get('question:asked')?.(asked);
  await eventually(() => expect(useQuestions.getState().waiting).toEqual([asked]));
  expect(useWindow.getState()).toMatchObject({ selected: 'h1', settings: { interval: 9 } });
  listeners.get('question:withdrawn')?.({ id: 4 });
  await eventually(() => expect(useQuestions.getState().waiting).toEqual([]));
});

describe('aloud', () => {
  const running = { ...settled, transitionState: 'running' as const, transition: transition() };

  async function feed(selected: string | null): Promise<(status: typeof settled) => Promise<void>> {
    const { listeners } = begin({ ...info, hosts: [hostOf(settled)], selected });
    startFeed(() => undefined);
    await eventually(() => expect(useWindow.getState().order).toEqual(['h1']));
    return async (status) => {
      const host = hostOf(status);
      useWindow.setState({ announcement: '' });
      listeners.get('host:changed')?.(host);
      await eventually(() => expect(useWindow.getState().hosts['h1']).toEqual(host));
    };
  }

  test('another host’s name is said when its mark changes, not when its figures do', async () => {
    const change = await feed(null);
    await change(running);
    expect(useWindow.getState().announcement).toMatch(/^db1: ./);
    const { total, ...rest } = transition().threads;
    await change({
      ...running,
      transition: transition({ threads: { ...rest, total: (total ?? 0) + 1 } }),
    });
    expect(useWindow.getState().announcement).toBe('');
  });

  test('a host that is new is not announced unless it is the one that is shown', async () => {
    const { listeners } = begin({ ...info, selected: 'shown' });
    startFeed(() => undefined);
    await eventually(() => expect(useWindow.getState().selected).toBe('shown'));
    listeners.get('host:changed')?.(hostOf(settled, { id: 'other' }));
    await eventually(() => expect(useWindow.getState().order).toEqual(['other']));
    expect(useWindow.getState().announcement).toBe('');
    listeners.get('host:changed')?.(hostOf(settled, { id: 'shown' }));
    await eventually(() => expect(useWindow.getState().announcement).not.toBe(''));
    expect(useWindow.getState().announcement).not.toContain('db1: ');
  });
});
