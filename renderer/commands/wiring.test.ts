// @vitest-environment jsdom
/** Every command does what it is called: what it asks of the main process, or changes in the window. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DemoState, Host } from '../../shared/api/contract';
import { useQuestions } from '../state/questions';
import { playbackOf, usePlayback } from '../player/playback';
import { putHost, useWindow, type WindowState } from '../state/store';
import { installBridge } from '../../testing/renderer/bridge';
import { playMain, type PlayedMain } from '../../testing/renderer/playedMain';
import { appInfo, hostOf, patch, settled } from '../../testing/renderer/documents';
import { commands, commandOf, runCommand } from './registry';
import { eventually } from '../../testing/renderer/eventually';

const blank = useWindow.getState();
let main: PlayedMain;

beforeEach(() => {
  useWindow.setState({ ...blank, info: appInfo, settings: appInfo.settings }, true);
  usePlayback.setState({}, true);
  useQuestions.setState({ waiting: [] });
  main = playMain();
});
/** A moment of a recording that is under way would hold up the next one. */
function isAtRest(): void {
  for (const request of main.requests) if (request.name === 'recording:move-to') request.answer();
  if (playbackOf('h1').wanted !== null) throw new Error('a moment is under way');
}
afterEach(async () => {
  document.body.replaceChildren();
  await eventually(isAtRest);
});

const demo: DemoState = {
  title: 'x',
  story: 'x',
  position: 4,
  lasts: 65,
  playing: true,
  speed: 4,
  says: null,
  next: { at: 19, says: 'x' },
  takenOver: true,
  rules: null,
  surprises: [],
};
const recording = {
  index: 1,
  count: 3,
  at: '2026-11-21T12:00:01.000Z',
  seconds: 1,
  lasts: 2,
  lost: false,
};
const applied = { ...settled, patches: [patch('livepatch_a')] };

const saved = hostOf(applied);
const ssh = hostOf(applied, { target: 'db1', live: true });
const story = hostOf(applied, { target: 'demo:disk-sleeper', live: true, demo });
const replay = hostOf(applied, { target: '/x.klprec', recording });
const unread = hostOf(null, { target: 'db1', live: true, phase: 'loading' });

function shown(host: Host | null): WindowState {
  if (host !== null) {
    putHost(host);
    useWindow.setState({ selected: host.id });
  }
  return useWindow.getState();
}

