/**
 * Live hosts over SSH, and this machine through sudo: the same probe, the same way.
 */
import { userInfo } from 'node:os';
import { sortedNeeds, type TransportKind } from '../../../shared/api/openSsh';
import type { Target } from '../../../shared/api/target';
import { succeed, type Problem, type Result } from '../../../shared/base/problem';
import { defaultConfigFile } from '../../config/place';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import { ciphersFor } from '../../ssh/config/algorithms';
import { resolveHost, type HostSettings } from '../../ssh/config/config';
import { userConfig, type ConfigOptions } from '../../ssh/config/configuredHosts';
import { ConnectedSource, type Connection, type LiveSource } from './connectedSource';
import { waysHere } from '../../ssh/rights/localRights';
import { localTransport } from '../../ssh/rights/localTransport';
import { hasOpenSsh, needsOf } from '../../ssh/openssh/openSshNeeds';
import { connectOpenSsh } from '../../ssh/openssh/opensshTransport';
import { connectRoute, hopsTo, type Hop } from '../../ssh/ssh2/proxyJump';
import { nobody, type Ask } from '../../ssh/questions';
import { traceByEnvironment, traceOf, type Trace } from '../../ssh/trace';
import type { Transport } from '../../ssh/transport';
import type { ConnectSlots } from '../connectSlots';
import { chooseTransport, insteadOfSsh2, withAdvice } from './transportChoice';

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
  /** Hears each step, for whoever has trouble. */
  readonly trace: Trace;
  /** Bounds how many hosts are connected to at once; absent: nothing does. */
  readonly slots?: ConnectSlots;
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
      (warning) => void process.stderr.write(`klpscope: ${warning}\n`),
    ),
    trace: traceByEnvironment(),
  };
}

type SshTarget = Extract<Target, { kind: 'ssh' }>;

export function openSsh(target: SshTarget, options: LiveOptions): LiveSource {
  const memory = { transport: options.transport };
  const through = options.sudo ? (['sudo'] as const) : [];
  const trace = traceOf(target.text, options.trace);
  return new ConnectedSource(target.text, 'ssh', { ...options, through, trace }, (ask, signal) =>
    connect(target, { ...options, ask, trace }, signal, memory),
  );
}

/** This machine, read by a shell of root's if we get one; the program itself stays the user's. */
export function openLocalElevated(target: string, options: LiveOptions): LiveSource {
  const through = waysHere(options, options.ask);
  const trace = traceOf(target, options.trace);
  return new ConnectedSource(target, 'local', { ...options, through, trace }, () =>
    Promise.resolve({
      ok: true,
      value: {
        transport: localTransport(),
        user: userInfo().username,
        host: 'this machine',
        note: null,
      },
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
    policy: host.hostKeyPolicy,
    ask: host.isBatch ? nobody : options.ask,
  });
  const hops = await hopsTo({ address, settings }, options.config);
  const { trace } = options;
  for (const hop of hops) trace(`configured: ${whereabouts(hop)}`);
  const refusal = refusedBy(hops, options.config);
  if (refusal) return { ok: false, problem: refusal };
  const each = hops.map((hop) => needsOf(hop.settings, rulesFor(hop.settings)));
  const lacksCipher = hops.some(
    ({ settings: { algorithms } }, index) => ciphersFor(algorithms, index > 0).length === 0,
  );
  const needs = sortedNeeds([
    ...(await Promise.all(each)).flat(),
    ...(lacksCipher ? (['keyword:Ciphers'] as const) : []),
  ]);
  const wanted = memory.transport;
  trace(`the configuration needs of OpenSSH: ${needs.join(', ') || 'nothing'}`);
  const kind = await chooseTransport({
    address,
    wanted,
    needs,
    hasOpenSsh: hasOpenSsh(),
    ask: options.ask,
  });
  if (!kind.ok) return kind;
  trace(
    `transport: ${kind.value}, ${wanted === null ? 'as nothing else was asked for' : `${wanted} was chosen before`}`,
  );
  // A connection that comes back by itself asks nobody.
  if (needs.length > 0) memory.transport = kind.value;
  const shared = {
    ask: options.ask,
    connectMs: limit,
    loginMs: options.timeoutMs ?? loginMs,
    trace,
  };
  const byOpenSsh = () => connectOpenSsh({ ...options, ...shared, address, hops, rulesFor });
  const as = (transport: Transport, note: Problem | null = null): Result<Connection> =>
    succeed({ transport, user: settings.user, host: target.host, note });
  if (kind.value === 'openssh') {
    const connected = await byOpenSsh();
    return connected.ok ? as(connected.value) : connected;
  }
  const connected = await connectRoute({ hops, rulesFor }, { ...shared, signal });
  if (connected.ok) return as(connected.value);
  const { problem, disagreement } = connected;
  if (!disagreement) return { ok: false, problem: withAdvice(problem, needs) };
  const instead = insteadOfSsh2(problem, disagreement, {
    isDemanded: wanted === 'ssh2',
    hasOpenSsh: hasOpenSsh(),
  });
  trace(instead.problem.message);
  if (!instead.isOpenSsh) return { ok: false, problem: instead.problem };
  const other = await byOpenSsh();
  if (!other.ok) return other;
  memory.transport = 'openssh';
  return as(other.value, instead.problem);
}

function whereabouts({ address, settings }: Hop): string {
  const { hostname, port, user, hostKeyAlias, methods, knownHostsFiles } = settings;
  const alias = hostKeyAlias === null ? '' : `, its key under ${hostKeyAlias}`;
  return `${address.host} is ${user}@${hostname} port ${port}${alias}, login by ${methods.join(', ')}, host keys in ${knownHostsFiles.join(', ')}`;
}

function refusedBy(hops: readonly Hop[], config: ConfigOptions): Problem | null {
  for (const { address, settings } of hops) {
    const { host } = address;
    // A name that begins like an option is refused later, and by its own words.
    if (settings.refusal === null || host.startsWith('-')) continue;
    const { words, isOfName } = settings.refusal;
    return isOfName
      ? { code: 'unreachable', path: host, message: `ssh refuses the name ${host}: ${words}.` }
      : {
          code: 'invalid-content',
          path: config.configFile ?? host,
          message: `ssh refuses the SSH configuration of ${host}: ${words}.`,
        };
  }
  return null;
}
