/**
 * Every keyword of OpenSSH's client configuration, and what the built-in SSH makes of it: ssh_config(5)
 * of Debian 12 (9.2, with its GSSAPI patches) and of OpenSSH 10.5, and the names that readconf.c still
 * knows. One that is missing here counts as one that the built-in SSH would drop.
 */
import type { OpenSshNeed } from '../../../shared/api/openSsh';

/** Followed by ssh2, by our own rules, or by `ssh -G` before it prints. */
const honoured = [
  // Which lines count: applied by `ssh -G`.
  'Host',
  'Match',
  'Include',
  'Tag',
  'CanonicalDomains',
  'CanonicalizeFallbackLocal',
  'CanonicalizeMaxDots',
  'CanonicalizePermittedCNAMEs',
  // The way to the host.
  'AddressFamily',
  'BindAddress',
  'ConnectTimeout',
  'Hostname',
  'Port',
  'ProxyJump',
  'ServerAliveCountMax',
  'ServerAliveInterval',
  // The key exchange.
  'Ciphers',
  'HostKeyAlgorithms',
  'KexAlgorithms',
  'MACs',
  // The host's key.
  'CheckHostIP',
  'GlobalKnownHostsFile',
  'HashKnownHosts',
  'HostKeyAlias',
  'RequiredRSASize',
  'RevokedHostKeys',
  'StrictHostKeyChecking',
  'UserKnownHostsFile',
  // The login.
  'BatchMode',
  'IdentitiesOnly',
  'IdentityAgent',
  'IdentityFile',
  'KbdInteractiveAuthentication',
  'NumberOfPasswordPrompts',
  'PasswordAuthentication',
  'PreferredAuthentications',
  'PubkeyAcceptedAlgorithms',
  'PubkeyAuthentication',
  'User',
] as const;

/** Without them nothing happens that the configuration doesn't want; by why that is so. */
const harmless = {
  'nothing is forwarded': [
    'ClearAllForwardings',
    'DynamicForward',
    'ExitOnForwardFailure',
    'ForwardAgent',
    'ForwardX11',
    'ForwardX11Timeout',
    'ForwardX11Trusted',
    'GatewayPorts',
    'LocalForward',
    'PermitRemoteOpen',
    'RemoteForward',
    'StreamLocalBindMask',
    'StreamLocalBindUnlink',
    'Tunnel',
    'TunnelDevice',
    'XAuthLocation',
  ],
  'there is no terminal, and the command is ours': [
    'EnableEscapeCommandline',
    'EscapeChar',
    'ForkAfterAuthentication',
    'LocalCommand',
    'ObscureKeystrokeTiming',
    'PermitLocalCommand',
    'RemoteCommand',
    'RequestTTY',
    'SessionType',
    'StdinNull',
  ],
  'nothing is printed or logged': [
    'FingerprintHash',
    'LogLevel',
    'LogVerbose',
    'SyslogFacility',
    'VisualHostKey',
    'WarnWeakCrypto',
  ],
  'the connection is our own and made anew': ['ControlMaster', 'ControlPath', 'ControlPersist'],
  'no variable is sent, and no key given to an agent': ['AddKeysToAgent', 'SendEnv', 'SetEnv'],
  'it would allow more, or learn keys by itself': [
    'NoHostAuthenticationForLocalhost',
    'UpdateHostKeys',
    'VerifyHostKeyDNS',
  ],
  'it says how, and restricts nothing': [
    'Compression',
    'ConnectionAttempts',
    'IPQoS',
    'ProxyUseFdpass',
    'TCPKeepAlive',
    'VersionAddendum',
  ],
  'it belongs to a way to log in that makes OpenSSH necessary': [
    'CASignatureAlgorithms',
    'EnableSSHKeysign',
    'GSSAPIClientIdentity',
    'GSSAPIDelegateCredentials',
    'GSSAPIKexAlgorithms',
    'GSSAPIRenewalForcesRekey',
    'GSSAPIServerIdentity',
    'GSSAPITrustDns',
    'HostbasedAcceptedAlgorithms',
    'SecurityKeyProvider',
  ],
  'it names keywords that OpenSSH is not to complain of': ['IgnoreUnknown'],
  'OpenSSH itself has forgotten what it meant': [
    'AFSTokenPassing',
    'Cipher',
    'CompressionLevel',
    'FallBackToRsh',
    'GlobalKnownHostsFile2',
    'KerberosAuthentication',
    'KerberosTGTPassing',
    'Protocol',
    'RhostsAuthentication',
    'RhostsRSAAuthentication',
    'RSAAuthentication',
    'UsePrivilegedPort',
    'UserKnownHostsFile2',
    'UseRoaming',
    'UseRsh',
  ],
} as const;

/** What ssh2 can't do, with the values at which there is nothing to do. */
const needs = {
  BindInterface: { need: 'keyword:BindInterface', idle: [] },
  CanonicalizeHostname: { need: 'keyword:CanonicalizeHostname', idle: ['no', 'false'] },
  CertificateFile: { need: 'user-certificate', idle: [] },
  ChannelTimeout: { need: 'keyword:ChannelTimeout', idle: [] },
  // Debian's own configuration turns it on for every host: `config.ts` looks whose it is.
  GSSAPIAuthentication: { need: 'gssapi', idle: ['no', 'false'] },
  GSSAPIKeyExchange: { need: 'gssapi', idle: ['no', 'false'] },
  HostbasedAuthentication: { need: 'host-based', idle: ['no', 'false'] },
  KbdInteractiveDevices: { need: 'keyword:KbdInteractiveDevices', idle: [] },
  KnownHostsCommand: { need: 'keyword:KnownHostsCommand', idle: [] },
  PKCS11Provider: { need: 'pkcs11', idle: [] },
  ProxyCommand: { need: 'proxy-command', idle: [] },
  RefuseConnection: { need: 'keyword:RefuseConnection', idle: [] },
  RekeyLimit: { need: 'keyword:RekeyLimit', idle: ['0 0', 'default', 'default none'] },
} as const satisfies Record<string, NeedRule>;

interface NeedRule {
  readonly need: OpenSshNeed;
  /** Beside `none`. */
  readonly idle: readonly string[];
}

/** Other names of keywords: readconf.c. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
  ['skeyauthentication', 'kbdinteractiveauthentication'],
  ['tisauthentication', 'kbdinteractiveauthentication'],
  ['dsaauthentication', 'pubkeyauthentication'],
  ['hostbasedkeytypes', 'hostbasedacceptedalgorithms'],
  ['identityfile2', 'identityfile'],
  ['keepalive', 'tcpkeepalive'],
  ['pubkeyacceptedkeytypes', 'pubkeyacceptedalgorithms'],
  ['smartcarddevice', 'pkcs11provider'],
]);

export type KeywordRule = 'honoured' | 'harmless' | NeedRule;

const table: ReadonlyMap<string, KeywordRule> = new Map<string, KeywordRule>([
  ...honoured.map((name) => [name.toLowerCase(), 'honoured'] as const),
  ...Object.values(harmless)
    .flat()
    .map((name) => [name.toLowerCase(), 'harmless'] as const),
  ...Object.entries(needs).map(([name, rule]) => [name.toLowerCase(), rule] as const),
]);

/** The keyword's usual name, in lower case. */
export function usualName(keyword: string): string {
  const name = keyword.toLowerCase();
  return aliases.get(name) ?? name;
}

/** @returns null: a keyword that the table lacks */
export function keywordRule(keyword: string): KeywordRule | null {
  return table.get(usualName(keyword)) ?? null;
}
