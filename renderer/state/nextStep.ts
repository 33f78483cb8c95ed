import { problemHelp } from '../../shared/diagnosis/wording';
import type { ProblemCode } from '../../shared/base/problem';

/** Where the window can do what the command line can't: somebody is there to be asked. */
const inTheWindow: Partial<Readonly<Record<ProblemCode, string>>> = {
  'host-key-unknown':
    'Try again to see its fingerprint once more, and compare it before accepting.',
  'authentication-needed': 'Try again and answer, or offer a key through ssh-agent.',
  'authentication-failed': 'Try again, or check the user name and which keys the server accepts.',
  'sudo-password-needed': 'Try again and give the password, or read without sudo what can be read.',
  'sudo-refused': 'Ask the host’s administrator for sudo rights, or read without sudo.',
  'permission-denied': 'Read through sudo, or log in as root.',
};

/** What to do about a problem, said in the window. */
export function nextStep(code: ProblemCode): string {
  return inTheWindow[code] ?? problemHelp(code);
}
