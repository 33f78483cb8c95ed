/** What it means that sudo or pkexec did not let us in. */
import type { Problem } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';

interface Who {
  readonly user: string;
  readonly host: string;
}

/** sudo's own messages, in the C locale: plugins/sudoers/{auth/sudo_auth,sudoers}.c and src/sudo.c. */
export function sudoRefusal(text: string, { host, user }: Who): Problem {
  const refused = (message: string): Problem => ({ code: 'sudo-refused', path: host, message });
  if (/a password is required|no password was provided/.test(text)) {
    const message = `sudo on ${host} wants a password of ${user}.`;
    return { code: 'sudo-password-needed', path: host, message };
  }
  if (/must have a tty/.test(text)) {
    return refused(
      `sudo on ${host} works on a terminal only (requiretty). Ask for “Defaults:${user} !requiretty”, or log in as root.`,
    );
  }
  if (/incorrect password attempt/.test(text)) {
    return refused(`sudo on ${host} did not accept the password of ${user}.`);
  }
  if (/not in the sudoers|may not run sudo|not allowed to (?:run|execute)/.test(text)) {
    return refused(`${user} may not use sudo on ${host}.`);
  }
  if (/sudo.*(?:not found|No such file)/i.test(text)) {
    return refused(`There is no sudo on ${host}; log in as root to see everything.`);
  }
  return refused(`sudo on ${host} refused${lastLine(text)}.`);
}

/** pkexec(1), RETURN VALUE: 126 where the dialog was dismissed, 127 where nobody was let in. */
export function pkexecRefusal(status: number | null, text: string, { host, user }: Who): Problem {
  if (status === 126) {
    const message = `The system’s dialog for root’s rights on ${host} was dismissed.`;
    return { code: 'sudo-password-needed', path: host, message };
  }
  const message = /authentication agent/i.test(text)
    ? `pkexec on ${host} found nobody to ask: this session has no authentication agent of polkit’s. Use sudo, or start one.`
    : `pkexec on ${host} does not give ${user} root’s rights${lastLine(text)}.`;
  return { code: 'sudo-refused', path: host, message };
}

/** The last that was said, which tells most. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${visible(capText(line, 200)).replace(/\.$/, '')}`;
}
