import { beforeEach, describe, expect, test } from 'vitest';
import { hostOf, patch, settled, transition } from '../../testing/renderer/documents';
import {
  addToast,
  changeView,
  dropHost,
  dropToast,
  putHost,
  selectedHost,
  useWindow,
  viewOf,
} from './store';
import { freshView } from './views';

const blank = useWindow.getState();

beforeEach(() => useWindow.setState(blank, true));

function open(...ids: string[]): void {
  for (const id of ids) putHost(hostOf(settled, { id }));
}

test('it begins with nothing open and nothing said', () => {
  expect(blank).toMatchObject({
    info: null,
    settings: null,
    hosts: {},
    order: [],
    selected: null,
    views: {},
    overlay: null,
    toasts: [],
    announcement: '',
  });
});

describe('hosts', () => {
  test('stand in the order in which they were opened, also after they have changed', () => {
    open('a', 'b', 'c');
    putHost(hostOf(settled, { id: 'a', label: 'renamed' }));
    expect(useWindow.getState().order).toEqual(['a', 'b', 'c']);
    expect(useWindow.getState().hosts['a']?.label).toBe('renamed');
    expect(Object.keys(useWindow.getState().hosts)).toEqual(['a', 'b', 'c']);
  });

  test('the selected one is found, no other and none where none is selected', () => {
    open('a', 'b');
    expect(selectedHost(useWindow.getState())).toBeNull();
    useWindow.setState({ selected: 'b' });
    expect(selectedHost(useWindow.getState())?.id).toBe('b');
    useWindow.setState({ selected: 'gone' });
    expect(selectedHost(useWindow.getState())).toBeNull();
  });

  test.each([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'b'],
  ])('where the selected %s is closed, %s is selected', (closed, next) => {
    open('a', 'b', 'c');
    useWindow.setState({ selected: closed });
    dropHost(closed);
    expect(useWindow.getState().selected).toBe(next);
  });

  test('where another one is closed, the selection stays', () => {
    open('a', 'b', 'c');
    useWindow.setState({ selected: 'c' });
    dropHost('a');
    expect(useWindow.getState()).toMatchObject({ selected: 'c', order: ['b', 'c'] });
    dropHost('never opened');
    expect(useWindow.getState()).toMatchObject({ selected: 'c', order: ['b', 'c'] });
  });

  test('after the last one nothing is selected and nothing of it is left', () => {
    open('a');
    changeView('a', { view: 'files' });
    useWindow.setState({ selected: 'a' });
    dropHost('a');
    expect(useWindow.getState()).toMatchObject({ selected: null, order: [], hosts: {}, views: {} });
  });
});

describe('the view of a host', () => {
  test('is the transition while one runs or may run, otherwise the livepatches', () => {
    const running = { ...settled, transitionState: 'running' as const, transition: transition() };
    putHost(hostOf(running, { id: 'running' }));
    putHost(hostOf({ ...settled, transitionState: 'unknown' }, { id: 'unknown' }));
    putHost(hostOf({ ...settled, patches: [patch('a')] }, { id: 'settled' }));
    const { views } = useWindow.getState();
    expect(views['running']?.view).toBe('transition');
    expect(views['unknown']?.view).toBe('transition');
    expect(views['settled']?.view).toBe('livepatches');
  });

  test('is open until the host was read, and stays what was chosen', () => {
    putHost(hostOf(null, { phase: 'loading' }));
    expect(viewOf(useWindow.getState(), 'h1').view).toBeNull();
    changeView('h1', { view: 'files' });
    putHost(hostOf(settled));
    expect(viewOf(useWindow.getState(), 'h1').view).toBe('files');
  });

  test('keeps the rest where one part changes, and other hosts’ views', () => {
    changeView('h1', { view: 'files' });
    changeView('h2', { view: 'findings' });
    changeView('h1', { detailOpen: true });
    expect(useWindow.getState().views).toEqual({
      h1: { ...freshView, view: 'files', detailOpen: true },
      h2: { ...freshView, view: 'findings' },
    });
    expect(viewOf(useWindow.getState(), 'never opened')).toEqual(freshView);
  });
});

describe('notices', () => {
  const titles = () => useWindow.getState().toasts.map(({ title }) => title);

  function notice(title: string): void {
    addToast({ tone: 'plain', title, text: '' });
  }

  test('the last three stand, the newest at the end, each with a number of its own', () => {
    for (const title of ['1', '2', '3', '4']) notice(title);
    expect(titles()).toEqual(['2', '3', '4']);
    const ids = useWindow.getState().toasts.map(({ id }) => id);
    expect(ids.toSorted((a, b) => a - b)).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });

  test('one is taken away, the others stay', () => {
    for (const title of ['1', '2', '3']) notice(title);
    dropToast(useWindow.getState().toasts[1]?.id ?? 0);
    expect(titles()).toEqual(['1', '3']);
  });
});
