/**
 * What the system's `ssh` asks while it logs in, who answers it, and how far it has come: which keys
 * were verified, and which hosts have let us in. Nothing of that is taken from what `ssh` prints.
 */
import { performance } from 'node:perf_hooks';
import { promptLimits } from '../../../shared/api/prompts';
import type { Problem } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import { isCertificate, signedKeys } from '../hostKeys/hostCertificate';
import {
  decideAddress,
  decideHostKey,
  decideRevoked,
  type HostKeyDecision,
} from '../hostKeys/hostKeys';
import type { HostKeyRules } from '../hostKeys/hostKeyPolicy';
import { keptUnder, keyType, type KnownHostsFile } from '../hostKeys/knownHosts';
import { nameOf, type Hop } from '../ssh2/proxyJump';
import type { Ask, Question } from '../questions';

export interface AskpassPromptsOptions {
  /** The hops on the way, and the host itself as the last one; any of them may ask. */
  readonly hops: readonly Hop[];
  readonly rulesFor: (settings: Hop['settings']) => HostKeyRules;
  readonly ask: Ask;
  /**
   * Whether `ssh` puts in front of a server's own words whose they are, as since 8.5; before that, each
   * question may be a server's, that for a passphrase as well.
   */
  readonly marksServerWords: boolean;
}

/** A key that a server shows, as `ssh` hands it to its `KnownHostsCommand`. */
export interface OfferedKey {
  /** That it is looked for under the address that was connected to, as CheckHostIP has it. */
  readonly isAddress?: boolean;
  /** Under which it is looked for, as in known_hosts. */
  readonly name: string;
  /** In base64; a certificate of a host is one, too. */
  readonly key: string;
  /** What the user's own command knows, in the form of known_hosts. */
  readonly lines: string;
}

/** Questions that `ssh` itself asks until it gets a yes or a no: confirm() of sshconnect.c. */
const confirmations = ["The authenticity of host '", "Please type 'yes'"];

export class AskpassPrompts {
  neededHuman = false;
  lacksAnswer = false;
  /** Why a host's key was not accepted; null: each was that was shown. */
  refusedKey: Problem | null = null;
  /** Hears that the last host has let us in, before anything of the program's arrives. */
  onLogin: () => void = () => undefined;
  /** Hears that more was asked than anybody is asked. */
  onTooMany: () => void = () => undefined;
  /** Milliseconds of `performance.now()` since when nobody is being asked; null: somebody is. */
  idleSince: number | null = performance.now();
  /** Hosts that have let us in, in the order in which they are connected to. */
  private logins = 0;
  private verified = new Set<Hop>();
  private asked = 0;
  /** Questions of the login that runs. */
  private heard = new Set<string>();
  /** Passwords and passphrases that were given before, for a further login of the same connection. */
  private readonly given = new Map<string, string>();
  /** Keys that were accepted for this connection, by name: who can't keep one is not asked again. */
  private readonly accepted = new Map<string, string>();

  constructor(private readonly options: AskpassPromptsOptions) {}

  /** Another login begins: what was asked before is not wrong for being asked again. */
  begin(): void {
    this.asked = 0;
    this.heard = new Set();
    this.logins = 0;
    this.verified = new Set();
    this.refusedKey = null;
    this.idleSince = performance.now();
  }

  /** The host that has not let us in yet, and whether its key was accepted; null: all have. */
  get waitsFor(): { readonly hop: Hop; readonly isVerified: boolean } | null {
    const hop = this.options.hops[this.logins];
    return hop ? { hop, isVerified: this.verified.has(hop) } : null;
  }

  noteLogin(): void {
    this.logins += 1;
    if (this.logins === this.options.hops.length) this.onLogin();
  }

  /** Where the user's own shell told nothing of the logins, and yet the program runs. */
  noteAllLogins(): void {
    this.logins = this.options.hops.length;
  }

  /** @returns null: no answer, which ends this way of logging in */
  answer(text: string): Promise<string | null> {
    return this.whileAsked(() => this.answerTo(text));
  }

  /**
   * @returns the line of known_hosts that makes `ssh` accept the key, or nothing, where `ssh` is to
   *   look for the authority that signed it; null: it is to go no further
   */
  answerAboutKey(offered: OfferedKey): Promise<string | null> {
    return this.whileAsked(async () => {
      const key = Buffer.from(offered.key, 'base64');
      const type = keyType(key);
      const more = [{ path: 'KnownHostsCommand', text: offered.lines }];
      if (offered.isAddress) return this.passAddress(offered, key, more);
      const hop = this.options.hops.find((each) => nameOf(each) === offered.name.toLowerCase());
      if (isCertificate(type)) return this.passCertificate(hop, key, more);
      if (!hop) {
        this.refusedKey ??= this.strange(offered.name);
        return null;
      }
      const line = `${offered.name} ${type} ${offered.key}`;
      if (this.accepted.get(offered.name) !== offered.key) {
        const decision = await this.decide(hop, key, more);
        if (!decision.accepted) {
          this.refusedKey = decision.problem;
          return null;
        }
        this.neededHuman ||= decision.byHuman;
        this.accepted.set(offered.name, offered.key);
      }
      this.verified.add(hop);
      return line;
    });
  }

