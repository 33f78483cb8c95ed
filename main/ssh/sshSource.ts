/**
 * Live hosts over SSH, and this machine through sudo: the same probe, the same way.
 */
import { userInfo } from 'node:os';
import type { TransportKind } from '../../shared/api/openSsh';
import type { Target } from '../../shared/api/target';
import type { Result } from '../../shared/readings/problem';
import { defaultConfigFile } from '../config/place';
import { AcceptedKeys } from './acceptedKeys';
import { resolveHost, userConfig, type ConfigOptions, type HostSettings } from './config';
import { ConnectedSource, type Connection, type LiveSource } from './connectedSource';
import { waysHere } from './localRights';
import { localTransport } from './localTransport';
import { hasOpenSsh, needsOf } from './openSshNeeds';
import { connectOpenSsh } from './opensshTransport';
import { connectRoute, stationsTo } from './proxyJump';
import { nobody, type Ask } from './questions';
import type { Transport } from './transport';
import { chooseTransport, withAdvice } from './transportChoice';

export interface LiveOptions {
  /** Read through sudo where the login isn't root. */
  readonly sudo: boolean;
  /** Read this machine through pkexec instead. */
  readonly pkexec: boolean;
  /** Null: ssh2; where the configuration has what ssh2 can't do, it is asked for. */
  readonly transport: TransportKind | null;
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
    pkexec: false,
    transport: null,
    identity: null,
    acceptNew: false,
    timeoutMs: null,
    ask: nobody,
    config: userConfig(),
    accepted: new AcceptedKeys(
      defaultConfigFile(),
      (complaint) => void process.stderr.write(`klpscope: ${complaint}\n`),
    ),
  };
}

type SshTarget = Extract<Target, { kind: 'ssh' }>;

export function openSsh(target: SshTarget, options: LiveOptions): LiveSource {
  const memory = { transport: options.transport };
  const through = options.sudo ? (['sudo'] as const) : [];
  return new ConnectedSource(target.text, 'ssh', { ...options, through }, (ask, signal) =>
    connect(target, { ...options, ask }, signal, memory),
  );
}

/** This machine, read by a shell of root's if we get one; the program itself stays the user's. */
export function openLocalElevated(target: string, options: LiveOptions): LiveSource {
  const through = waysHere(options, options.ask);
  return new ConnectedSource(target, 'local', { ...options, through }, () =>
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
  memory: { transport: TransportKind | null },
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
  const stations = await stationsTo({ address, settings }, options.config);
  const each = stations.map((station) => needsOf(station.settings, rulesFor(station.settings)));
  const needs = [...new Set((await Promise.all(each)).flat())];
  const kind = await chooseTransport({
    address,
    wanted: memory.transport,
    needs,
    hasOpenSsh: hasOpenSsh(),
    ask: options.ask,
  });
  if (!kind.ok) return kind;
  // A connection that comes back by itself asks nobody.
  if (needs.length > 0) memory.transport = kind.value;
  const shared = {
    ask: options.ask,
    connectMs: limit,
    loginMs: options.timeoutMs ?? loginMs,
  };
  const connected: Result<Transport> =
    kind.value === 'openssh'
      ? await connectOpenSsh({ ...options, ...shared, address, stations, rulesFor })
      : await connectRoute({ stations, rulesFor }, { ...shared, signal });
  if (!connected.ok && kind.value === 'ssh2') {
    return { ok: false, problem: withAdvice(connected.problem, needs) };
  }
  if (!connected.ok) return connected;
  return {
    ok: true,
    value: { transport: connected.value, user: settings.user, host: target.host },
  };
}
