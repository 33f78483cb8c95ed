/** Which SSH a host is reached by: ssh2, or the system's own client where that can do more. */
import {
  choiceKey,
  isInTheWay,
  needsInWords,
  type OpenSshNeed,
  type TransportKind,
} from '../../../shared/api/openSsh';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import type { HostSettings } from '../../ssh/config/config';
import type { HostAddress } from '../../ssh/config/hostAddress';
import { listed, opensshCould, type Disagreement } from '../../ssh/ssh2/disagreement';
import type { Ask } from '../../ssh/questions';

export interface TransportOptions {
  readonly address: HostAddress;
  /** Chosen before or by an option; null: left open. */
  readonly wanted: TransportKind | null;
  readonly needs: readonly OpenSshNeed[];
  /** Whether the system has an `ssh`. */
  readonly hasOpenSsh: boolean;
  readonly ask: Ask;
}

/** Asks where the configuration has what ssh2 can't do and nothing was chosen yet. */
export async function chooseTransport(options: TransportOptions): Promise<Result<TransportKind>> {
  const { address, wanted, needs, ask } = options;
  const { host } = address;
  if (wanted === 'openssh') return options.hasOpenSsh ? succeed(wanted) : lacksOpenSsh(host);
  if (needs.length === 0) return succeed('ssh2');
  const isImpossible = needs.some(isInTheWay);
  if (!options.hasOpenSsh) return isImpossible ? lacksOpenSsh(host, needs) : succeed('ssh2');
  if (wanted === 'ssh2') {
    return isImpossible
      ? fail('no-agreement', host, `${host} is not reached by ssh2. ${advice(needs)}`)
      : succeed(wanted);
  }
  const [answer] = (await ask({ kind: 'transport', host, key: choiceKey(address), needs })) ?? [];
  if (answer === 'openssh') return succeed('openssh');
  if (answer === 'ssh2') return chooseTransport({ ...options, wanted: 'ssh2' });
  return fail('authentication-needed', host, `${host} was not connected to. ${advice(needs)}`);
}

function lacksOpenSsh(host: string, needs: readonly OpenSshNeed[] = []): Result<never> {
  const why =
    needs.length === 0
      ? ''
      : ` Its configuration uses ${needsInWords(needs)}, which the built-in SSH can’t do.`;
  return fail(
    'no-agreement',
    host,
    `There is no ssh program on this machine to reach ${host} with.${why} Install OpenSSH’s client.`,
  );
}

function advice(needs: readonly OpenSshNeed[]): string {
  return (
    `This host’s SSH configuration uses ${needsInWords(needs)}, which the built-in SSH can’t do; ` +
    'the system’s OpenSSH can (--transport openssh on the command line).'
  );
}

/** Says with a refused login by ssh2 what OpenSSH could do that ssh2 couldn't. */
export function withAdvice(problem: Problem, needs: readonly OpenSshNeed[]): Problem {
  const missing = needs.length > 0 ? advice(needs) : abilities(problem.message);
  const isRefusal = ['authentication-failed', 'host-key-unknown', 'unreachable'].includes(
    problem.code,
  );
  return isRefusal && missing !== null
    ? { ...problem, message: `${problem.message} ${missing}` }
    : problem;
}

/**
 * What becomes of a server with which ssh2 has nothing in common: OpenSSH is tried, unless ssh2 was
 * asked for or this machine's `ssh` has nothing either.
 */
export function insteadOfSsh2(
  problem: Problem,
  { settings, ...disagreement }: Disagreement & { readonly settings: HostSettings },
  { isDemanded, hasOpenSsh }: { readonly isDemanded: boolean; readonly hasOpenSsh: boolean },
): { readonly isOpenSsh: boolean; readonly problem: Problem } {
  const saying = (words: string) => ({ ...problem, message: `${problem.message} ${words}` });
  if (!hasOpenSsh) {
    return { isOpenSsh: false, problem: saying('There is no ssh program on this machine.') };
  }
  if (!opensshCould(disagreement, settings.sshAlgorithms)) {
    const theirs = listed(settings.sshAlgorithms[disagreement.kind]);
    return {
      isOpenSsh: false,
      problem: saying(`Nor has this machine’s OpenSSH any of them; it may use ${theirs}.`),
    };
  }
  if (isDemanded) {
    const words = 'The system’s OpenSSH has one (--transport openssh on the command line).';
    return { isOpenSsh: false, problem: saying(words) };
  }
  return { isOpenSsh: true, problem: saying('So the system’s OpenSSH is used.') };
}

/** What the server wanted, as its own words tell, that only OpenSSH has. */
function abilities(message: string): string | null {
  const able = 'the system’s OpenSSH may be able to (--transport openssh on the command line).';
  if (/server takes: .*(?:gssapi|hostbased)/.test(message)) {
    return `The built-in SSH can’t log in by GSSAPI or by host; ${able}`;
  }
  return null;
}
