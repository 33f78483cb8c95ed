/** The words of questions. Whatever a host said is escaped here. */
import type { Question } from '../../shared/api/contract';
import { capText, visible } from '../../shared/base/text';
import { useWindow } from '../state/store';
import type { AskedQuestion } from '../state/questions';

type Asking = Exclude<Question, { kind: 'host-key' | 'transport' }>;

/** Names the host that asks, or that an answer goes to. */
export function titleOf({ host, question }: AskedQuestion): string {
  switch (question.kind) {
    case 'host-key':
      return `The key of ${visible(question.host)} is not known`;
    case 'transport':
      return `Which SSH for ${visible(question.host)}?`;
    case 'passphrase':
      return `Passphrase of a key for ${nameOf(host)}`;
    case 'password':
      return `Password of ${visible(question.user)} on ${visible(question.host)}`;
    case 'sudo-password':
      return `sudo on ${visible(question.host)} wants a password`;
    case 'prompts':
      return `${visible(question.host)} asks`;
  }
}

function nameOf(id: string): string {
  const host = useWindow.getState().hosts[id];
  return visible(host?.target ?? 'a host');
}

export function verdictSentence({
  host,
  verdict,
}: Extract<Question, { kind: 'host-key' }>): string {
  const name = visible(host);
  switch (verdict) {
    case 'unknown':
      return `No key of ${name} was found, so nothing proves yet that it is this host that answers.`;
    case 'other-key-type':
      return `A key of another type is known of ${name}, but not this one: a new key of the host, or another machine.`;
    case 'ca-only':
      return `Of ${name} only the authority that signs its keys is known, and this key could not be checked against it.`;
  }
}

/** Prints the host's own fingerprint, from where Debian, Red Hat and SUSE keep the keys. */
export function fingerprintCommand(keyType: string): string | null {
  const kind = /ed25519|ecdsa|rsa/.exec(keyType)?.[0];
  return kind === undefined ? null : `ssh-keygen -lf /etc/ssh/ssh_host_${kind}_key.pub`;
}

/** Sentences above the fields. */
export function explanationOf(question: Asking): readonly string[] {
  switch (question.kind) {
    case 'passphrase':
      return [
        question.isHidden
          ? `The key ${visible(question.keyFile)} is encrypted, in an old format that tells nothing without the passphrase: only then the server can be asked whether it takes the key. No other key was taken. The passphrase stays on this machine.`
          : `The server takes the key ${visible(question.keyFile)}, which is encrypted. The passphrase stays on this machine.`,
      ];
    case 'password':
      return [`It is sent to ${visible(question.host)} over the verified connection.`];
    case 'sudo-password':
      return [
        `It is the password of ${visible(question.user)} on ${visible(question.host)}. It goes to sudo’s own question alone, to read what only root may read.`,
      ];
    case 'prompts':
      return [
        'These are the server’s own words; Klpscope does not know what they ask for.',
        ...[question.name, question.instructions]
          .filter((text) => text.trim() !== '')
          .map((text) => capText(visible(text.trim()), 600)),
      ];
  }
}

export interface Field {
  readonly label: string;
  readonly echo: boolean;
}

export function fieldsOf(question: Asking): readonly Field[] {
  switch (question.kind) {
    case 'passphrase':
      return [{ label: 'Passphrase', echo: false }];
    case 'password':
    case 'sudo-password':
      return [{ label: 'Password', echo: false }];
    case 'prompts':
      return question.prompts.map(({ text, echo }) => ({
        label: capText(text.trim(), 200),
        echo,
      }));
  }
}
