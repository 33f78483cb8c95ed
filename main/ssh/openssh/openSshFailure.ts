/**
 * Why the system's `ssh` failed, by how far it had come: which hosts let us in, which keys were
 * accepted here, whether an answer was missing, and how long it took. What `ssh` printed is shown and
 * decides nothing, since a server's own words are among it (banner, disconnect message, what a program
 * there prints).
 */
import type { Problem, ProblemCode } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import type { AskpassPrompts } from './askpassPrompts';

export interface FailedLogin {
  /** What the user calls the host. */
  readonly host: string;
  readonly prompts: Pick<AskpassPrompts, 'waitsFor' | 'refusedKey' | 'lacksAnswer'>;
  /** Whether `ssh` is one that hands keys over; an older one tells nothing that can be relied on. */
  readonly handsOverKeys: boolean;
  readonly tookMs: number;
  /** Milliseconds that `ssh` had to connect. */
  readonly connectMs: number;
  /** What `ssh` printed. */
  readonly printed: string;
}

/** 255 is ssh's own failure: ssh(1), EXIT STATUS. A program may end with it as well. */
export function explainFailure(login: FailedLogin): Problem {
  const { host, prompts } = login;
  const because = (code: ProblemCode, message: string): Problem => ({
    code,
    path: host,
    message: `${message}${lastWords(login.printed)}`,
  });
  const { waitsFor } = prompts;
  if (!waitsFor) {
    return because(
      'connection-lost',
      `The connection to ${host} was lost: ssh ended with status 255.`,
    );
  }
  if (prompts.refusedKey) return prompts.refusedKey;
  const name = visible(waitsFor.hop.address.host);
  if (prompts.lacksAnswer) {
    const message = `${host}: the login needs an answer (passphrase, password or code), and nobody gave one.`;
    return { code: 'authentication-needed', path: host, message };
  }
  if (!login.handsOverKeys) {
    return because(
      'unreachable',
      `${host} was refused by ssh, which is older than OpenSSH 8.5 and does not say why in a way that no server can imitate. Unknown host keys are to be accepted with ssh itself.`,
    );
  }
  if (waitsFor.isVerified) {
    return because('authentication-failed', `${name} let nobody in, by what ssh had to offer.`);
  }
  return login.tookMs >= login.connectMs
    ? because('timeout', `${name} did not answer within ${login.connectMs / 1000} s.`)
    : because('unreachable', `ssh could not connect to ${name}: it was shown no host key.`);
}

/** Anybody's words: a line of them, as such. */
function lastWords(printed: string): string {
  const line = printed.trim().split('\n').at(-1)?.trim() ?? '';
  if (line === '') return '';
  return ` The last words, ssh’s or the server’s own: “${visible(capText(line, 200))}”.`;
}