test.each<[string, string, unknown, Host | null]>([
  ['open.local', 'host:open', { target: 'local' }, null],
  ['open.file', 'dialog:open', { kind: 'file' }, null],
  ['open.folder', 'dialog:open', { kind: 'folder' }, null],
  ['open.scenario', 'dialog:open', { kind: 'scenario' }, null],
  ['open.start', 'window:shows', { host: null }, saved],
  ['host.refresh', 'host:refresh', { id: 'h1' }, saved],
  ['host.pause', 'host:pause', { id: 'h1', paused: true }, ssh],
  ['host.close', 'host:close', { id: 'h1' }, saved],
  ['host.forget-secrets', 'secrets:forget', { id: 'h1' }, ssh],
  ['secrets.forget', 'secrets:forget', { id: null }, null],
  ['host.ssh2', 'host:retry', { id: 'h1', live: { transport: 'ssh2' } }, ssh],
  ['host.openssh', 'host:retry', { id: 'h1', live: { transport: 'openssh' } }, ssh],
  ['host.record', 'host:record', { id: 'h1', on: true }, ssh],
  [
    'host.record',
    'host:record',
    { id: 'h1', on: false },
    { ...ssh, recorder: { file: '/x', moments: 1, bytes: 1, problem: null } },
  ],
  ['theme.system', 'settings:change', { theme: 'system' }, null],
  ['theme.light', 'settings:change', { theme: 'light' }, null],
  ['theme.dark', 'settings:change', { theme: 'dark' }, null],
  ['zoom.in', 'settings:change', { zoom: 1.1 }, null],
  ['zoom.out', 'settings:change', { zoom: 0.9 }, null],
  ['zoom.reset', 'settings:change', { zoom: 1 }, null],
  ['copy.status', 'clipboard:write', { text: `${JSON.stringify(applied, null, 2)}\n` }, saved],
  ['demo.play', 'demo:control', { id: 'h1', command: { do: 'pause' } }, story],
  [
    'demo.play',
    'demo:control',
    { id: 'h1', command: { do: 'play' } },
    { ...story, demo: { ...demo, playing: false } },
  ],
  ['demo.step', 'demo:control', { id: 'h1', command: { do: 'step' } }, story],
  ['demo.restart', 'demo:control', { id: 'h1', command: { do: 'restart' } }, story],
  ['demo.faster', 'demo:control', { id: 'h1', command: { do: 'speed', speed: 16 } }, story],
  ['demo.slower', 'demo:control', { id: 'h1', command: { do: 'speed', speed: 1 } }, story],
  ['demo.hand-back', 'demo:control', { id: 'h1', command: { do: 'hand-back' } }, story],
  ['demo.step', 'recording:move-to', { id: 'h1', index: 2 }, replay],
  ['demo.restart', 'recording:move-to', { id: 'h1', index: 0 }, replay],
  ['recording.back', 'recording:move-to', { id: 'h1', index: 0 }, replay],
])('%s asks %s', (id, request, argument, host) => {
  shown(host);
  expect(runCommand(id)).toBe(true);
  expect(main.requests.map(({ name, argument: given }) => [name, given])).toContainEqual([
    request,
    argument,
  ]);
});

test('views are shown, the overlays opened, and neighbours chosen', () => {
  shown(saved);
  for (const view of ['transition', 'livepatches', 'functions', 'findings', 'files']) {
    runCommand(`view.${view}`);
    expect(useWindow.getState().views['h1']?.view).toBe(view);
  }
  runCommand('host.what-if');
  expect(useWindow.getState().overlay).toEqual({ kind: 'what-if', host: 'h1' });
  useWindow.setState({ overlay: null });
  runCommand('app.shortcuts');
  expect(useWindow.getState().overlay).toEqual({ kind: 'shortcuts' });
  runCommand('app.palette');
  expect(useWindow.getState().overlay).toEqual({ kind: 'palette' });
  putHost({ ...saved, id: 'h2' });
  putHost({ ...saved, id: 'h3' });
  runCommand('host.next');
  expect(useWindow.getState().selected).toBe('h2');
  runCommand('host.previous');
  runCommand('host.previous');
  expect(useWindow.getState().selected).toBe('h3');
});

test('a story is taken over where one is told and something was read', () => {
  shown(story);
  runCommand('demo.take-over');
  expect(useWindow.getState().overlay).toEqual({ kind: 'take-over', host: 'h1' });
});

test.each(['host.forget-secrets', 'secrets.forget', 'host.record', 'demo.step'])(
  'what goes wrong with %s is shown, not swallowed',
  async (id) => {
    installBridge(() => Promise.reject(new Error('broken \u001b')));
    shown(id === 'demo.step' ? story : ssh);
    runCommand(id);
    await eventually(() =>
      expect(useWindow.getState().toasts).toMatchObject([
        { tone: 'stuck', title: 'That did not work', text: String.raw`broken \x1b` },
      ]),
    );
  },
);

test('the filter of the shown view gets the focus, and what is in it is selected', () => {
  shown(saved);
  const field = document.createElement('input');
  field.value = 'proc';
  field.setAttribute('data-filter', '');
  document.body.append(field);
  runCommand('view.filter');
  expect(document.activeElement).toBe(field);
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, 4]);
});

/** Ids of what makes sense of those that not always do. */
const sensible = (state: WindowState) =>
  new Set(commands.filter((command) => command.enabled(state)).map(({ id }) => id));

