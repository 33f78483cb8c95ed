// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Host } from '../../shared/api/contract';
import { problemHelp } from '../../shared/diagnosis/wording';
import { problemCodes, type Problem, type ProblemCode } from '../../shared/base/problem';
import { useWindow } from '../state/store';
import { playMain, type PlayedMain } from '../../testing/renderer/playedMain';
import { appInfo, hostOf, settled } from '../../testing/renderer/documents';
import { connectTo, forgetSecrets, loadConfigured, useConfigured } from '../state/connectActions';
import { ConnectionBar } from './ConnectionBar';
import { ConnectPanel } from './ConnectPanel';
import { KeyChangeFacts } from './KeyChangeFacts';
import { liveKind, mayComeBack } from '../state/liveKind';
import { nextStep } from '../state/nextStep';
import { RetryButtons } from './RetryButtons';
import { lackOfRights } from './rights';
import { RightsButtons } from './RightsButtons';
import { explanationOf, fieldsOf, fingerprintCommand, titleOf, verdictSentence } from './wording';
import { eventually } from '../../testing/renderer/eventually';

const blank = useWindow.getState();
let main: PlayedMain;
beforeEach(() => {
  useWindow.setState(blank, true);
  useConfigured.setState({ names: null });
  main = playMain();
});
afterEach(cleanup);

const problem = (code: ProblemCode, message = 'It is so.'): Problem => ({
  code,
  path: null,
  message,
});
const lost = (code: ProblemCode, change: Partial<Host> = {}): Host =>
  hostOf(settled, {
    target: 'db1',
    live: true,
    phase: 'failed',
    problem: problem(code),
    ...change,
  });

const buttons = () => screen.getAllByRole('button').map(({ textContent }) => textContent);
const press = (name: string) => userEvent.setup().click(screen.getByRole('button', { name }));

test('only what is lost on the way may come back by itself', () => {
  const may = problemCodes.filter(mayComeBack);
  expect(new Set(may)).toEqual(new Set(['unreachable', 'timeout', 'connection-lost']));
});

test.each([
  ['db1', 'ssh'],
  ['ssh://ada@db1:22', 'ssh'],
  ['local', 'local'],
  ['demo', null],
  ['dir:/srv/x', null],
  ['', null],
])('%j is reached as %s', (target, kind) => {
  expect(liveKind(hostOf(null, { target }))).toBe(kind);
});

test('every problem has a next step; where somebody can be asked it is another one', () => {
  for (const code of problemCodes) expect(nextStep(code)).not.toBe('');
  expect(nextStep('sudo-refused')).not.toBe(problemHelp('sudo-refused'));
  expect(nextStep('too-large')).toBe(problemHelp('too-large'));
});

test('why rights are lacking is what the reading says, escaped', () => {
  const withProblem = (code: ProblemCode) =>
    hostOf({ ...settled, problems: [problem('vanished'), problem(code, 'no \u001b[2J')] });
  expect(lackOfRights(withProblem('sudo-refused'))).toBe('no \\x1b[2J');
  expect(lackOfRights(withProblem('sudo-password-needed'))).toBe('no \\x1b[2J');
  expect(lackOfRights(withProblem('permission-denied'))).toBeNull();
  expect(lackOfRights(hostOf(null))).toBeNull();
});

test.each([
  ['connection-lost', ['Reconnect now'], {}],
  ['host-key-changed', ['Try again'], {}],
  ['sudo-refused', ['Try again', 'Without sudo'], { sudo: false }],
  ['sudo-password-needed', ['Try again', 'Without sudo'], { sudo: false }],
  ['permission-denied', ['Try again', 'Read through sudo'], { sudo: true }],
] as const)('after %s one can %j', async (code, offered, live) => {
  render(<RetryButtons host={lost(code)} problem={problem(code)} />);
  expect(buttons()).toEqual(offered);
  await press(offered.at(-1) ?? '');
  expect(main.asked('host:retry')).toEqual([{ id: 'h1', live }]);
});

test('OpenSSH is offered where the message names it, and then first', async () => {
  const advice = problem('authentication-failed', 'Refused; the system’s OpenSSH can do that.');
  render(<RetryButtons host={lost('authentication-failed')} problem={advice} />);
  expect(buttons()).toEqual(['Try again', 'Use the system’s OpenSSH']);
  expect(document.querySelector('.button--main')?.textContent).toBe('Use the system’s OpenSSH');
  await press('Use the system’s OpenSSH');
  await press('Try again');
  expect(main.asked('host:retry')).toEqual([
    { id: 'h1', live: { transport: 'openssh' } },
    { id: 'h1', live: {} },
  ]);
});

