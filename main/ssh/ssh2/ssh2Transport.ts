/** SSH by ssh2: the default transport. */
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import { succeed, type Problem } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import { ciphersFor } from '../config/algorithms';
import { Authentication } from '../login/authentication';
import type { HostSettings } from '../config/config';
import { hostKeyAlgorithms } from './hostKeyAlgorithms';
import { inWords, Negotiation, type Disagreement } from './disagreement';
import { decideAddress, decideHostKey } from '../hostKeys/hostKeys';
import type { HostKeyRules } from '../hostKeys/hostKeyPolicy';
import { fingerprint, keptUnder, keyType } from '../hostKeys/knownHosts';
import { tooManyWords, type Ask, type Question } from '../questions';
import { connectSocket } from './socket';
import { openChannel, sessionsInTurn } from './ssh2Channel';
import { TimeLimit } from './timeLimit';
import type { Trace } from '../trace';
import type { Transport } from '../transport';

export interface Ssh2Options {
  readonly settings: HostSettings;
  /** What the user calls it. */
  readonly alias: string;
  readonly hostKeys: HostKeyRules;
  readonly ask: Ask;
  /** An open way to the server, through another host; null: TCP from here. */
  readonly through: Duplex | null;
  /** Milliseconds until the server's key has come. */
  readonly connectMs: number;
  /**
   * Milliseconds that the server may be silent during the login, while nobody is being asked, and
   * that it may take to open a session.
   */
  readonly loginMs: number;
  /** Gives up while it connects. */
  readonly signal: AbortSignal;
  /** Hears each step; absent: nobody does. */
  readonly trace?: Trace;
}

/** A client as well, for hops: others connect through it. */
export interface Ssh2Transport extends Transport {
  readonly client: Client;
}

const defaultAliveSeconds = 10;

/** As a `Result`, and where nothing was in common with the server, what it offers. */
export type Ssh2Result =
  | { readonly ok: true; readonly value: Ssh2Transport }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly disagreement?: Disagreement & { readonly settings: HostSettings };
    };

export async function connectSsh2(options: Ssh2Options): Promise<Ssh2Result> {
  const { settings, connectMs, signal } = options;
  const { hostname: host, port, family, bindAddress: from } = settings;
  const serverHostKey = await hostKeyAlgorithms(settings, options.hostKeys);
  if (options.through) return new Attempt(options, options.through, null).run(serverHostKey);
  const socket = await connectSocket({ host, port, family, from, limitMs: connectMs, signal });
  if (!socket.ok) return socket;
  const { remoteAddress } = socket.value;
  options.trace?.(`ssh2: TCP to ${remoteAddress} port ${port} for ${options.alias}`);
  return new Attempt(options, socket.value, remoteAddress ?? null).run(serverHostKey);
}

/** One try to connect: the first thing that goes wrong is the problem. */
class Attempt {
  private readonly client = new ssh2.Client();
  private problem: Problem | null = null;
  private acceptedByHuman = false;
  /** The key under which this session began; null: no key was accepted yet. */
  private sessionKey: Buffer | null = null;
  private isReady = false;
  private readonly patience = new TimeLimit();
  private readonly negotiation = new Negotiation();
  private disagreement: Disagreement | null = null;
  private late: (message: string) => void = () => undefined;
  private tellClosed: (problem: Problem) => void = () => undefined;
  private readonly closed = new Promise<Problem>((resolve) => {
    this.tellClosed = resolve;
  });

  private readonly authentication: Authentication;

  constructor(
    private readonly options: Ssh2Options,
    private readonly socket: Duplex,
    /** Where it is connected to; null: another host knows. */
    private readonly remoteAddress: string | null,
  ) {
    const { settings, alias } = options;
    this.authentication = new Authentication({
      user: settings.user,
      host: alias,
      agentSocket: settings.agentSocket,
      keyFiles: settings.identityFiles,
      identitiesOnly: settings.identitiesOnly,
      methods: settings.methods,
      signatures: settings.algorithms.signature,
      leastRsaBits: settings.hostKeyPolicy.leastRsaBits,
      promptCount: settings.promptCount,
      ask: (question) => this.askHuman(question),
      trace: (step) => this.trace(step),
      onExhausted: () => {
        this.noteLogin();
        this.client.end();
      },
    });
  }

