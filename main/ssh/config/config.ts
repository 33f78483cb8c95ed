/** The user's SSH configuration: which hosts there are, and what applies to one of them. */
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir, hostname as localName, userInfo } from 'node:os';
import { join } from 'node:path';
import { sortedNeeds, type OpenSshNeed } from '../../../shared/api/openSsh';
import { capText, visible } from '../../../shared/base/text';
import { algorithmsOf, beyondSsh2, type Algorithms } from './algorithms';
import { configLines } from './configLines';
import { userConfig, userFile, type ConfigOptions } from './configuredHosts';
import type { HostAddress } from './hostAddress';
import {
  askOpenSsh,
  isAllowed,
  isYes,
  one,
  valuesOfFile,
  wholeNumber,
  type Values,
} from './configValues';
import { usualPolicy, type HostKeyPolicy } from '../hostKeys/hostKeyPolicy';
import { keywordRule } from './keywords';
import { wildcard } from '../hostKeys/knownHosts';

/** What applies to one host: ssh_config(5). */
export interface HostSettings {
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | null;
  /** Ways to log in that the configuration allows and ssh2 has, the preferred one first. */
  readonly methods: readonly LoginMethod[];
  /** How often a password, a passphrase or answers are asked for. */
  readonly promptCount: number;
  /** BatchMode: nobody is asked anything. */
  readonly isBatch: boolean;
  readonly hostKeyPolicy: HostKeyPolicy;
  readonly knownHostsFiles: readonly string[];
  /** A command of the user's that tells keys of hosts, with the tokens of ssh_config(5). */
  readonly knownHostsCommand: string | null;
  /** Under which the host's key is kept; null: its name. */
  readonly hostKeyAlias: string | null;
  readonly algorithms: Algorithms;
  /** What this machine's own `ssh` may use for the host, as `ssh -G` lists it. */
  readonly sshAlgorithms: SshAlgorithms;
  /** Hops, first one first. */
  readonly jumps: readonly HostAddress[];
  readonly connectSeconds: number | null;
  readonly aliveSeconds: number | null;
  readonly aliveCount: number;
  readonly family: 4 | 6 | null;
  /** An address of this machine's to connect from. */
  readonly bindAddress: string | null;
  /** What OpenSSH says of a name or a configuration that it refuses; null: it takes both. */
  readonly refusal: { readonly words: string; readonly isOfName: boolean } | null;
  /**
   * What only OpenSSH's own client can follow. GSSAPIAuthentication counts where the user's own
   * configuration has it: Debian's sets it for every host.
   */
  readonly onlyOpenSsh: readonly OpenSshNeed[];
}

/** Methods of RFC 4252 and RFC 4256. */
export type LoginMethod = 'publickey' | 'keyboard-interactive' | 'password';

/** Names of algorithms; empty where there is no `ssh`. */
export type SshAlgorithms = Readonly<
  Record<'kex' | 'cipher' | 'mac' | 'hostKey', readonly string[]>
>;

export async function resolveHost(
  address: HostAddress,
  options: ConfigOptions = userConfig(),
): Promise<HostSettings> {
  const path = userFile(options);
  const asked = await askOpenSsh(address, options.configFile);
  const values = asked.values ?? valuesOfFile(path, address);
  const settings = toSettings(address, values, asked.values !== null);
  const needs = [
    ...(await keywordNeeds(address, values, asked.values !== null)),
    ...beyondSsh2(settings.algorithms).map((keyword) => `keyword:${keyword}` as const),
    ...(settings.methods.length === 0 ? (['keyword:PreferredAuthentications'] as const) : []),
    ...(isUnusable(settings.bindAddress) ? (['keyword:BindAddress'] as const) : []),
    ...(runsProgram(path, address, settings) ? (['match-exec'] as const) : []),
  ];
  const isWished = !needs.includes('gssapi') || (await isUsersOwn(address, options, values));
  const onlyOpenSsh = sortedNeeds(needs.filter((need) => need !== 'gssapi' || isWished));
  return { ...settings, refusal: await refusalOf(address, asked.refusal), onlyOpenSsh };
}

