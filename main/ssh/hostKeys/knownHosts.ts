/**
 * What known_hosts files say about a host's key: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
 *
 * The files are only read. `@revoked` is looked for in all files before anything else, so that no
 * other line can outweigh it; malformed lines are skipped, as OpenSSH does.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface KnownHostsFile {
  readonly path: string;
  readonly text: string;
}

/** Where a verdict comes from. */
export interface KnownHostsLine {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly keyType: string;
  /** The key of the file, as `SHA256:…`. */
  readonly fingerprint: string;
}

/**
 * `match`: this very key is known · `mismatch`: another key of this type is known, it has changed ·
 * `other-key-type`: only keys of other types are known · `revoked`: the key must never be accepted ·
 * `ca-only`: an authority is known that signs keys of this host, which this client can't check ·
 * `unknown`: nothing is known.
 */
export type HostKeyVerdict =
  | {
      readonly verdict: 'match' | 'mismatch' | 'other-key-type' | 'revoked';
      readonly at: KnownHostsLine;
    }
  | { readonly verdict: 'ca-only'; readonly at: KnownHostsLine }
  | { readonly verdict: 'unknown' };

interface Entry {
  readonly marker: '@revoked' | '@cert-authority' | null;
  readonly hosts: string;
  readonly key: Buffer;
  readonly at: KnownHostsLine;
}

/** The name under which a host's keys are kept: `host`, or `[host]:port` where it isn't 22. */
export function hostToken(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/**
 * Under which host and port a host's keys are kept and looked for: as in OpenSSH (sshconnect.c) those
 * that are connected to, or else its HostKeyAlias, which has no port (22 stands for none).
 */
export function keptUnder(host: {
  readonly hostname: string;
  readonly port: number;
  readonly hostKeyAlias: string | null;
}): { readonly host: string; readonly port: number } {
  const { hostname, port, hostKeyAlias } = host;
  return hostKeyAlias === null ? { host: hostname, port } : { host: hostKeyAlias, port: 22 };
}

/** @param key the public key in the wire format of RFC 4253, section 6.6 */
export function checkHostKey(
  files: readonly KnownHostsFile[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const token = hostToken(host, port);
  const all = files.flatMap(readEntries);
  const entries = all.filter(({ hosts }) => namesHost(hosts, token));
  const revoked = entries.find((entry) => entry.marker === '@revoked' && entry.key.equals(key));
  if (revoked) return { verdict: 'revoked', at: revoked.at };
  const plain = entries.filter(({ marker }) => marker === null);
  const match = plain.find((entry) => entry.key.equals(key));
  if (match) return { verdict: 'match', at: match.at };
  const type = keyType(key);
  const changed = plain.find(({ at }) => at.keyType === type);
  if (changed) return { verdict: 'mismatch', at: changed.at };
  const [other] = plain;
  if (other) return { verdict: 'other-key-type', at: other.at };
  const authority = authorityOf(all, host, port);
  return authority ? { verdict: 'ca-only', at: authority.at } : { verdict: 'unknown' };
}

/**
 * What is known of a host, whichever key it shows: keys of its own, or only an authority that signs
 * them. OpenSSH looks for an authority under the name without the port as well.
 */
export function whatIsKnown(
  files: readonly KnownHostsFile[],
  host: string,
  port: number,
): 'nothing' | 'keys' | 'authority' {
  if (knownKeyTypes(files, host, port).length > 0) return 'keys';
  return authorityOf(files.flatMap(readEntries), host, port) ? 'authority' : 'nothing';
}

function authorityOf(entries: readonly Entry[], host: string, port: number): Entry | undefined {
  const tokens = [hostToken(host, port), hostToken(host, 22)];
  return entries.find(
    ({ marker, hosts }) =>
      marker === '@cert-authority' && tokens.some((token) => namesHost(hosts, token)),
  );
}

/** Key types known of a host, so that the server can be asked for one of those first. */
export function knownKeyTypes(
  files: readonly KnownHostsFile[],
  host: string,
  port: number,
): string[] {
  const token = hostToken(host, port);
  const types = files
    .flatMap(readEntries)
    .filter(({ marker, hosts }) => marker === null && namesHost(hosts, token))
    .map(({ at }) => at.keyType);
  return [...new Set(types)];
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replaceAll('=', '')}`;
}

/** The key's own type name, which is its first field. Empty where it has none. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || length > key.length - 4 ? '' : key.toString('latin1', 4, 4 + length);
}

function readEntries({ path, text }: KnownHostsFile): Entry[] {
  return text
    .split('\n')
    .map((line, index) => readEntry(path, line, index + 1))
    .filter((entry) => entry !== null);
}

function readEntry(path: string, text: string, line: number): Entry | null {
  const words = text.trim().split(/[ \t]+/);
  const [first = ''] = words;
  if (first === '' || first.startsWith('#')) return null;
  const marker = first === '@revoked' || first === '@cert-authority' ? first : null;
  if (first.startsWith('@') && marker === null) return null;
  const [hosts, type, encoded] = marker === null ? words : words.slice(1);
  if (hosts === undefined || type === undefined || encoded === undefined) return null;
  const key = Buffer.from(encoded, 'base64');
  // A line whose key is of another type than it says is damaged.
  if (keyType(key) !== type) return null;
  return { marker, hosts, key, at: { path, line, keyType: type, fingerprint: fingerprint(key) } };
}

function namesHost(hosts: string, token: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, token);
  let isNamed = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matches(pattern.slice(1), token)) return false;
    } else {
      isNamed ||= matches(pattern, token);
    }
  }
  return isNamed;
}

/** `|1|SALT|HASH`: HMAC-SHA1 of the name, keyed by the salt. */
function isHashOf(hosts: string, token: string): boolean {
  const [, , salt = '', hash = ''] = hosts.split('|');
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(token).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` and `?` as in ssh_config(5), PATTERNS; without any a plain comparison. */
function matches(pattern: string, token: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === token;
  return wildcard(pattern, token);
}

/** Backtracks to the last `*` only, so that no pattern can take exponential time. */
export function wildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let place = 0;
  while (place < text.length) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at;
      resume = place;
      at += 1;
    } else if (sign !== undefined && (sign === '?' || sign === text[place])) {
      at += 1;
      place += 1;
    } else if (star !== -1) {
      at = star + 1;
      resume += 1;
      place = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
