/**
 * Live hosts over SSH, and this machine through sudo: the same probe, the same way.
 */
import { userInfo } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Target } from '../../shared/api/target';
import { fail, type Problem, type Result } from '../../shared/readings/problem';
import type { Readings, SourceKind } from '../../shared/readings/readings';
import { LiveHost } from '../probe/liveHost';
import { defaultIntervals, nextDelay } from '../probe/pollingPlan';
import { defaultLimits } from '../probe/session';
import type { Source } from '../sources/source';
import { AcceptedKeys, defaultAcceptedKeysFile } from './acceptedKeys';
import { resolveHost, userConfig, type ConfigOptions, type HostSettings } from './config';
import { localTransport } from './localTransport';
import { connectOpenSsh } from './opensshTransport';
import { startProbe } from './privilege';
import { connectRoute } from './proxyJump';
import { nobody, type Ask } from './questions';
import { Backoff } from './reconnect';
import type { Transport } from './transport';

export interface LiveOptions {
  /** Read through sudo where the login isn't root. */
  readonly sudo: boolean;
  /** Null: ssh2, or OpenSSH where the configuration has what ssh2 can't do. */
  readonly transport: 'ssh2' | 'openssh' | null;
  /** Beside those of the configuration; null: none. */
  readonly identity: string | null;
  readonly acceptNew: boolean;
  /** Milliseconds for connecting, and for each answer; null: what is usual. */
  readonly timeoutMs: number | null;
  readonly ask: Ask;
  readonly config: ConfigOptions;
  readonly accepted: AcceptedKeys;
}

/** Nobody is asked, nothing is accepted, no sudo. */
export function defaultLiveOptions(): LiveOptions {
  return {
    sudo: false,
    transport: null,
    identity: null,
    acceptNew: false,
    timeoutMs: null,
    ask: nobody,
    config: userConfig(),
    accepted: new AcceptedKeys(defaultAcceptedKeysFile()),
  };
}

type SshTarget = Extract<Target, { kind: 'ssh' }>;

/** A live source that can be told to connect anew, with a human to ask. */
export interface LiveSource extends Source {
  /** Milliseconds until the next sample makes sense, and whether slowness has stretched them. */
  readonly delay: { readonly ms: number; readonly isSlowed: boolean };
  /** The next sample connects at once, and may ask. */
  retry(): void;
}

export function openSsh(target: SshTarget, options: LiveOptions): LiveSource {
  return new ConnectedSource(target.text, 'ssh', options, (ask) =>
    connect(target, { ...options, ask }),
  );
}

/** This machine, read as root by a shell behind sudo; the program itself stays the user's. */
export function openLocalThroughSudo(target: string, options: LiveOptions): LiveSource {
  return new ConnectedSource(target, 'local', { ...options, sudo: true }, () =>
    Promise.resolve({
      ok: true,
      value: { transport: localTransport(), user: userInfo().username, host: 'this machine' },
    }),
  );
}

interface Connection {
  readonly transport: Transport;
  readonly user: string;
  readonly host: string;
}

const connectMs = 20_000;

async function connect(target: SshTarget, options: LiveOptions): Promise<Result<Connection>> {
  const address = { user: target.user, host: target.host, port: target.port };
  const configured = await resolveHost(address, options.config);
  const settings: HostSettings =
    options.identity === null
      ? configured
      : {
          ...configured,
          identityFiles: [options.identity, ...configured.identityFiles],
        };
  const limit = options.timeoutMs ?? (settings.connectSeconds ?? connectMs / 1000) * 1000;
  const rulesFor = (host: HostSettings) => ({
    files: host.knownHostsFiles,
    accepted: options.accepted,
    acceptNew: options.acceptNew,
    ask: options.ask,
  });
  const kind = options.transport ?? (settings.onlyOpenSsh.length > 0 ? 'openssh' : 'ssh2');
  const shared = { ask: options.ask, connectMs: limit };
  const connected: Result<Transport> =
    kind === 'openssh'
      ? await connectOpenSsh({
          address,
          settings,
          rules: rulesFor(settings),
          ...options,
          ...shared,
        })
      : await connectRoute({ address, settings, config: options.config, rulesFor }, shared);
  if (!connected.ok) return connected;
  return {
    ok: true,
    value: { transport: connected.value, user: settings.user, host: target.host },
  };
}