test.each([
  [
    'lost',
    <RetryButtons
      key="1"
      host={lost('timeout', { reconnecting: true })}
      problem={problem('timeout')}
    />,
  ],
  [
    'without rights',
    <RightsButtons key="2" host={lost('timeout', { reconnecting: true })} kind="ssh" />,
  ],
])('while a host that is %s is connected to anew, that can be given up', async (_, shown) => {
  render(shown);
  expect(buttons()).toEqual(['Cancel']);
  await press('Cancel');
  expect(main.asked('host:cancel')).toEqual([{ id: 'h1' }]);
});

test('root’s rights are asked of sudo, and on this machine of the desktop where it can', async () => {
  const host = hostOf(settled, { target: 'local', live: true });
  const { rerender } = render(<RightsButtons host={host} kind="local" />);
  expect(buttons()).toEqual(['Read through sudo']);
  useWindow.setState({ info: { ...appInfo, hasPkexec: true } });
  rerender(<RightsButtons host={host} kind="ssh" />);
  expect(buttons()).toEqual(['Read through sudo']);
  rerender(<RightsButtons host={host} kind="local" />);
  await press('Ask the system for root’s rights');
  await press('Read through sudo');
  expect(main.asked('host:retry')).toEqual([
    { id: 'h1', live: { sudo: false, pkexec: true } },
    { id: 'h1', live: { sudo: true, pkexec: false } },
  ]);
  const refused = hostOf({ ...settled, problems: [problem('sudo-password-needed')] });
  rerender(<RightsButtons host={refused} kind="ssh" />);
  expect(buttons()).toEqual(['Try again with a password']);
});

test('below the headline a live host says what is the matter, a saved one nothing', () => {
  const { rerender } = render(<ConnectionBar host={lost('connection-lost')} />);
  const bar = (name: string) => screen.queryByRole('region', { name })?.textContent;
  expect(bar('Connection')).toContain('connects again by itself');
  rerender(<ConnectionBar host={lost('host-key-changed')} />);
  expect(bar('Connection')).toContain('not read again until you say so');
  const seen = (privileged: boolean | null) => ({
    ...settled,
    coverage: { ...settled.coverage, privileged },
  });
  rerender(<ConnectionBar host={hostOf(seen(false), { target: 'db1', live: true })} />);
  expect(bar('Rights')).toContain('to root only');
  for (const privileged of [true, null]) {
    rerender(<ConnectionBar host={hostOf(seen(privileged), { target: 'db1', live: true })} />);
    expect(bar('Rights')).toBeUndefined();
  }
  rerender(<ConnectionBar host={hostOf(seen(false))} />);
  expect(screen.queryByRole('region')).toBeNull();
});

const changed =
  'The host key of db1 has changed: now ssh-ed25519 SHA256:new, known is SHA256:old ' +
  "(/k, line 3). Somebody may be listening in. Remove it with: ssh-keygen -R 'db1' -f '/k'";

test('a changed key shows both, and the command that removes the old one; another problem nothing', () => {
  const { rerender } = render(<KeyChangeFacts problem={problem('host-key-changed', changed)} />);
  expect(screen.getAllByRole('definition').map(({ textContent }) => textContent)).toEqual([
    'SHA256:newCopy',
    'SHA256:oldCopy',
    'ssh-ed25519',
    '/k, line 3',
  ]);
  expect(screen.getByText("ssh-keygen -R 'db1' -f '/k'")).toBeDefined();
  rerender(<KeyChangeFacts problem={problem('host-key-unknown', changed)} />);
  expect(screen.queryAllByRole('definition')).toEqual([]);
  expect(document.body.textContent).toBe('');
});

test('connecting opens what is typed; what is no host is said', async () => {
  expect(await connectTo('local', false)).toContain('local is no host');
  expect(main.requests).toEqual([]);
  const opening = connectTo(' db1 ', true);
  expect(main.asked('host:open')).toEqual([{ target: 'db1', live: { sudo: true } }]);
  main.last('host:open').answer({ ok: true, id: 'host-7' });
  expect(await opening).toBeNull();
  expect(useWindow.getState().selected).toBe('host-7');
  const refused = connectTo('db1:0', false);
  expect(main.asked('host:open').at(-1)).toEqual({ target: 'db1:0', live: {} });
  main.last('host:open').answer({ ok: false, problem: problem('not-found', 'no \u0007') });
  expect(await refused).toBe('no \\x07');
});