  run(serverHostKey: ServerHostKeyAlgorithm[]): Promise<Ssh2Result> {
    const { client, options, authentication } = this;
    const { settings } = options;
    return new Promise((resolve) => {
      const give = (problem: Problem) => {
        this.patience.lift();
        const { disagreement } = this;
        resolve({
          ok: false,
          problem,
          ...(disagreement ? { disagreement: { ...disagreement, settings } } : {}),
        });
        client.destroy();
      };
      const giveUp = () => {
        this.note('unreachable', `Connecting to ${this.name} was given up.`);
        give(this.reason());
      };
      if (options.signal.aborted) {
        giveUp();
        // The client does not know of it yet, and nothing is to be said over it.
        this.socket.destroy();
        return;
      }
      options.signal.addEventListener('abort', giveUp);
      this.late = (message) => {
        this.note('timeout', message);
        give(this.reason());
      };
      const { connectMs } = options;
      this.limit(
        connectMs,
        `${this.name} did not complete the key exchange within ${connectMs / 1000} s.`,
      );
      client.on('handshake', ({ kex, serverHostKey, cs }) => {
        this.negotiation.end();
        this.trace(
          `key exchange by ${kex}, host key ${serverHostKey}, ${cs.cipher}, ${cs.mac || 'no mac'}`,
        );
      });
      client.on('ready', () => {
        this.isReady = true;
        this.trace('let in');
        this.patience.lift();
        options.signal.removeEventListener('abort', giveUp);
        resolve(succeed(this.transport()));
      });
      client.on('error', (error) => this.hear(error));
      client.on('close', () => {
        const problem = this.reason();
        this.trace(`closed: ${problem.message}`);
        this.tellClosed(problem);
        give(problem);
      });
      client.connect({
        sock: this.socket,
        username: settings.user,
        // The time that people take to answer counts for nothing: `limit` knows when they are asked.
        readyTimeout: 0,
        keepaliveInterval: (settings.aliveSeconds ?? defaultAliveSeconds) * 1000,
        keepaliveCountMax: settings.aliveCount,
        algorithms: {
          kex: [...settings.algorithms.kex],
          cipher: ciphersFor(settings.algorithms, options.through !== null),
          hmac: [...settings.algorithms.mac],
          serverHostKey,
        },
        debug: (line) => this.negotiation.hear(line),
        hostVerifier: (key: Buffer, verify: (isValid: boolean) => void) => {
          // At once: what arrives meanwhile in the middle of a session, ssh2 would answer under the old keys.
          if (this.sessionKey) verify(this.isSameKey(this.sessionKey, key));
          else void this.verify(key).then(verify);
        },
        // A server may speak of the login after it: nothing more is tried or asked then.
        authHandler: (left, isPartial, next) => {
          if (!this.isReady) authentication.next(left, isPartial, next);
        },
      });
    });
  }

  private trace(step: string): void {
    this.options.trace?.(`ssh2, ${this.name}: ${step}`);
  }

  private get name(): string {
    return this.options.alias;
  }

  /**
   * Of the first key exchange, which is a step of the login. A server may begin another at any time
   * (RFC 4253, section 9): then the key is to be the same, and neither files nor people are asked again.
   */
  private async verify(key: Buffer): Promise<boolean> {
    this.patience.lift();
    const { settings, hostKeys } = this.options;
    const { host, port } = keptUnder(settings);
    const decision = await decideHostKey(hostKeys, host, port, key);
    const verdict = decision.accepted ? 'accepted' : `refused, ${decision.problem.code}`;
    this.trace(`host key ${keyType(key)} ${fingerprint(key)}: ${verdict}`);
    const mismatch = decision.accepted ? await this.checkAddress(key) : null;
    if (mismatch) {
      this.problem = mismatch;
      return false;
    }
    if (decision.accepted) {
      this.sessionKey = Buffer.from(key);
      this.acceptedByHuman = decision.byHuman;
      this.limitLogin();
    } else {
      this.problem = decision.problem;
    }
    return decision.accepted;
  }

  /** CheckHostIP: the address may be known under another key. */
  private checkAddress(key: Buffer): Promise<Problem | null> | null {
    const { settings, hostKeys } = this.options;
    const { remoteAddress } = this;
    if (!settings.hostKeyPolicy.checksAddress || remoteAddress === null) return null;
    if (settings.hostname === remoteAddress) return null;
    return decideAddress(hostKeys, remoteAddress, settings.port, key);
  }

