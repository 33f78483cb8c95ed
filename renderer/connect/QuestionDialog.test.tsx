// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Question, Remembering } from '../../shared/api/contract';
import QuestionDialog from './QuestionDialog';
import { dropQuestion, hearQuestion, oldest, useQuestions } from '../state/questions';
import { eventually } from '../../testing/renderer/eventually';

let isRefused = false;
const told: { readonly name: string; readonly argument: unknown }[] = [];

// jsdom lacks what React Aria asks of the browser when a dialog opens.
beforeAll(() => {
  Object.defineProperty(window, 'CSS', { value: { escape: (text: string) => text } });
  Object.defineProperty(window, 'klpscope', {
    value: {
      request: (name: string, argument: unknown) => {
        told.push({ name, argument });
        return isRefused ? Promise.reject(new Error('refused')) : Promise.resolve();
      },
    },
  });
});
beforeEach(() => {
  told.length = 0;
  isRefused = false;
  useQuestions.setState({ waiting: [] });
});
afterEach(cleanup);

/** The queue as the window shows it. */
function Shown() {
  const asked = useQuestions(oldest);
  return asked === null ? null : <QuestionDialog key={asked.id} asked={asked} />;
}

function asks(id: number, question: Question, remembering: Remembering | null = null): void {
  act(() => hearQuestion({ id, host: 'host-1', question, remembering }));
}

const hostKey: Question = {
  kind: 'host-key',
  host: 'db1',
  port: 2222,
  keyType: 'ssh-ed25519',
  fingerprint: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
  verdict: 'unknown',
  files: ['/home/ada/.ssh/known_hosts'],
};
const password: Question = { kind: 'password', user: 'ada', host: 'db1', again: false };