const always = [
  'open.local',
  'open.file',
  'open.folder',
  'open.scenario',
  'secrets.forget',
  'theme.system',
  'theme.light',
  'theme.dark',
  'zoom.in',
  'zoom.out',
  'zoom.reset',
  'app.palette',
  'app.shortcuts',
];
const withHost = [
  ...always,
  'open.start',
  'host.refresh',
  'host.close',
  'host.next',
  'host.previous',
];
const withStatus = [
  'view.transition',
  'view.livepatches',
  'view.functions',
  'view.findings',
  'view.files',
  'view.filter',
  'host.what-if',
  'copy.status',
];
const onSsh = ['host.pause', 'host.forget-secrets', 'host.ssh2', 'host.openssh'];
const player = ['demo.play', 'demo.step', 'demo.restart', 'demo.faster', 'demo.slower'];

test.each<[string, Host | null, readonly string[]]>([
  ['nothing', null, always],
  ['a saved state', saved, [...withHost, ...withStatus]],
  ['a host over SSH', ssh, [...withHost, ...withStatus, ...onSsh, 'host.record']],
  ['one that is not read yet', unread, [...withHost, ...onSsh]],
  [
    'this machine',
    { ...ssh, target: 'local' },
    [...withHost, ...withStatus, 'host.pause', 'host.forget-secrets', 'host.record'],
  ],
  [
    'a story',
    story,
    [...withHost, ...withStatus, ...player, 'host.record', 'demo.take-over', 'demo.hand-back'],
  ],
  [
    'a story at its end',
    { ...story, demo: { ...demo, next: null, speed: 16, takenOver: false } },
    [
      ...withHost,
      ...withStatus,
      'host.record',
      'demo.take-over',
      ...player.filter((id) => id !== 'demo.step' && id !== 'demo.faster'),
    ],
  ],
  [
    'a recording',
    replay,
    [
      ...withHost,
      ...withStatus,
      ...player.filter((id) => id !== 'demo.slower'),
      'recording.back',
      'recording.next-event',
      'recording.previous-event',
    ],
  ],
])('on %s just these commands make sense', (_, host, ids) => {
  expect(sensible(shown(host))).toEqual(new Set(ids));
});

test('the fleet is opened whole, in its order, and its first host is shown', async () => {
  const member = (target: string, isFleet: boolean) => ({
    target,
    title: 'x',
    story: 'x',
    isFleet,
  });
  const demos = [member('demo:a', true), member('demo:single', false), member('demo:b', true)];
  useWindow.setState({ info: { ...appInfo, demos } });
  putHost(hostOf(settled, { id: 'before' }));
  expect(commandOf('demo.fleet')?.enabled(useWindow.getState())).toBe(true);
  runCommand('demo.fleet');
  expect(main.asked('host:open')).toEqual([{ target: 'demo:a' }, { target: 'demo:b' }]);
  // The second one was heard of first.
  putHost(hostOf(settled, { id: 'b' }));
  putHost(hostOf(settled, { id: 'a' }));
  main.requests[0]?.answer({ ok: true, id: 'a' });
  main.requests[1]?.answer({ ok: true, id: 'b' });
  await eventually(() => expect(useWindow.getState().selected).toBe('a'));
  expect(useWindow.getState().order).toEqual(['before', 'a', 'b']);
});

test.each([
  ['demo.step', story],
  ['demo.fleet', null],
  ['host.record', ssh],
  ['recording.back', replay],
])('that %s failed is said', async (id, host) => {
  const demos = [{ target: 'demo:a', title: 'x', story: 'x', isFleet: true }];
  useWindow.setState({ info: { ...appInfo, demos } });
  shown(host);
  runCommand(id);
  main.requests.at(-1)?.refuse('no \u0007');
  await eventually(() =>
    expect(useWindow.getState().toasts).toMatchObject([
      { tone: 'stuck', text: expect.stringContaining('no ') },
    ]),
  );
});
