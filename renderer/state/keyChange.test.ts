import { expect, test } from 'vitest';
import { keyChangeOf, removalOf, withoutKeys } from './keyChange';

// As main/ssh/hostKeys/hostKeys.ts words it; `ssh-keygen -R` and `-f` are ssh-keygen(1)'s.
const message =
  'The host key of [db1]:2222 has changed: now ssh-ed25519 SHA256:new, known is SHA256:old ' +
  '(/home/ada/.ssh/known_hosts, line 3). Somebody may be listening in. If the host was set up ' +
  "anew, remove the old key with: ssh-keygen -R '[db1]:2222' -f '/home/ada/.ssh/known_hosts'";

test('both fingerprints, and where the known one comes from', () => {
  expect(keyChangeOf(message)).toEqual({
    now: { type: 'ssh-ed25519', fingerprint: 'SHA256:new' },
    known: { fingerprint: 'SHA256:old', place: '/home/ada/.ssh/known_hosts, line 3' },
  });
  expect(keyChangeOf('Host key verification failed.')).toBeNull();
});

test('what is shown apart is not said twice', () => {
  expect(withoutKeys(message)).toBe(
    'The host key of [db1]:2222 has changed. Somebody may be listening in.',
  );
  expect(withoutKeys('Host key verification failed.')).toBe('Host key verification failed.');
});

test('the command that removes the old key, unless it holds what a terminal would obey', () => {
  expect(removalOf(message)).toBe("ssh-keygen -R '[db1]:2222' -f '/home/ada/.ssh/known_hosts'");
  const forget = "klpscope forget-key '[db1]:2222'";
  expect(removalOf(`remove the old key with: ${forget}`)).toBe(forget);
  expect(removalOf('Host key verification failed.')).toBeNull();
});

/** What a terminal obeys, or a shell: each would run something else than what is shown. */
const dangerous = ['\u001b[2J', '\n', '\r', '\u009b', '\u202e', '\u200b', '\ud800', "' ; reboot '"];

test.each(dangerous)('no command is given with %j in it, wherever it stands', (evil) => {
  for (const command of [
    `ssh-keygen -R 'a${evil}b' -f '/x'`,
    `ssh-keygen -R 'a' -f '/x${evil}y'`,
    `klpscope forget-key 'a${evil}b'`,
  ]) {
    const taken = removalOf(`remove it with: ${command}`);
    // Of a quoted word that ends early only what stands before counts, and that is whole.
    expect(
      taken === null || /^klpscope forget-key 'a'$|^ssh-keygen -R 'a' -f '\/x'$/.test(taken),
    ).toBe(true);
  }
});
