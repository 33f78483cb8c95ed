/** The user's SSH configuration: which hosts there are, and what applies to one of them. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parse } from 'ssh-config';
import { configLines } from './configLines';

export interface HostAddress {
  readonly user: string | null;
  /** An alias of the configuration, a name or an address. */
  readonly host: string;
  readonly port: number | null;
}

/** What applies to one host: ssh_config(5). */
export interface HostSettings {
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | null;
  readonly usesKeys: boolean;
  readonly knownHostsFiles: readonly string[];
  /** Under which the host's key is kept; null: its name. */
  readonly hostKeyAlias: string | null;
  readonly hostKeyAlgorithms: readonly string[];
  /** Hops, first one first. */
  readonly jumps: readonly HostAddress[];
  readonly connectSeconds: number | null;
  readonly aliveSeconds: number | null;
  readonly aliveCount: number;
  readonly family: 4 | 6 | null;
  /**
   * Options that only OpenSSH's own client can follow. GSSAPIAuthentication is not among them: Debian
   * sets it for every host.
   */
  readonly onlyOpenSsh: readonly string[];
}

export interface ConfigOptions {
  /** As `ssh -F`; null: the user's own and the system's. */
  readonly configFile: string | null;
}

type Values = ReadonlyMap<string, readonly string[]>;

/** `KLPSCOPE_SSH_CONFIG` names another file than `~/.ssh/config`, as `ssh -F` does. */
export function userConfig(): ConfigOptions {
  return { configFile: process.env['KLPSCOPE_SSH_CONFIG'] ?? null };
}

/** Names in `Host` lines of the configuration and of what it includes; patterns are left out. */
export function configuredHosts(options: ConfigOptions = userConfig()): string[] {
  const path = options.configFile ?? join(homedir(), '.ssh', 'config');
  const names = configLines(path)
    .filter(({ keyword }) => keyword === 'host')
    .flatMap(({ words }) => words)
    .filter((name) => !/[*?!]/.test(name) && !name.startsWith('-'));
  return [...new Set(names)];
}

export async function resolveHost(
  address: HostAddress,
  options: ConfigOptions = userConfig(),
): Promise<HostSettings> {
  const values = (await askOpenSsh(address, options)) ?? computeSettings(address, options);
  const matchExec = configLines(options.configFile ?? join(homedir(), '.ssh', 'config')).some(
    ({ keyword, words }) => keyword === 'match' && words.some((word) => /^exec$/i.test(word)),
  );
  return toSettings(address, values, matchExec);
}

/** `ssh -G` applies the configuration exactly as OpenSSH does. Null where there is no OpenSSH. */
function askOpenSsh(address: HostAddress, { configFile }: ConfigOptions): Promise<Values | null> {
  const args = [
    '-G',
    ...(configFile === null ? [] : ['-F', configFile]),
    ...(address.port === null ? [] : ['-p', String(address.port)]),
    ...(address.user === null ? [] : ['-l', address.user]),
    '--',
    address.host,
  ];
  return new Promise((resolvePromise) => {
    execFile('ssh', args, { timeout: 10_000 }, (error, stdout) => {
      resolvePromise(error ? null : readValues(stdout));
    });
  });
}

function readValues(text: string): Values {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue;
    const key = line.slice(0, space).toLowerCase();
    values.set(key, [...(values.get(key) ?? []), line.slice(space + 1)]);
  }
  return values;
}

function computeSettings(address: HostAddress, { configFile }: ConfigOptions): Values {
  const path = configFile ?? join(homedir(), '.ssh', 'config');
  const computed = parse(existsSync(path) ? readFileSync(path, 'utf8') : '').compute(
    { Host: address.host, ...(address.user === null ? {} : { User: address.user }) },
    { ignoreCase: true, matchExec: false },
  );
  const values = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(computed)) {
    values.set(key.toLowerCase(), Array.isArray(value) ? value : [value]);
  }
  return values;
}

function toSettings(address: HostAddress, values: Values, hasMatchExec: boolean): HostSettings {
  const one = (key: string) => {
    const [value] = values.get(key) ?? [];
    return value === undefined || value === 'none' ? null : value;
  };
  const isYes = (key: string) => /^(?:yes|true)$/i.test(one(key) ?? '');
  const seconds = (key: string) => {
    const text = one(key);
    return text !== null && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : null;
  };
  const hostname = (one('hostname') ?? address.host).replaceAll('%h', address.host);
  const user = address.user ?? one('user') ?? userInfo().username;
  const port = address.port ?? Number(one('port') ?? 22);
  const expand = (path: string) => expandPath(path, { hostname, user, port });
  const list = (key: string, fallback: readonly string[]) =>
    (values.get(key) ?? fallback)
      .flatMap((text) => text.split(/\s+/))
      .filter((text) => text !== 'none')
      .map(expand);
  return {
    hostname,
    user,
    port,
    identityFiles: (values.get('identityfile') ?? defaultKeys)
      .filter((path) => path !== 'none')
      .map(expand),
    identitiesOnly: isYes('identitiesonly'),
    agentSocket: agentSocket(values.get('identityagent')?.[0], expand),
    usesKeys: !/^(?:no|false)$/i.test(one('pubkeyauthentication') ?? 'yes'),
    knownHostsFiles: [
      ...list('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
      ...list('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    ],
    hostKeyAlias: one('hostkeyalias'),
    hostKeyAlgorithms: (one('hostkeyalgorithms') ?? '').split(',').filter(Boolean),
    jumps: readJumps(one('proxyjump')),
    connectSeconds: seconds('connecttimeout'),
    aliveSeconds: seconds('serveraliveinterval'),
    aliveCount: seconds('serveralivecountmax') ?? 3,
    family: { inet: 4 as const, inet6: 6 as const }[one('addressfamily') ?? ''] ?? null,
    onlyOpenSsh: [
      ...['proxycommand', 'certificatefile', 'pkcs11provider'].filter((key) => one(key) !== null),
      ...(hasMatchExec ? ['match exec'] : []),
    ],
  };
}

const defaultKeys = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

function agentSocket(wanted: string | undefined, expand: (path: string) => string): string | null {
  const environment = process.env['SSH_AUTH_SOCK'] ?? null;
  if (wanted === undefined || wanted === 'SSH_AUTH_SOCK') return environment;
  if (wanted === 'none') return null;
  return wanted.startsWith('$') ? (process.env[wanted.slice(1)] ?? null) : expand(wanted);
}

/** `~`, and the tokens of ssh_config(5) that matter for these files. */
function expandPath(
  path: string,
  host: { readonly hostname: string; readonly user: string; readonly port: number },
): string {
  const tokens: Record<string, string> = {
    '%%': '%',
    '%d': homedir(),
    '%h': host.hostname,
    '%p': String(host.port),
    '%r': host.user,
    '%u': userInfo().username,
  };
  const expanded = path.replace(/%[%dhpru]/g, (token) => tokens[token] ?? token);
  return expanded.startsWith('~/') ? join(homedir(), expanded.slice(2)) : expanded;
}

/** `[user@]host[:port]` or `ssh://…`, separated by commas. */
function readJumps(text: string | null): HostAddress[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((hop) => {
      const form = /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;
      const [, user, ipv6, name, port] = form.exec(hop.trim().replace(/^ssh:\/\//, '')) ?? [];
      return {
        user: user ?? null,
        host: ipv6 ?? name ?? hop,
        port: port === undefined ? null : Number(port),
      };
    });
}