  private decide(hop: Hop, key: Buffer, more: readonly KnownHostsFile[]): Promise<HostKeyDecision> {
    const { host, port } = keptUnder(hop.settings);
    const rules = this.options.rulesFor(hop.settings);
    return decideHostKey(rules, host, port, key, more);
  }

  /**
   * A certificate is verified by `ssh`, which looks for its authority in the same files and falls back
   * to the key in it. It asks about one a second time by the host's name without the port.
   */
  private async passCertificate(
    hop: Hop | undefined,
    certificate: Buffer,
    more: readonly KnownHostsFile[],
  ): Promise<string | null> {
    if (!hop) return '';
    const rules = this.options.rulesFor(hop.settings);
    const { host, port } = keptUnder(hop.settings);
    const signed = signedKeys(certificate);
    const keys = [certificate, ...(signed ? [signed.key, signed.authority] : [])];
    for (const key of keys) {
      const problem = await decideRevoked(rules, host, port, key, more);
      if (problem === null) continue;
      this.refusedKey = problem;
      return null;
    }
    this.verified.add(hop);
    return '';
  }

  /** That another key is known of the address is somebody else's host, or a changed one. */
  private async passAddress(
    { name, key }: OfferedKey,
    bytes: Buffer,
    more: readonly KnownHostsFile[],
  ): Promise<string | null> {
    // Asked about the same key just before, under the name.
    const hop = this.options.hops.find(
      (each) => this.verified.has(each) && this.accepted.get(nameOf(each)) === key,
    );
    if (!hop) {
      this.refusedKey ??= this.strange(name);
      return null;
    }
    const rules = this.options.rulesFor(hop.settings);
    const [, address = name] = /^\[([^\]]+)\]:\d+$/.exec(name) ?? [];
    const problem = await decideAddress(rules, address, hop.settings.port, bytes, more);
    if (problem === null) return `${name} ${keyType(bytes)} ${key}`;
    this.refusedKey = problem;
    return null;
  }

  private strange(name: string): Problem {
    const message = `ssh asked about a key of ${visible(capText(name, 200))}, which is not on the way to the host.`;
    return { code: 'host-key-unknown', path: name, message };
  }

  /** The time that people take counts for nothing. */
  private async whileAsked<T>(action: () => Promise<T>): Promise<T> {
    this.idleSince = null;
    try {
      return await action();
    } finally {
      this.idleSince = performance.now();
    }
  }

  private async answerTo(text: string): Promise<string | null> {
    const none = confirmations.some((words) => text.startsWith(words)) ? 'no' : null;
    this.asked += 1;
    const isAgain = this.heard.has(text);
    this.heard.add(text);
    // A server may ask as often as it likes, and `ssh` asks again after an answer that it can't use.
    if (this.asked > promptLimits.perLogin) this.onTooMany();
    if (this.asked > promptLimits.perLogin || this.lacksAnswer) return none;
    const before = this.given.get(text);
    if (before !== undefined && !isAgain) return before;
    const question = this.question(text, isAgain, none !== null);
    const [answer] = (await this.options.ask(question)) ?? [];
    if (answer === undefined || answer.includes('\n')) {
      this.lacksAnswer = true;
      return none;
    }
    this.neededHuman = true;
    // A code is good for one login only.
    if (question.kind !== 'prompts') this.given.set(text, answer);
    return answer;
  }

  private question(text: string, again: boolean, echo: boolean): Question {
    if (!this.options.marksServerWords) return this.prompt(text, '', echo);
    const [, keyFile] = /^Enter passphrase for (?:key )?'?([^':]+)'?:/.exec(text) ?? [];
    if (keyFile !== undefined) return { kind: 'passphrase', keyFile, isHidden: false, again };
    const [, user, host] = /^([^\s()]+)@([^\s()@]+)'s password: ?$/.exec(text) ?? [];
    if (user !== undefined && host !== undefined) {
      return { kind: 'password', user, host: this.calledByUser(host), again };
    }
    // OpenSSH puts whose question it is before a server's own words.
    const [, , asking, words] = /^\((\S+)@([^\s)@]+)\) ([^]*)$/.exec(text) ?? [];
    return this.prompt(words ?? text, asking ?? '', echo);
  }

  private prompt(text: string, asking: string, echo: boolean): Question {
    return {
      kind: 'prompts',
      host: this.calledByUser(asking),
      name: '',
      instructions: '',
      prompts: [{ text, echo }],
    };
  }

  /** `ssh` names hosts by their addresses; an address of none is the host's at the end of the way. */
  private calledByUser(hostname: string): string {
    const hops = [...this.options.hops].reverse();
    const named = hops.find(({ settings }) => settings.hostname === hostname);
    return (named ?? hops[0])?.address.host ?? hostname;
  }
}
