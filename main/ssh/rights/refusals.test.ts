/** sudo's and pkexec's own words, as their sources have them, and what they mean. */
import { expect, it } from 'vitest';
import { pkexecRefusal, sudoRefusal } from './refusals';

const who = { user: 'admin', host: 'db1' };

// plugins/sudoers/auth/sudo_auth.c, plugins/sudoers/{sudoers,logging,check}.c and src/{sudo,conversation}.c.
it.each([
  ['sudo: a password is required\n', 'sudo-password-needed', /wants a password of admin\.$/],
  ['sudo: no password was provided\n', 'sudo-password-needed', /wants a password of admin\.$/],
  [
    'sudo: sorry, you must have a tty to run sudo\n',
    'sudo-refused',
    /on a terminal only \(requiretty\)\. Ask for “Defaults:admin !requiretty”/,
  ],
  ['sudo: 3 incorrect password attempts\n', 'sudo-refused', /did not accept the password of admin/],
  ['sudo: 1 incorrect password attempt\n', 'sudo-refused', /did not accept the password of admin/],
  [
    'admin is not in the sudoers file.\nThis incident has been reported.\n',
    'sudo-refused',
    /^admin may not use sudo on db1\.$/,
  ],
  ['Sorry, user admin may not run sudo on db1.\n', 'sudo-refused', /^admin may not use sudo/],
  [
    'Sorry, user admin is not allowed to execute ’/bin/sh’ as root on db1.\n',
    'sudo-refused',
    /^admin may not use sudo/,
  ],
  ['sh: 1: sudo: not found\n', 'sudo-refused', /^There is no sudo on db1; log in as root/],
  ['env: ‘sudo’: No such file or directory\n', 'sudo-refused', /^There is no sudo on db1/],
  ['', 'sudo-refused', /^sudo on db1 refused\.$/],
  [
    'one\nsudo: unknown\u001b[2J thing.\n',
    'sudo-refused',
    /^sudo on db1 refused: sudo: unknown\\x1b\[2J thing\.$/,
  ],
] as const)('sudo: %j', (text, code, message) => {
  const problem = sudoRefusal(text, who);
  expect(problem).toMatchObject({ code, path: 'db1' });
  expect(problem.message).toMatch(message);
});

it('quotes no more than a line’s beginning', () => {
  expect(sudoRefusal(`sudo: ${'x'.repeat(5000)}\n`, who).message.length).toBeLessThan(300);
});

// pkexec(1), RETURN VALUE.
it.each([
  [126, '', 'sudo-password-needed', /dialog for root’s rights on db1 was dismissed/],
  [
    127,
    'Error executing command as another user: No authentication agent found.\n',
    'sudo-refused',
    /found nobody to ask/,
  ],
  [
    127,
    'Error: Not authorized\n',
    'sudo-refused',
    /does not give admin root’s rights: Error: Not authorized\.$/,
  ],
  [null, '', 'sudo-refused', /does not give admin root’s rights\.$/],
] as const)('pkexec: status %j, %j', (status, text, code, message) => {
  const problem = pkexecRefusal(status, text, who);
  expect(problem).toMatchObject({ code, path: 'db1' });
  expect(problem.message).toMatch(message);
});
