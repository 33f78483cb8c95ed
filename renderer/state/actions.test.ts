// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../testing/shared/eventually';
import { problemHelp } from '../../shared/diagnosis/wording';
import { installBridge } from '../../testing/renderer/bridge';
import { appInfo } from '../../testing/renderer/documents';
import { hostOf, settled } from '../../testing/renderer/documents';
import {
  changeTheme,
  changeZoom,
  closeHost,
  copyStatus,
  openByDialog,
  openTargets,
  refresh,
  select,
  selectNeighbour,
  show,
  togglePause,
} from './actions';
import { changeView, putHost, useWindow } from './store';

const blank = useWindow.getState();
const { settings } = appInfo;

beforeEach(() => useWindow.setState(blank, true));

function open(...ids: string[]): void {
  for (const id of ids) putHost(hostOf(settled, { id }));
}

const toasts = () => useWindow.getState().toasts;

test('a selection closes what lies over the window, and the menu is told', () => {
  const { asked } = installBridge();
  useWindow.setState({ overlay: { kind: 'palette' } });
  select('a');
  expect(useWindow.getState()).toMatchObject({ selected: 'a', overlay: null });
  select(null);
  expect(asked).toEqual([
    ['window:shows', { host: 'a' }],
    ['window:shows', { host: null }],
  ]);
});

describe('opening', () => {
  test('shows what was opened, one after the other', async () => {
    const { asked } = installBridge((name, argument) =>
      name === 'host:open' ? { ok: true, id: JSON.stringify(argument) } : undefined,
    );
    openTargets(['dir:/a', 'dir:/b']);
    await eventually(() => expect(useWindow.getState().selected).toBe('{"target":"dir:/b"}'));
    expect(asked.filter(([name]) => name === 'host:open')).toEqual([
      ['host:open', { target: 'dir:/a' }],
      ['host:open', { target: 'dir:/b' }],
    ]);
    expect(toasts()).toEqual([]);
  });

  test('says why a target was refused, with its signs made visible, and goes on with the next', async () => {
    installBridge((name, argument) =>
      name !== 'host:open'
        ? undefined
        : JSON.stringify(argument).includes('good')
          ? { ok: true, id: 'good' }
          : { ok: false, problem: { code: 'timeout', path: null, message: 'No \u001banswer.' } },
    );
    openTargets(['bad\u202e', 'good']);
    await eventually(() => expect(useWindow.getState().selected).toBe('good'));
    expect(toasts()).toMatchObject([
      {
        tone: 'stuck',
        title: String.raw`bad\u202e was not opened`,
        text: String.raw`No \x1banswer. ${problemHelp('timeout')}`,
      },
    ]);
  });

  test('of what the system’s dialog has answered', async () => {
    const { asked } = installBridge((name) =>
      name === 'dialog:open'
        ? ['dir:/chosen']
        : name === 'host:open'
          ? { ok: true, id: 'chosen' }
          : undefined,
    );
    openByDialog('folder');
    await eventually(() => expect(useWindow.getState().selected).toBe('chosen'));
    expect(asked[0]).toEqual(['dialog:open', { kind: 'folder' }]);
    expect(asked[1]).toEqual(['host:open', { target: 'dir:/chosen' }]);
  });

  test('a mistake of ours is shown, not swallowed', async () => {
    installBridge(() => Promise.reject(new Error('broken \u001b')));
    openTargets(['dir:/a']);
    await eventually(() =>
      expect(toasts()).toMatchObject([
        { tone: 'stuck', title: 'That did not work', text: String.raw`broken \x1b` },
      ]),
    );
  });
});

test('a host that is closed is gone, and the menu knows whether another one is selected', () => {
  const { asked } = installBridge();
  open('a', 'b');
  useWindow.setState({ selected: 'a' });
  closeHost('a');
  closeHost('b');
  expect(asked).toEqual([
    ['host:close', { id: 'a' }],
    ['window:shows', { host: 'b' }],
    ['host:close', { id: 'b' }],
    ['window:shows', { host: null }],
  ]);
  expect(useWindow.getState().order).toEqual([]);
});

test('a host is read again, paused and resumed; one that is not live can’t be paused', () => {
  const { asked } = installBridge();
  putHost(hostOf(settled, { id: 'live', live: true }));
  putHost(hostOf(settled, { id: 'paused', live: true, paused: true }));
  putHost(hostOf(settled, { id: 'saved', live: false }));
  refresh('live');
  for (const id of ['live', 'paused', 'saved', 'never opened']) togglePause(id);
  expect(asked).toEqual([
    ['host:refresh', { id: 'live' }],
    ['host:pause', { id: 'live', paused: true }],
    ['host:pause', { id: 'paused', paused: false }],
  ]);
});

