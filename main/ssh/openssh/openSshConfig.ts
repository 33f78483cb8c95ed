/**
 * The configuration that the system's `ssh` is started with: what must hold for us, in front of the
 * user's own. As a file, since `ssh` hands a file on to the hops of a ProxyJump, and no option.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConfigOptions } from '../config/configuredHosts';
import type { Hop } from '../ssh2/proxyJump';

export interface OpenSshConfig {
  readonly hops: readonly Hop[];
  /** Known hosts files of a hop, none of which `ssh` appends to. */
  readonly knownHostsOf: (hop: Hop) => readonly string[];
  /** Asked about every host's key; null: this `ssh` knows no such program. */
  readonly knownHostsProgram: string | null;
  /** Whether the revoked keys of a hop are looked for here, so that `ssh` is not to refuse first. */
  readonly judgesRevoked: (hop: Hop) => boolean;
  /** Run when a host has let us in. */
  readonly loggedInProgram: string;
  readonly connectSeconds: number;
  readonly aliveSeconds: number;
  readonly config: ConfigOptions;
}

/** The first value of an option counts: ssh_config(5). */
export function openSshConfig(options: OpenSshConfig): string {
  const { hops, knownHostsOf, connectSeconds, aliveSeconds, config } = options;
  const { knownHostsProgram, loggedInProgram } = options;
  const hosts = [...new Set(hops.map(({ address }) => address.host))].flatMap((host) => {
    const same = hops.filter(({ address }) => address.host === host);
    const files = [...new Set(same.flatMap(knownHostsOf))];
    const settings = same.map((hop) => hop.settings);
    const [own = ''] = same.flatMap(({ settings }) => settings.knownHostsCommand ?? []);
    return [
      `Host ${quoted(host)}`,
      `  UserKnownHostsFile ${files.map(pathWord).join(' ')}`,
      ...(settings.some(({ isBatch }) => isBatch) ? ['  BatchMode yes'] : []),
      `  NumberOfPasswordPrompts ${Math.min(...settings.map(({ promptCount }) => promptCount))}`,
      ...(settings.some(({ hostKeyPolicy }) => hostKeyPolicy.checksAddress)
        ? ['  CheckHostIP yes']
        : []),
      ...(same.every(options.judgesRevoked) ? ['  RevokedHostKeys none'] : []),
      ...(knownHostsProgram === null ? [] : [knownHostsCommand(knownHostsProgram, own)]),
    ];
  });
  const own =
    config.configFile === null
      ? [join(homedir(), '.ssh', 'config'), '/etc/ssh/ssh_config']
      : [config.configFile];
  return [
    ...hosts,
    'Host *',
    // Options of newer versions than the oldest that has an askpass that can be forced (8.4).
    '  IgnoreUnknown SessionType,StdinNull,ForkAfterAuthentication,NoHostAuthenticationForLocalhost',
    `  ConnectTimeout ${connectSeconds}`,
    `  ServerAliveInterval ${aliveSeconds}`,
    // Whoever is to be asked about a key is asked by the program before.
    '  StrictHostKeyChecking yes',
    ...(knownHostsProgram === null ? [] : [knownHostsCommand(knownHostsProgram, '')]),
    // A key that the name server vouches for would be shown to nobody.
    '  VerifyHostKeyDNS no',
    '  NoHostAuthenticationForLocalhost no',
    '  CheckHostIP no',
    '  UpdateHostKeys no',
    '  HashKnownHosts no',
    '  VisualHostKey no',
    '  LogLevel INFO',
    '  ControlMaster no',
    '  ControlPath none',
    '  ClearAllForwardings yes',
    '  ForwardAgent no',
    '  ForwardX11 no',
    '  PermitLocalCommand yes',
    `  LocalCommand ${shellWord(loggedInProgram)}`,
    '  RemoteCommand none',
    '  RequestTTY no',
    '  SessionType default',
    '  StdinNull no',
    '  ForkAfterAuthentication no',
    ...own.map((path) => `Include ${quoted(path)}`),
    '',
  ].join('\n');
}

/** Its own arguments, and behind them the user's own command, whose tokens `ssh` replaces as well. */
function knownHostsCommand(program: string, own: string): string {
  // In the place of the program's name no token was replaced.
  const words = own.replace(/^(?:"[^"]*"|\S+)/, (name) => name.replaceAll('%', '%%'));
  return `  KnownHostsCommand ${quoted(program)} %I %H %K ${words}`.trimEnd();
}

/** For the user's shell, of any kind; `%` begins a token. */
function shellWord(path: string): string {
  return `'${path.replaceAll('%', '%%')}'`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** `%` begins a token in the names of these files. */
function pathWord(path: string): string {
  return quoted(path.replaceAll('%', '%%'));
}