class ConnectedSource implements LiveSource {
  readonly live = true;
  private host: { readonly live: LiveHost; readonly transport: Transport } | null = null;
  private readonly backoff = new Backoff();
  private lost: Problem | null = null;
  private needsHuman = false;
  private isFirst = true;
  private isClosed = false;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly target: string,
    readonly kind: Extract<SourceKind, 'ssh' | 'local'>,
    private readonly options: LiveOptions,
    private readonly connect: (ask: Ask) => Promise<Result<Connection>>,
  ) {}

  get delay(): { ms: number; isSlowed: boolean } {
    const live = this.host?.live;
    return nextDelay(live?.inTransition ?? false, live?.lastAnswerMs ?? 0, defaultIntervals);
  }

  /** Samples that are asked for at once come one after the other. */
  sample(): Promise<Result<Readings>> {
    const sampled = this.queue.then(() => this.take());
    this.queue = sampled;
    return sampled;
  }

  retry(): void {
    this.isFirst = true;
    this.backoff.succeeded();
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  private async take(): Promise<Result<Readings>> {
    if (this.isClosed) return fail('connection-lost', this.target, `${this.target} was closed.`);
    const opened = await this.open();
    if (!opened.ok) return opened;
    const sampled = await opened.value.sample();
    if (!sampled.ok) this.lose(sampled.problem);
    return sampled;
  }

  private async open(): Promise<Result<LiveHost>> {
    if (this.host) return { ok: true, value: this.host.live };
    if (
      !this.isFirst &&
      this.lost &&
      (this.needsHuman || !this.backoff.mayTry(performance.now()))
    ) {
      return { ok: false, problem: this.lost };
    }
    // Only the first time may somebody be asked: a lost connection must not ask out of the blue.
    const ask = this.isFirst ? this.options.ask : nobody;
    this.isFirst = false;
    const opened = await this.start(ask);
    if (!opened.ok) this.lose(opened.problem);
    else this.backoff.succeeded();
    return opened;
  }

  private async start(ask: Ask): Promise<Result<LiveHost>> {
    let askedForSudo = false;
    const connected = await this.connect(ask);
    if (!connected.ok) return connected;
    const { transport, user, host } = connected.value;
    const { timeoutMs, sudo } = this.options;
    const started = await startProbe(transport, {
      useSudo: sudo,
      user,
      host,
      ask,
      limits:
        timeoutMs === null
          ? defaultLimits
          : { ...defaultLimits, startMs: timeoutMs, answerMs: timeoutMs },
      onHuman: () => {
        askedForSudo = true;
      },
    });
    if (!started.ok || this.isClosed) {
      transport.close();
      return started.ok
        ? fail('connection-lost', this.target, `${this.target} was closed.`)
        : started;
    }
    this.needsHuman = transport.neededHuman || askedForSudo;
    const live = new LiveHost(
      started.value.session,
      { target: this.target, source: this.kind },
      started.value.first,
    );
    this.host = { live, transport };
    return { ok: true, value: live };
  }

  private lose(problem: Problem): void {
    this.lost = problem;
    this.backoff.failed(performance.now());
    // What no second try can mend waits for a human.
    this.needsHuman ||= [
      'authentication-needed',
      'authentication-failed',
      'host-key-unknown',
      'host-key-changed',
      'host-key-revoked',
      'sudo-password-needed',
      'sudo-refused',
    ].includes(problem.code);
    this.drop();
  }

  private drop(): void {
    this.host?.live.close();
    this.host?.transport.close();
    this.host = null;
  }
}
