/**
 * Live hosts over SSH, and this machine through sudo: the same probe, the same way.
 */
import { userInfo } from 'node:os';
import type { Target } from '../../shared/api/target';
import type { Result } from '../../shared/readings/problem';
import { AcceptedKeys, defaultAcceptedKeysFile } from './acceptedKeys';
import { resolveHost, userConfig, type ConfigOptions, type HostSettings } from './config';
import { ConnectedSource, type Connection, type LiveSource } from './connectedSource';
import { localTransport } from './localTransport';
import { connectOpenSsh } from './opensshTransport';
import { connectRoute } from './proxyJump';
import { nobody, type Ask } from './questions';
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

export function openSsh(target: SshTarget, options: LiveOptions): LiveSource {
  return new ConnectedSource(target.text, 'ssh', options, (ask, signal) =>
    connect(target, { ...options, ask }, signal),
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

const connectMs = 20_000;
const loginMs = 30_000;

async function connect(
  target: SshTarget,
  options: LiveOptions,
  signal: AbortSignal,
): Promise<Result<Connection>> {
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
      : await connectRoute(
          { address, settings, config: options.config, rulesFor },
          { ...shared, loginMs: options.timeoutMs ?? loginMs, signal },
        );
  if (!connected.ok) return connected;
  return {
    ok: true,
    value: { transport: connected.value, user: settings.user, host: target.host },
  };
}