test('an unknown host key is shown with what is needed to compare it, and Cancel has the focus', async () => {
  render(<Shown />);
  asks(1, hostKey);
  const dialog = screen.getByRole('dialog', { name: 'The key of db1 is not known' });
  for (const text of [hostKey.fingerprint, 'ssh-ed25519', 'port 2222', ...hostKey.files]) {
    expect(dialog.textContent).toContain(text);
  }
  expect(document.activeElement?.textContent).toBe('Cancel');
  await userEvent.setup().keyboard('{Enter}');
  expect(told).toEqual([{ name: 'question:answer', argument: { id: 1, answers: null } }]);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test.each([
  ['Accept for Klpscope', 'accept'],
  ['Accept and save in known_hosts', 'accept-and-save'],
])('%s answers %s', async (name, answer) => {
  render(<Shown />);
  asks(1, hostKey);
  await userEvent.setup().click(screen.getByRole('button', { name }));
  expect(told).toEqual([{ name: 'question:answer', argument: { id: 1, answers: [answer] } }]);
});

test('Escape cancels', async () => {
  render(<Shown />);
  asks(1, password);
  await userEvent.setup().keyboard('{Escape}');
  expect(told).toEqual([{ name: 'question:answer', argument: { id: 1, answers: null } }]);
});

test('a click beside the dialog changes nothing', async () => {
  render(<Shown />);
  asks(1, password);
  const beside = document.querySelector('.overlay');
  if (beside === null) throw new Error('no overlay');
  await userEvent.setup().click(beside);
  expect(told).toEqual([]);
  expect(screen.getByRole('dialog')).toBeDefined();
});

test('a password goes out once, and stays in no field and no state', async () => {
  render(<Shown />);
  asks(1, password);
  expect(screen.getByRole('dialog', { name: 'Password of ada on db1' })).toBeDefined();
  const field = screen.getByLabelText('Password');
  if (!(field instanceof HTMLInputElement)) throw new Error('no field');
  expect(field.type).toBe('password');
  await userEvent.setup().keyboard('hunter2{Enter}');
  expect(told).toEqual([{ name: 'question:answer', argument: { id: 1, answers: ['hunter2'] } }]);
  expect(field.value).toBe('');
  expect(JSON.stringify(useQuestions.getState())).not.toContain('hunter2');
});

test('a secret is remembered only by who ticks that', async () => {
  render(<Shown />);
  asks(1, password, 'offered');
  const user = userEvent.setup();
  const choice = screen.getByRole('checkbox', { name: 'Remember it' });
  expect(choice).toHaveProperty('checked', false);
  await user.keyboard('hunter2');
  await user.click(choice);
  await user.click(screen.getByRole('button', { name: 'Continue' }));
  expect(told).toEqual([
    { name: 'question:answer', argument: { id: 1, answers: ['hunter2', 'remember'] } },
  ]);
});

test.each([
  ['plain-text', 'readable for anybody'],
  ['unavailable', 'no keyring'],
] as const)('where secrets would be kept %s none is, and the dialog says why', (why, words) => {
  render(<Shown />);
  asks(1, password, why);
  const choice = screen.getByRole('checkbox', { name: 'Remember it' });
  expect(choice).toHaveProperty('disabled', true);
  const described = document.getElementById(choice.getAttribute('aria-describedby') ?? '');
  expect(described?.textContent).toContain(words);
});

test('sudo says whose password on which host, and that the last one was wrong', () => {
  render(<Shown />);
  asks(1, { kind: 'sudo-password', user: 'ada', host: 'db1', again: true });
  const dialog = screen.getByRole('dialog', { name: 'sudo on db1 wants a password' });
  expect(dialog.textContent).toContain('password of ada on db1');
  expect(screen.getByRole('alert').textContent).toContain('not right');
});

test('a passphrase names the key file', () => {
  render(<Shown />);
  asks(1, { kind: 'passphrase', keyFile: '/home/ada/.ssh/id_rsa', isHidden: false, again: false });
  expect(screen.getByRole('dialog').textContent).toContain('/home/ada/.ssh/id_rsa');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a server’s prompts are its own words, escaped, each answered in its place', async () => {
  render(<Shown />);
  asks(1, {
    kind: 'prompts',
    host: 'db1',
    name: '',
    instructions: 'hello\u001b[2J',
    prompts: [
      { text: 'Password: ', echo: false },
      { text: 'Code\u0007:', echo: true },
    ],
  });
  const dialog = screen.getByRole('dialog', { name: 'db1 asks' });
  expect(dialog.textContent).toContain('server’s own words');
  for (const character of ['\u001b', '\u0007']) {
    expect(dialog.textContent).not.toContain(character);
  }
  const fields = [...dialog.querySelectorAll('input')];
  expect(fields.map(({ type }) => type)).toEqual(['password', 'text']);
  const user = userEvent.setup();
  await user.keyboard('one{Tab}two{Enter}');
  expect(told).toEqual([{ name: 'question:answer', argument: { id: 1, answers: ['one', 'two'] } }]);
});

test('questions come one after the other, the oldest first, and fields begin empty', async () => {
  render(<Shown />);
  asks(1, password);
  asks(2, { ...password, host: 'db2' });
  asks(2, { ...password, host: 'db2' });
  expect(screen.getAllByRole('dialog')).toHaveLength(1);
  await userEvent.setup().keyboard('first{Enter}');
  expect(screen.getByRole('dialog', { name: 'Password of ada on db2' })).toBeDefined();
  expect(screen.getByLabelText('Password')).toHaveProperty('value', '');
  await userEvent.setup().keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a question that is withdrawn vanishes without an answer', () => {
  render(<Shown />);
  asks(1, password);
  act(() => dropQuestion(1));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(told).toEqual([]);
});

test('an answer that is refused counts as none: who asked does not wait for ever', async () => {
  render(<Shown />);
  asks(1, password);
  isRefused = true;
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  await userEvent.setup().keyboard('hunter2{Enter}');
  await eventually(() =>
    expect(told.map(({ argument }) => argument)).toEqual([
      { id: 1, answers: ['hunter2'] },
      { id: 1, answers: null },
    ]),
  );
  vi.restoreAllMocks();
});
