/** The user's SSH configuration: which hosts there are, and what applies to one of them. */
import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { OpenSshNeed } from '../../shared/api/openSsh';
import { computeSettings } from './configFile';
import { configLines } from './configLines';
import { wildcard } from './knownHosts';

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
  /** A command of the user's that tells keys of hosts, with the tokens of ssh_config(5). */
  readonly knownHostsCommand: string | null;
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
   * What only OpenSSH's own client can follow. GSSAPIAuthentication counts where the user's own
   * configuration has it: Debian's sets it for every host.
   */
  readonly onlyOpenSsh: readonly OpenSshNeed[];
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
  const names = configLines(userFile(options))
    .filter(({ keyword }) => keyword === 'host')
    .flatMap(({ words }) => words)
    .filter((name) => !/[*?!]/.test(name) && !name.startsWith('-'));
  return [...new Set(names)];
}

export async function resolveHost(
  address: HostAddress,
  options: ConfigOptions = userConfig(),
): Promise<HostSettings> {
  const path = userFile(options);
  const values =
    (await askOpenSsh(address, options)) ?? computeSettings(path, address.host, address.user);
  const lines = configLines(path);
  const isByUser = (keyword: string) => lines.some((line) => line.keyword === keyword);
  // The user's file alone, without the system's, as `ssh -F` has it.
  const own =
    isByUser('gssapiauthentication') && options.configFile === null
      ? ((await askOpenSsh(address, { configFile: path })) ?? values)
      : values;
  const settings = toSettings(address, values);
  const needs: (OpenSshNeed | null)[] = [
    has(values, 'proxycommand') ? 'proxy-command' : null,
    has(values, 'certificatefile') ? 'user-certificate' : null,
    isByUser('gssapiauthentication') && isYes(own, 'gssapiauthentication') ? 'gssapi' : null,
    has(values, 'pkcs11provider') ? 'pkcs11' : null,
    lines.some((line) => line.keyword === 'match' && mayRun(line.words, address, settings))
      ? 'match-exec'
      : null,
  ];
  return { ...settings, onlyOpenSsh: needs.filter((need) => need !== null) };
}

function userFile({ configFile }: ConfigOptions): string {
  return configFile ?? join(homedir(), '.ssh', 'config');
}

/** Whether a `Match` line has an `exec` that OpenSSH would run for this host. */
function mayRun(
  words: readonly string[],
  { host }: HostAddress,
  { hostname }: { readonly hostname: string },
): boolean {
  const names = new Map([
    ['host', hostname],
    ['originalhost', host],
  ]);
  const isAbout = (criterion: string, patterns: string) => {
    const name = names.get(criterion.toLowerCase());
    if (name === undefined) return true;
    const [refused, wanted] = [true, false].map((isNegated) =>
      patterns
        .split(',')
        .filter((pattern) => pattern.startsWith('!') === isNegated)
        .some((pattern) => wildcard(pattern.replace(/^!/, ''), name)),
    );
    return wanted === true && refused !== true;
  };
  return (
    words.some((word) => /^!?exec$/i.test(word)) &&
    words.every((word, index) => isAbout(word, words[index + 1] ?? ''))
  );
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

/** The one value of an option; null where it has none, or `none`. */
function one(values: Values, key: string): string | null {
  const [value] = values.get(key) ?? [];
  return value === undefined || value === 'none' ? null : value;
}

function has(values: Values, key: string): boolean {
  return one(values, key) !== null;
}

function isYes(values: Values, key: string): boolean {
  return /^(?:yes|true)$/i.test(one(values, key) ?? '');
}

function toSettings(address: HostAddress, values: Values): Omit<HostSettings, 'onlyOpenSsh'> {
  const text = (key: string) => one(values, key);
  const seconds = (key: string) => {
    const digits = text(key);
    return digits !== null && /^\d+$/.test(digits) && Number(digits) > 0 ? Number(digits) : null;
  };
  const hostname = (text('hostname') ?? address.host).replaceAll('%h', address.host);
  const user = address.user ?? text('user') ?? userInfo().username;
  const port = address.port ?? Number(text('port') ?? 22);
  const expand = (path: string) => expandPath(path, { hostname, user, port });
  const list = (key: string, fallback: readonly string[]) =>
    (values.get(key) ?? fallback)
      .flatMap((paths) => paths.split(/\s+/))
      .filter((path) => path !== 'none')
      .map(expand);
  return {
    hostname,
    user,
    port,
    identityFiles: (values.get('identityfile') ?? defaultKeys)
      .filter((path) => path !== 'none')
      .map(expand),
    identitiesOnly: isYes(values, 'identitiesonly'),
    agentSocket: agentSocket(values.get('identityagent')?.[0], expand),
    usesKeys: !/^(?:no|false)$/i.test(text('pubkeyauthentication') ?? 'yes'),
    knownHostsFiles: [
      ...list('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
      ...list('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    ],
    knownHostsCommand: text('knownhostscommand'),
    hostKeyAlias: text('hostkeyalias'),
    hostKeyAlgorithms: (text('hostkeyalgorithms') ?? '').split(',').filter(Boolean),
    jumps: readJumps(text('proxyjump')),
    connectSeconds: seconds('connecttimeout'),
    aliveSeconds: seconds('serveraliveinterval'),
    aliveCount: seconds('serveralivecountmax') ?? 3,
    family: families.get(text('addressfamily') ?? '') ?? null,
  };
}

const families = new Map<string, 4 | 6>([
  ['inet', 4],
  ['inet6', 6],
]);

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
  const tokens = new Map([
    ['%%', '%'],
    ['%d', homedir()],
    ['%h', host.hostname],
    ['%p', String(host.port)],
    ['%r', host.user],
    ['%u', userInfo().username],
  ]);
  const expanded = path.replace(/%[%dhpru]/g, (token) => tokens.get(token) ?? token);
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
