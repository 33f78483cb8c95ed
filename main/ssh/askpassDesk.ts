/** Understands what the system's `ssh` asks, and finds somebody to answer. */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Problem } from '../../shared/readings/problem';
import { readKnownHosts, unknownKey, type HostKeyRules } from './hostKeys';
import { whatIsKnown } from './knownHosts';
import { keyTypeOf, stationOf } from './openSshFailure';
import { nameOf, type Station } from './proxyJump';
import type { Ask, Question } from './questions';

export interface DeskOptions {
  /** The host and the hops on the way to it, any of which may ask. */
  readonly stations: readonly Station[];
  readonly rulesFor: (settings: Station['settings']) => HostKeyRules;
  readonly ask: Ask;
}

/**
 * A helper that gives a host-key question any other answer than yes, no or the fingerprint is asked
 * again without end.
 */
const mostQuestions = 12;

export class AskpassDesk {
  neededHuman = false;
  lacksAnswer = false;
  /** Fingerprints of host keys that are to be saved in known_hosts, with the station they are of. */
  readonly saved = new Map<string, Station>();
  /** The host key that was not accepted last; null: none. */
  refusedKey: Problem | null = null;
  /** What the helper says when the login is over; no server can know it. */
  readonly loginMark = `logged-in-${randomBytes(8).toString('hex')}`;
  /** Hears that the login is over, before anything of the program's arrives. */
  onLogin: () => void = () => undefined;
  /** Milliseconds of `performance.now()` since when nobody is being asked; null: somebody is. */
  idleSince: number | null = performance.now();
  private asked = 0;
  /** Questions of the login that runs. */
  private heard = new Set<string>();
  /** Passwords and passphrases that were given before, for a further login of the same connection. */
  private readonly given = new Map<string, string>();

  constructor(private readonly options: DeskOptions) {}

  /** Another login begins: what was asked before is not wrong for being asked again. */
  begin(): void {
    this.asked = 0;
    this.heard = new Set();
    this.idleSince = performance.now();
  }

  /** @returns null: no answer, which ends this way of logging in */
  async answer(text: string): Promise<string | null> {
    if (text === this.loginMark) {
      this.onLogin();
      return null;
    }
    this.idleSince = null;
    try {
      return await this.answerTo(text);
    } finally {
      this.idleSince = performance.now();
    }
  }

  private async answerTo(text: string): Promise<string | null> {
    this.asked += 1;
    const isAgain = this.heard.has(text);
    this.heard.add(text);
    if (this.asked > mostQuestions) return null;
    if (text.startsWith("The authenticity of host '")) {
      return (await this.mayAccept(text)) ? 'yes' : 'no';
    }
    if (text.startsWith("Please type 'yes'")) return 'no';
    if (this.lacksAnswer) return null;
    const before = this.given.get(text);
    if (before !== undefined && !isAgain) return before;
    const question = this.question(text, isAgain);
    const [answer] = (await this.options.ask(question)) ?? [];
    if (answer === undefined || answer.includes('\n')) {
      this.lacksAnswer = true;
      return null;
    }
    this.neededHuman = true;
    // A code is good for one login only.
    if (question.kind !== 'prompts') this.given.set(text, answer);
    return answer;
  }

  /** `--accept-new` accepts only a host of which nothing at all is known. */
  private async mayAccept(text: string): Promise<boolean> {
    const [, name = ''] = /^The authenticity of host '(\S+) \(/.exec(text) ?? [];
    const [, type = '', fingerprint = ''] =
      /(\S+) key fingerprint is:?\s+(SHA256:[\w+/=]+)/.exec(text) ?? [];
    if (fingerprint === '') return false;
    const station = stationOf(name, this.options);
    const { hostKeyAlias, hostname } = station.settings;
    const host = hostKeyAlias ?? hostname;
    const port = hostKeyAlias === null ? station.settings.port : 22;
    const { files, accepted, acceptNew } = this.options.rulesFor(station.settings);
    const known = whatIsKnown(
      [...(await readKnownHosts(files)), await accepted.asKnownHosts()],
      host,
      port,
    );
    if (acceptNew && known === 'nothing') return true;
    const verdict = { nothing: 'unknown', keys: 'other-key-type', authority: 'ca-only' } as const;
    const answers = await this.options.ask({
      kind: 'host-key',
      host,
      port,
      keyType: keyTypeOf(type),
      fingerprint,
      verdict: verdict[known],
      files,
    });
    const [word] = answers ?? [];
    if (word !== 'accept' && word !== 'accept-and-save') {
      const shown = { keyType: keyTypeOf(type), fingerprint };
      this.refusedKey = unknownKey(nameOf(station), shown, verdict[known], files);
      return false;
    }
    this.neededHuman = true;
    if (word === 'accept-and-save') this.saved.set(fingerprint, station);
    return true;
  }

  private question(text: string, again: boolean): Question {
    const [, keyFile] = /^Enter passphrase for (?:key )?'?([^':]+)'?:/.exec(text) ?? [];
    if (keyFile !== undefined) return { kind: 'passphrase', keyFile, isHidden: false, again };
    const [, user, host] = /^([^\s()]+)@([^\s()]+)'s password: ?$/.exec(text) ?? [];
    if (user !== undefined && host !== undefined) {
      return { kind: 'password', user, host: this.calledByUser(host), again };
    }
    // OpenSSH puts whose question it is before a server's own words.
    const [, , asking, words] = /^\((\S+)@([^\s)]+)\) ([^]*)$/.exec(text) ?? [];
    return {
      kind: 'prompts',
      host: this.calledByUser(asking ?? ''),
      name: '',
      instructions: '',
      prompts: [{ text: words ?? text, echo: false }],
    };
  }

  /** `ssh` names hosts by their addresses; an address of none is the host's at the end of the way. */
  private calledByUser(hostname: string): string {
    const stations = [...this.options.stations].reverse();
    const named = stations.find(({ settings }) => settings.hostname === hostname);
    return (named ?? stations[0])?.address.host ?? hostname;
  }
}