describe('showing a view', () => {
  test('alone leaves filters and what is chosen, and closes the detail', () => {
    changeView('h1', { filters: { files: 'proc' }, chosen: { files: '/a' }, detailOpen: true });
    show('h1', 'files');
    expect(useWindow.getState().views['h1']).toMatchObject({
      view: 'files',
      filters: { files: 'proc' },
      chosen: { files: '/a' },
      detailOpen: false,
    });
  });

  test('with something in it chooses that, where no filter hides it, and opens the detail', () => {
    changeView('h1', {
      filters: { files: 'proc', functions: 'f' },
      chosen: { files: '/a', functions: 'g' },
    });
    show('h1', 'files', '/b');
    expect(useWindow.getState().views['h1']).toMatchObject({
      view: 'files',
      filters: { files: '', functions: 'f' },
      chosen: { files: '/b', functions: 'g' },
      detailOpen: true,
    });
  });

  test('of a host that was never shown begins from nothing', () => {
    show('new', 'findings', 'x');
    expect(useWindow.getState().views['new']).toMatchObject({
      view: 'findings',
      chosen: { findings: 'x' },
    });
  });
});

describe('the neighbour in the rail', () => {
  test.each([
    [null, 1, 'a'],
    [null, -1, 'c'],
    ['a', 1, 'b'],
    ['c', 1, 'a'],
    ['a', -1, 'c'],
    ['c', -1, 'b'],
  ] as const)('of %s by %i is %s', (selected, step, next) => {
    installBridge();
    open('a', 'b', 'c');
    useWindow.setState({ selected });
    selectNeighbour(step);
    expect(useWindow.getState().selected).toBe(next);
  });

  test('of nothing is nothing', () => {
    const { asked } = installBridge();
    selectNeighbour(1);
    selectNeighbour(-1);
    expect(useWindow.getState().selected).toBeNull();
    expect(asked).toEqual([]);
  });
});

describe('copying the status document', () => {
  test('puts its JSON in the clipboard and says so', async () => {
    const { asked } = installBridge();
    putHost(hostOf(settled, { id: 'a', label: 'db\u202e1' }));
    useWindow.setState({ selected: 'a' });
    copyStatus();
    await eventually(() => expect(toasts()).toHaveLength(1));
    expect(asked).toEqual([['clipboard:write', { text: `${JSON.stringify(settled, null, 2)}\n` }]]);
    expect(toasts()[0]).toMatchObject({
      tone: 'plain',
      text: String.raw`The JSON of db\u202e1 is in the clipboard.`,
    });
    expect(useWindow.getState().announcement).toBe('Status document copied');
  });

  test('does nothing where no host is selected or none was read', () => {
    const { asked } = installBridge();
    copyStatus();
    putHost(hostOf(null, { id: 'a' }));
    useWindow.setState({ selected: 'a' });
    copyStatus();
    expect(asked).toEqual([]);
  });
});

describe('settings', () => {
  test('count at once, and are what the main process answers', async () => {
    const { asked } = installBridge(() => ({ ...settings, theme: 'light', interval: 7 }));
    useWindow.setState({ settings: { ...settings, theme: 'dark' } });
    changeTheme('light');
    expect(useWindow.getState().settings).toEqual({ ...settings, theme: 'light' });
    await eventually(() => expect(useWindow.getState().settings?.interval).toBe(7));
    expect(asked).toEqual([['settings:change', { theme: 'light' }]]);
  });

  test('before the main process has told any, there is nothing to change in the window', async () => {
    installBridge(() => ({ ...settings, theme: 'light' }));
    changeTheme('light');
    expect(useWindow.getState().settings).toBeNull();
    await eventually(() => expect(useWindow.getState().settings?.theme).toBe('light'));
  });

  test('an answer to an earlier change does not overwrite a later one', async () => {
    const answers: ((value: unknown) => void)[] = [];
    installBridge(() => new Promise((resolve) => answers.push(resolve)));
    useWindow.setState({ settings: { ...settings, theme: 'dark' } });
    changeZoom(1.1);
    changeZoom(1.2);
    answers[1]?.({ ...settings, zoom: 1.2 });
    answers[0]?.({ ...settings, zoom: 1.1 });
    // The third is answered last: by then the answers before it have been dealt with.
    changeTheme('light');
    answers[2]?.({ ...settings, zoom: 1.2, interval: 9 });
    const zooms: (number | undefined)[] = [];
    const end = useWindow.subscribe((state) => zooms.push(state.settings?.zoom));
    await eventually(() => expect(useWindow.getState().settings?.interval).toBe(9));
    end();
    expect(new Set(zooms)).toEqual(new Set([1.2]));
  });

  test.each([
    [1.04, 1],
    [1.06, 1.1],
    [7, 3],
    [0.1, 0.5],
  ])('a zoom of %f becomes %f', (requested, becomes) => {
    const { asked } = installBridge(() => settings);
    changeZoom(requested);
    expect(asked).toEqual([['settings:change', { zoom: becomes }]]);
  });
});