/** A name that is refused without any configuration is itself at fault. */
async function refusalOf(
  address: HostAddress,
  words: string | null,
): Promise<HostSettings['refusal']> {
  if (words === null) return null;
  const { refusal } = await askOpenSsh(address, '/dev/null');
  return { words, isOfName: refusal !== null };
}

/** What the table of keywords says that ssh2 can't do. */
async function keywordNeeds(
  address: HostAddress,
  values: Values,
  isByOpenSsh: boolean,
): Promise<OpenSshNeed[]> {
  const unknown: string[] = [];
  const needs = [...values.keys()].flatMap((keyword): OpenSshNeed[] => {
    const rule = keywordRule(keyword);
    if (rule === null) unknown.push(keyword);
    if (rule === null || rule === 'honoured' || rule === 'harmless') return [];
    // `ssh -G` has followed it: the name that it prints is the canonical one.
    if (keyword === 'canonicalizehostname' && isByOpenSsh) return [];
    const value = one(values, keyword)?.trim() ?? '';
    return value === '' || rule.idle.includes(value.toLowerCase()) ? [] : [rule.need];
  });
  if (unknown.length === 0) return needs;
  // A newer `ssh` prints keywords of which nobody has heard here: at what they are by themselves, the
  // configuration asks for nothing.
  const usual = isByOpenSsh ? (await askOpenSsh(address, '/dev/null')).values : null;
  const isSet = (keyword: string) =>
    usual?.get(keyword)?.join('\n') !== values.get(keyword)?.join('\n');
  return [
    ...needs,
    ...unknown.filter(isSet).map((keyword) => `keyword:${visible(capText(keyword, 60))}` as const),
  ];
}

/** Debian's own configuration has it for every host: only the user's own file makes it a wish. */
async function isUsersOwn(
  address: HostAddress,
  { configFile }: ConfigOptions,
  values: Values,
): Promise<boolean> {
  const keywords = ['gssapiauthentication', 'gssapikeyexchange'];
  const path = userFile({ configFile });
  if (!configLines(path).some(({ keyword }) => keywords.includes(keyword))) return false;
  // The user's file alone, without the system's, as `ssh -F` has it.
  const own = configFile === null ? (await askOpenSsh(address, path)).values : values;
  return keywords.some((keyword) => isYes(own ?? values, keyword));
}

function isUnusable(bindAddress: string | null): boolean {
  return bindAddress !== null && isIP(bindAddress) === 0;
}

