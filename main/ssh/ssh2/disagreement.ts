/** A server with which ssh2 has no algorithm in common: what it offers, as ssh2 heard it. */
import { capText, visible } from '../../../shared/base/text';
import type { SshAlgorithms } from '../config/config';

export interface Disagreement {
  readonly kind: keyof SshAlgorithms;
  /** Names that the server offers. */
  readonly offered: readonly string[];
}

/** How ssh2 calls the lists of a server's SSH_MSG_KEXINIT (RFC 4253, section 7.1) in its own log. */
const labels: ReadonlyMap<string, keyof SshAlgorithms> = new Map([
  ['KEX method', 'kex'],
  ['Host key format', 'hostKey'],
  ['C->S cipher', 'cipher'],
  ['S->C cipher', 'cipher'],
  ['C->S MAC', 'mac'],
  ['S->C MAC', 'mac'],
]);

/** Listens to the first key exchange: ssh2 compares list after list, and stops where nothing matches. */
export class Negotiation {
  private last: Disagreement | null = null;
  private isOver = false;

  /** @param line of ssh2's own log */
  hear(line: string): void {
    if (this.isOver) return;
    const [, label = '', list = ''] =
      /^Handshake: \(remote\) ([^:]{1,40}): (.*)$/s.exec(line) ?? [];
    const kind = labels.get(label);
    if (kind) this.last = { kind, offered: list.split(',').filter(Boolean) };
  }

  end(): void {
    this.isOver = true;
  }

  /** @param error one of ssh2's; what a server says of itself has no level */
  disagreement(error: Error & { readonly level?: string }): Disagreement | null {
    const isNone =
      error.level === 'handshake' && error.message.startsWith('Handshake failed: no matching ');
    return isNone && !this.isOver ? this.last : null;
  }
}

const kinds: Readonly<Record<keyof SshAlgorithms, string>> = {
  kex: 'key exchange method',
  hostKey: 'host key algorithm',
  cipher: 'cipher',
  mac: 'MAC',
};

/** `no key exchange method in common: the server offers A and B, …` */
export function inWords(
  { kind, offered }: Disagreement,
  name: string,
  ours: readonly string[],
): string {
  return `The built-in SSH and ${name} have no ${kinds[kind]} in common: the server offers ${listed(offered)}; the built-in SSH may use ${listed(ours)}.`;
}

/** Names of a list, which may be the server's: at most so many characters of it. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : visible(capText(names.join(', '), 400));
}

/** Whether this machine's `ssh` could agree. */
export function opensshCould({ kind, offered }: Disagreement, algorithms: SshAlgorithms): boolean {
  return algorithms[kind].some((name) => offered.includes(name));
}
