// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { Question } from '../../shared/api/contract';
import { TransportForm } from './TransportForm';

afterEach(cleanup);

const question = {
  kind: 'transport',
  host: 'db1\u001b',
  key: '[db1]:2222',
  needs: ['user-certificate', 'security-key'],
} as const satisfies Question;

function shown(needs: (typeof question)['needs'] | readonly ['proxy-command'] = question.needs) {
  const answers: (string[] | null)[] = [];
  render(
    <TransportForm
      question={{ ...question, needs: [...needs] }}
      answer={(answer) => answers.push(answer)}
    />,
  );
  return { answers, user: userEvent.setup() };
}

const button = (name: string) => screen.getByRole('button', { name });

test('says what the configuration has, and advises OpenSSH, which is remembered', async () => {
  const { answers, user } = shown();
  const { textContent } = document.body;
  expect(textContent).toContain('a user certificate and a security key (FIDO)');
  expect(textContent).not.toContain('\u001b');
  expect(document.activeElement).toBe(button('Use the system’s OpenSSH'));
  await user.keyboard('{Enter}');
  expect(answers).toEqual([['openssh', 'remember']]);
});

test('takes the built-in SSH for this time only', async () => {
  const { answers, user } = shown();
  await user.click(screen.getByRole('checkbox', { name: 'Remember for [db1]:2222' }));
  await user.click(button('Use the built-in SSH'));
  expect(answers).toEqual([['ssh2']]);
});

test('offers no way that can’t work, and may be cancelled', async () => {
  const { answers, user } = shown(['proxy-command']);
  expect(button('Use the built-in SSH')).toHaveProperty('disabled', true);
  await user.click(button('Cancel'));
  expect(answers).toEqual([null]);
});
