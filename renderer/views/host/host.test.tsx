// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../../shared/api/contract';
import { useWindow } from '../../state/store';
import { clockText } from '../../state/format';
import { playMain, type PlayedMain } from '../../../testing/renderer/playedMain';
import { appInfo, hostOf, settled } from '../../../testing/renderer/documents';
import { HeadlineBand } from './HeadlineBand';
import { HostHeader } from './HostHeader';
import { RebootBar } from './RebootBar';
import { StatusBar } from './StatusBar';

const blank = useWindow.getState();
let main: PlayedMain;
beforeEach(() => {
  useWindow.setState({ ...blank, settings: { ...appInfo.settings, interval: 7 } }, true);
  main = playMain();
});
afterEach(cleanup);

const live = (change: Partial<Host> = {}) =>
  hostOf(settled, { target: 'db1', live: true, ...change });
const problem = (code: 'timeout' | 'host-key-changed') => ({ code, path: null, message: 'x' });

function header(host: Host): string {
  cleanup();
  render(<HostHeader host={host} />);
  return screen.getByRole('banner').textContent ?? '';
}

test.each<[Partial<Host>, string]>([
  [{}, 'live'],
  [{ paused: true }, 'paused'],
  [{ phase: 'loading', status: null }, 'connecting'],
  [{ reconnecting: true }, 'connecting'],
  [{ phase: 'failed', problem: problem('timeout') }, 'out of reach'],
  [{ phase: 'failed', problem: problem('host-key-changed') }, 'not read'],
  [{ phase: 'failed', problem: problem('timeout'), paused: true }, 'paused'],
])('a live host that is %j is called %s', (change, word) => {
  header(live(change));
  expect(screen.getByText(word)).toBeDefined();
});

test('how often it is read is said while it is: as set, each second in a transition, or slowed', () => {
  expect(header(live())).toContain('every 7 s');
  for (const transitionState of ['running', 'unknown'] as const) {
    expect(header(live({ status: { ...settled, transitionState } }))).toContain('every 1 s');
  }
  expect(header(live({ slowed: { everyMs: 6000, roundMs: 1500 } }))).toContain(
    'a round takes 1.5 s',
  );
  expect(header(live({ paused: true }))).not.toContain('every');
  expect(header(live({ phase: 'failed', problem: problem('timeout') }))).not.toContain('every');
  useWindow.setState({ settings: null });
  expect(header(live())).not.toContain('every');
});

test('that a host was booted again stands there until somebody closes it', async () => {
  const rebooted = { seenAt: '2026-11-21T12:00:00Z', text: 'The host was booted again.' };
  const { rerender } = render(<RebootBar rebooted={rebooted} />);
  expect(screen.getByRole('status').textContent).toContain('The host was booted again. Seen at ');
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('status')).toBeNull();
  rerender(<RebootBar rebooted={{ ...rebooted, seenAt: '2026-11-21T13:00:00Z' }} />);
  expect(screen.getByRole('status').textContent).toContain('The host was booted again. Seen at ');
});

test('what is no live host says what it is', () => {
  expect(header(hostOf(settled))).toContain('saved state');
  const recording = {
    index: 0,
    count: 1,
    at: '2026-11-21T12:00:00Z',
    seconds: 0,
    lasts: 0,
    lost: false,
  };
  expect(header(hostOf(settled, { recording }))).toContain('recording');
  const story = header(hostOf(settled, { target: 'demo', live: true }));
  expect(story).not.toContain('live');
  expect(story).not.toContain('Pause');
});

test('with which rights it was read, and what machine it is', () => {
  const seen = (privileged: boolean | null, source: 'ssh' | 'directory' = 'ssh') =>
    header(live({ status: { ...settled, source, coverage: { ...settled.coverage, privileged } } }));
  expect(seen(true)).toContain('read as root');
  expect(seen(false)).toContain('read without root');
  expect(seen(null)).toContain('rights unknown');
  expect(seen(null, 'directory')).not.toContain('rights');
  const host = { ...settled.host, kernel: '6.1\u0007', uptimeSeconds: 90_061 };
  expect(header(live({ label: 'db\u202e1', status: { ...settled, host } }))).toMatch(
    /db\\u202e1.*Linux 6\.1\\x07up 1 day/,
  );
  const open = { ...settled.host, kernel: null, uptimeSeconds: null };
  expect(header(live({ status: { ...settled, host: open } }))).toContain(
    'kernel unknownuptime unknown',
  );
});

test('its buttons do what they say', async () => {
  const host = live();
  useWindow.setState({ hosts: { h1: host }, order: ['h1'], selected: 'h1', info: appInfo });
  header(host);
  const user = userEvent.setup();
  for (const name of ['Pause', 'Read again', 'Record …', 'Copy JSON']) {
    await user.click(screen.getByRole('button', { name }));
  }
  expect(main.requests.map(({ name }) => name)).toEqual([
    'host:pause',
    'host:refresh',
    'host:record',
    'clipboard:write',
  ]);
  header(live({ paused: true, recorder: { file: '/x', moments: 1, bytes: 1, problem: null } }));
  expect(screen.getByRole('button', { name: 'Resume' })).toBeDefined();
  expect(screen.getByRole('button', { name: 'Stop recording' })).toBeDefined();
});

function bar(host: Host): string {
  cleanup();
  render(<StatusBar host={host} />);
  return screen.getByRole('contentinfo').textContent ?? '';
}

test('when and how completely it was read', () => {
  const moment = '2026-11-21T12:03:11.000Z';
  const coverage = { privileged: true, threadsRead: 1812, threadsDenied: 3, threadsVanished: 0 };
  const status = { ...settled, coverage };
  expect(bar(hostOf(status, { sampledAt: moment, sampleMs: 6.4 }))).toContain(
    `read ${clockText(moment)}, in 6 ms1,812 threads read, 3 denied, 0 exited`,
  );
  expect(bar(hostOf(status, { sampleMs: 0 }))).toContain('in 1 ms');
  expect(bar(hostOf(status, { sampleMs: null }))).not.toContain(' ms');
  expect(bar(hostOf(null, { sampledAt: null }))).not.toContain('read ');
  const open = { ...coverage, threadsDenied: null, threadsVanished: null };
  expect(bar(hostOf({ ...settled, coverage: open }))).toMatch(/1,812 threads read$/);
  expect(bar(hostOf(settled))).toContain('threads not looked at');
});

test('the sentence is cut where a host makes it endless', () => {
  const label = 'x'.repeat(5000);
  render(<HeadlineBand host={hostOf(null, { label, target: label, phase: 'loading' })} />);
  const text = screen.getByRole('region', { name: 'State' }).textContent ?? '';
  expect(text.length).toBeLessThan(1300);
  expect(text).toContain('…');
});