test('the panel connects to what is typed and to what is configured', async () => {
  main.always('hosts:configured', ['db1', 'web\u202e']);
  main.always('host:open', { ok: false, problem: problem('not-found', 'There is none.') });
  render(<ConnectPanel />);
  await userEvent.setup().click(await screen.findByText('web\\u202e'));
  expect((await screen.findByRole('alert')).textContent).toBe('There is none.');
  await userEvent.setup().click(screen.getByRole('checkbox'));
  await userEvent.setup().type(screen.getByRole('textbox'), ' {Enter}');
  await userEvent.setup().type(screen.getByRole('textbox'), 'db9{Enter}');
  expect(main.asked('host:open')).toEqual([
    { target: 'web\u202e', live: {} },
    { target: 'db9', live: { sudo: true } },
  ]);
});

test('the configuration is read anew each time', async () => {
  main.always('hosts:configured', ['a']);
  await loadConfigured();
  main.always('hosts:configured', ['b']);
  await loadConfigured();
  expect(useConfigured.getState().names).toEqual(['b']);
});

test.each([
  [0, 'Nothing was remembered'],
  [1, 'Forgotten: 1 secret'],
  [3, 'Forgotten: 3 secrets'],
])('of %i forgotten secrets it says %s', async (count, title) => {
  main.always('secrets:forget', count);
  await forgetSecrets('h1');
  expect(main.asked('secrets:forget')).toEqual([{ id: 'h1' }]);
  expect(useWindow.getState().toasts[0]?.title).toBe(title);
});

test('a question names the host that asks, escaped', () => {
  useWindow.setState({ hosts: { h1: hostOf(null, { target: 'db1\u0007' }) } });
  const key = { kind: 'passphrase', keyFile: '/k', isHidden: false, again: false } as const;
  const asked = { id: 1, remembering: null, question: key };
  expect(titleOf({ ...asked, host: 'h1' })).toBe('Passphrase of a key for db1\\x07');
  expect(titleOf({ ...asked, host: 'gone' })).toBe('Passphrase of a key for a host');
  const transport = { kind: 'transport', host: 'db\u0007', key: 'k', needs: [] } as const;
  expect(titleOf({ ...asked, host: 'h1', question: { ...transport, needs: [] } })).toBe(
    'Which SSH for db\\x07?',
  );
});

test('what is known of a key is said as it is', () => {
  const question = {
    kind: 'host-key' as const,
    host: 'db1',
    port: 22,
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:x',
    files: [],
  };
  const said = (['unknown', 'other-key-type', 'ca-only'] as const).map((verdict) =>
    verdictSentence({ ...question, verdict }),
  );
  expect(said[0]).toContain('No key of db1 was found');
  expect(said[1]).toContain('A key of another type is known of db1');
  expect(said[2]).toContain('only the authority');
});

test.each([
  ['ssh-ed25519', 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'],
  ['ecdsa-sha2-nistp256', 'ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub'],
  ['rsa-sha2-512', 'ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub'],
  ['ssh-dss; reboot', null],
])('the fingerprint of %s is printed by %s', (type, command) => {
  expect(fingerprintCommand(type)).toBe(command);
});

test('a failing bridge is said on the console and ends nothing', async () => {
  const warning = vi.spyOn(console, 'error').mockReturnValue(undefined);
  render(<RetryButtons host={lost('timeout')} problem={problem('timeout')} />);
  await press('Reconnect now');
  main.last('host:retry').refuse();
  await eventually(() => expect(warning).toHaveBeenCalledOnce());
  warning.mockRestore();
});

test('a server’s words are cut, so that they can’t push the rest out of the dialog', () => {
  const long = 'x'.repeat(5000);
  const prompts = [{ text: long, echo: false }];
  const question = {
    kind: 'prompts' as const,
    host: 'db1',
    name: long,
    instructions: long,
    prompts,
  };
  expect(explanationOf(question).map(({ length }) => length)).toEqual([
    expect.any(Number),
    600,
    600,
  ]);
  expect(fieldsOf(question).map(({ label }) => label.length)).toEqual([200]);
});
