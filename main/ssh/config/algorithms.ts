/**
 * The algorithms that a configuration allows, of those that ssh2 has on this machine: ssh_config(5),
 * KexAlgorithms, Ciphers, MACs, HostKeyAlgorithms and PubkeyAcceptedAlgorithms.
 */
import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import constants from 'ssh2/lib/protocol/constants.js';
import { wildcard } from '../hostKeys/knownHosts';

/** What ssh2 may offer, most wanted first. Empty where it has none of what is allowed. */
export interface Algorithms {
  readonly kex: readonly KexAlgorithm[];
  readonly cipher: readonly CipherAlgorithm[];
  readonly mac: readonly MacAlgorithm[];
  readonly hostKey: readonly ServerHostKeyAlgorithm[];
  /** Signatures to log in with. */
  readonly signature: readonly string[];
}

const algorithmKinds = ['kex', 'cipher', 'mac', 'hostKey', 'signature'] as const;
type AlgorithmKind = (typeof algorithmKinds)[number];

/** Where the configuration says which are allowed. */
const algorithmKeywords = {
  kex: 'KexAlgorithms',
  cipher: 'Ciphers',
  mac: 'MACs',
  hostKey: 'HostKeyAlgorithms',
  signature: 'PubkeyAcceptedAlgorithms',
} as const satisfies Record<keyof Algorithms, string>;

/** SHA-1 is used where the configuration names it, and not by itself, as in OpenSSH. */
const usualHostKeys = constants.DEFAULT_SERVER_HOST_KEY.filter((name) => name !== 'ssh-rsa');
const signatures: readonly string[] = constants.SUPPORTED_SERVER_HOST_KEY;

/** @param configured the value of a keyword in lower case; null: the configuration says nothing */
export function algorithmsOf(configured: (keyword: string) => string | null): Algorithms {
  const allowed = <T extends string>(
    kind: AlgorithmKind,
    usual: readonly T[],
    supported: readonly T[],
  ): T[] => allowedOf(configured(algorithmKeywords[kind].toLowerCase()), usual, supported);
  return {
    kex: allowed('kex', constants.DEFAULT_KEX, constants.SUPPORTED_KEX),
    cipher: allowed('cipher', constants.DEFAULT_CIPHER, constants.SUPPORTED_CIPHER),
    mac: allowed('mac', constants.DEFAULT_MAC, constants.SUPPORTED_MAC),
    hostKey: allowed('hostKey', usualHostKeys, constants.SUPPORTED_SERVER_HOST_KEY),
    signature: allowed('signature', usualHostKeys, signatures),
  };
}

/**
 * A list as in ssh_config(5): `+` adds to the usual ones, `-` takes away what matches, `^` puts in
 * front; without a sign it is the whole list. `ssh -G` prints it in full.
 */
export function allowedOf<T extends string>(
  list: string | null,
  usual: readonly T[],
  supported: readonly T[],
): T[] {
  if (list === null) return [...usual];
  const sign = /^[+^-]/.exec(list)?.[0] ?? '';
  const patterns = list.slice(sign.length).split(',').filter(Boolean);
  const named = patterns.flatMap((pattern) => supported.filter((name) => wildcard(pattern, name)));
  const allowed = {
    '+': [...usual, ...named],
    '-': usual.filter((name) => !named.includes(name)),
    '^': [...named, ...usual],
    '': named,
  }[sign];
  return [...new Set(allowed)];
}

/** Keywords of which ssh2 can do nothing that is allowed, as the manual writes them. */
export function beyondSsh2(algorithms: Algorithms): string[] {
  return algorithmKinds
    .filter((kind) => algorithms[kind].length === 0 || lacksRsa(kind, algorithms))
    .map((kind) => algorithmKeywords[kind]);
}

/** ssh2 signs by an RSA key with SHA-2/256 wherever the server takes that, and can't be told otherwise. */
function lacksRsa(kind: AlgorithmKind, { signature }: Algorithms): boolean {
  return (
    kind === 'signature' &&
    signature.includes('rsa-sha2-512') &&
    !signature.includes('rsa-sha2-256')
  );
}

/**
 * ssh2 keeps the state of this one in one place for all connections, and passes half of a packet on
 * before it has done with it: over another connection, which may use the same cipher, packets come out
 * wrong. It is the slowest as well.
 */
const shared: CipherAlgorithm = 'chacha20-poly1305@openssh.com';

/** @param isThrough over another host's connection */
export function ciphersFor({ cipher }: Algorithms, isThrough: boolean): CipherAlgorithm[] {
  const others = cipher.filter((name) => name !== shared);
  return cipher.includes(shared) && !isThrough ? [...others, shared] : others;
}