function runsProgram(
  path: string,
  address: HostAddress,
  settings: { readonly hostname: string },
): boolean {
  return configLines(path).some(
    (line) => line.keyword === 'match' && mayRun(line.words, address, settings),
  );
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

function toSettings(
  address: HostAddress,
  values: Values,
  isByOpenSsh: boolean,
): Omit<HostSettings, 'onlyOpenSsh' | 'refusal'> {
  const text = (key: string) => one(values, key);
  const hostname = (text('hostname') ?? address.host).replaceAll('%h', address.host);
  const user = address.user ?? text('user') ?? userInfo().username;
  const port = address.port ?? Number(text('port') ?? 22);
  const hostKeyAlias = text('hostkeyalias');
  const expand = (path: string) =>
    expandPath(path, { alias: address.host, hostname, user, port, hostKeyAlias });
  const list = (key: string, fallback: readonly string[]) =>
    (values.get(key) ?? fallback)
      .flatMap((paths) => paths.split(/\s+/))
      .filter((path) => path !== 'none')
      .map(expand);
  const configured = (kind: string) =>
    isByOpenSsh ? (text(kind) ?? '').split(',').filter(Boolean) : [];
  const strictness = (text('stricthostkeychecking') ?? 'ask').toLowerCase();
  return {
    hostname,
    user,
    port,
    identityFiles: (values.get('identityfile') ?? defaultKeys)
      .filter((path) => path !== 'none')
      .map(expand),
    identitiesOnly: isYes(values, 'identitiesonly'),
    agentSocket: agentSocket(values.get('identityagent')?.[0], expand),
    methods: methodsOf(values),
    promptCount: wholeNumber(values, 'numberofpasswordprompts', 0) ?? 3,
    isBatch: isYes(values, 'batchmode'),
    hostKeyPolicy: {
      // `no` and `off` allow more than we do by ourselves: somebody is asked all the same.
      newKeys:
        strictness === 'yes' || strictness === 'true'
          ? 'refused'
          : strictness === 'accept-new'
            ? 'accepted'
            : 'asked',
      revokedFiles: (values.get('revokedhostkeys') ?? []).flatMap((paths) =>
        revokedFiles(paths, expand),
      ),
      leastRsaBits: wholeNumber(values, 'requiredrsasize', 0) ?? usualPolicy.leastRsaBits,
      hashesNames: isYes(values, 'hashknownhosts'),
      checksAddress: isYes(values, 'checkhostip'),
    },
    knownHostsFiles: [
      ...list('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
      ...list('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    ],
    knownHostsCommand: text('knownhostscommand'),
    hostKeyAlias,
    algorithms: algorithmsOf(text),
    sshAlgorithms: {
      kex: configured('kexalgorithms'),
      cipher: configured('ciphers'),
      mac: configured('macs'),
      hostKey: configured('hostkeyalgorithms'),
    },
    jumps: readJumps(text('proxyjump')),
    connectSeconds: wholeNumber(values, 'connecttimeout', 1),
    aliveSeconds: wholeNumber(values, 'serveraliveinterval', 1),
    aliveCount: wholeNumber(values, 'serveralivecountmax', 1) ?? 3,
    family: families.get(text('addressfamily') ?? '') ?? null,
    bindAddress: text('bindaddress'),
  };
}

/** In the order of OpenSSH, where the configuration has none of its own: readconf.h. */
const usualMethods: readonly LoginMethod[] = ['publickey', 'keyboard-interactive', 'password'];

function methodsOf(values: Values): LoginMethod[] {
  const keywords = {
    publickey: 'pubkeyauthentication',
    'keyboard-interactive': 'kbdinteractiveauthentication',
    password: 'passwordauthentication',
  } as const;
  const preferred = one(values, 'preferredauthentications')?.split(',') ?? usualMethods;
  return preferred
    .flatMap((name) => usualMethods.filter((method) => method === name))
    .filter((method) => isAllowed(values, keywords[method]));
}

/** `ssh -G` prints one path, or (newer than 9.9) several, and quotes none that has a blank. */
function revokedFiles(paths: string, expand: (path: string) => string): string[] {
  const whole = expand(paths.trim().replace(/^"(.*)"$/, '$1'));
  if (existsSync(whole)) return [whole];
  return paths
    .split(/\s+/)
    .filter((path) => path !== '' && path !== 'none')
    .map(expand);
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

interface Named {
  readonly alias: string;
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly hostKeyAlias: string | null;
}

/** `~`, `${VARIABLE}` and the tokens of ssh_config(5) that matter for these files. */
function expandPath(path: string, host: Named): string {
  const own = localName();
  const tokens: ReadonlyMap<string, string> = new Map([
    ['%%', '%'],
    ['%d', homedir()],
    ['%h', host.hostname],
    ['%i', String(userInfo().uid)],
    ['%k', host.hostKeyAlias ?? host.alias],
    ['%l', own],
    ['%L', own.split('.')[0] ?? own],
    ['%n', host.alias],
    ['%p', String(host.port)],
    ['%r', host.user],
    ['%u', userInfo().username],
  ]);
  const expanded = path
    .replace(/\$\{([^}]+)\}/g, (whole, name: string) => process.env[name] ?? whole)
    .replace(/%./g, (token) => tokens.get(token) ?? token);
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