  private isSameKey(before: Buffer, now: Buffer): boolean {
    if (now.equals(before)) return true;
    this.note(
      'host-key-changed',
      `${this.name} began the session under the host key ${fingerprint(before)} and went on under ` +
        `another, ${fingerprint(now)} (${visible(keyType(now))}). Somebody may be listening in.`,
    );
    return false;
  }

  private async askHuman(question: Question): Promise<readonly string[] | null> {
    if (this.isReady) return null;
    this.patience.lift();
    const answers = await this.options.ask(question);
    this.limitLogin();
    // Let in meanwhile: what was typed for the login is sent to nobody.
    return this.isReady ? null : answers;
  }

  private limitLogin(): void {
    const { loginMs } = this.options;
    this.limit(loginMs, `${this.name} fell silent during the login for ${loginMs / 1000} s.`);
  }

  /** Holds for the login alone; an answer may come when the server has let us in without it. */
  private limit(ms: number, message: string): void {
    if (this.problem === null && !this.isReady) this.patience.set(ms, () => this.late(message));
  }

  private hear(error: Error & { readonly level?: string }): void {
    this.disagreement ??= this.negotiation.disagreement(error);
    if (this.disagreement) return this.noteDisagreement(this.disagreement);
    const said = visible(capText(error.message, 200));
    switch (error.level) {
      case 'client-authentication':
        return this.isReady ? undefined : this.noteLogin();
      // A key that could not sign: the next one is tried.
      case 'agent':
        return;
      case 'client-timeout':
        return this.note('connection-lost', `${this.name} has not answered for ${this.silence} s.`);
      default:
        return this.isReady
          ? this.note('connection-lost', `The connection to ${this.name} was lost: ${said}.`)
          : this.note('unreachable', `${this.name} could not be reached over SSH: ${said}.`);
    }
  }

  /** Seconds after which keepalive gives up. */
  private get silence(): number {
    const { aliveSeconds, aliveCount } = this.options.settings;
    return (aliveSeconds ?? defaultAliveSeconds) * aliveCount;
  }

  private noteLogin(): void {
    const { lacksAnswer, offered, tooManyPrompts } = this.authentication;
    const user = `${this.options.settings.user}@${this.name}`;
    if (tooManyPrompts !== null) {
      this.note('authentication-failed', `${user}: ${tooManyWords(tooManyPrompts)}`);
      return;
    }
    if (lacksAnswer) {
      this.note(
        'authentication-needed',
        `${user}: the login needs an answer (passphrase, password or code), and nobody gave one.`,
      );
      return;
    }
    const taken = offered.map((method) => visible(capText(method, 40))).join(', ');
    const { methods } = this.options.settings;
    const allowed =
      methods.length === 3 ? '' : ` The SSH configuration allows: ${methods.join(', ')}.`;
    const left =
      taken === '' ? 'The server names no further way to log in.' : `The server takes: ${taken}.`;
    this.note('authentication-failed', `${user} was not let in. ${left}${allowed}`);
  }

  private noteDisagreement(disagreement: Disagreement): void {
    const ours = this.options.settings.algorithms[disagreement.kind];
    this.note('no-agreement', inWords(disagreement, this.name, ours));
  }

  private note(code: Problem['code'], message: string): void {
    this.problem ??= { code, path: this.name, message };
  }

  private reason(): Problem {
    const message = this.isReady
      ? `The connection to ${this.name} was closed.`
      : `${this.name} closed the connection before the login was complete.`;
    return (
      this.problem ?? {
        code: this.isReady ? 'connection-lost' : 'unreachable',
        path: this.name,
        message,
      }
    );
  }

  private transport(): Ssh2Transport {
    const { client, closed, options } = this;
    const open = sessionsInTurn((line) =>
      openChannel(client, line, closed, this.name, options.loginMs),
    );
    return {
      client,
      closed,
      neededHuman: this.acceptedByHuman || this.authentication.neededHuman,
      exec: ({ line }) => open(line),
      close: () => {
        this.note('connection-lost', 'The connection was closed here.');
        client.end();
      },
    };
  }
}
