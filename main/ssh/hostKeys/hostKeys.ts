/**
 * Whether a host's key is accepted. Unknown keys are a human's decision; changed and revoked ones are
 * nobody's.
 */
import type { Problem } from '../../../shared/base/problem';
import { visible } from '../../../shared/base/text';
import { readUserFile } from '../userFile';
import type { AcceptedKeys } from './acceptedKeys';
import {
  checkHostKey,
  fingerprint,
  hostToken,
  keyType,
  type HostKeyVerdict,
  type KnownHostsFile,
  type KnownHostsLine,
} from './knownHosts';
import type { HostKeyRules } from './hostKeyPolicy';
import { revocationOf } from './revokedKeys';
import { rsaBits } from './rsaBits';
import { keepKey } from './savedKeys';

export type HostKeyDecision =
  | { readonly accepted: true; readonly byHuman: boolean }
  | { readonly accepted: false; readonly problem: Problem };

/** Files that can't be read hold nothing. */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHostsFile[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readUserFile(path).catch(() => null);
      return { path, text: bytes?.toString() ?? '' };
    }),
  );
  return files.filter(({ text }) => text !== '');
}

/** @param more beside the files of the rules: what a program of the user's says */
export async function decideHostKey(
  rules: HostKeyRules,
  host: string,
  port: number,
  key: Buffer,
  more: readonly KnownHostsFile[] = [],
): Promise<HostKeyDecision> {
  const name = hostToken(host, port);
  const problem = (await revokedByFile(rules, name, key)) ?? tooShort(rules, name, key);
  if (problem) return { accepted: false, problem };
  const found = checkHostKey(await knownTo(rules, more), host, port, key);
  switch (found.verdict) {
    case 'match':
      return { accepted: true, byHuman: false };
    case 'revoked':
      return { accepted: false, problem: revokedKey(name, shown(key), found.at) };
    case 'mismatch':
      return { accepted: false, problem: changedKey(name, shown(key), found.at, rules.accepted) };
    case 'unknown':
    case 'other-key-type':
    case 'ca-only':
      return decideUnknown(rules, found.verdict, { host, port, key });
  }
}

/** Null: it is not revoked, which is all that is said of it. @param more as in `decideHostKey` */
export async function decideRevoked(
  rules: HostKeyRules,
  host: string,
  port: number,
  key: Buffer,
  more: readonly KnownHostsFile[] = [],
): Promise<Problem | null> {
  const name = hostToken(host, port);
  const found = checkHostKey(await knownTo(rules, more), host, port, key);
  if (found.verdict === 'revoked') return revokedKey(name, shown(key), found.at);
  return revokedByFile(rules, name, key);
}

/**
 * CheckHostIP: null, or why the key can't be the one of the address. OpenSSH asks about it unless it is
 * to be strict; here it counts as a changed key, which is nobody's decision.
 */
export async function decideAddress(
  rules: HostKeyRules,
  address: string,
  port: number,
  key: Buffer,
  more: readonly KnownHostsFile[] = [],
): Promise<Problem | null> {
  const found = checkHostKey(await knownTo(rules, more), address, port, key);
  const name = hostToken(address, port);
  if (found.verdict === 'revoked') return revokedKey(name, shown(key), found.at);
  return found.verdict === 'mismatch'
    ? changedKey(name, shown(key), found.at, rules.accepted)
    : null;
}

async function revokedByFile(
  { policy }: HostKeyRules,
  name: string,
  key: Buffer,
): Promise<Problem | null> {
  const found = await revocationOf(policy.revokedFiles, key);
  if (found === null) return null;
  const { path, unreadable } = found;
  const now = `${visible(keyType(key))} ${fingerprint(key)}`;
  const message =
    unreadable === null
      ? `The host key of ${name} (${now}) is revoked in ${path}. It is never accepted.`
      : `The host key of ${name} (${now}) can’t be looked for in ${path}, where RevokedHostKeys has the revoked ones (${unreadable}). So no key is accepted, as by OpenSSH.`;
  return { code: 'host-key-revoked', path, message };
}

function tooShort({ policy }: HostKeyRules, name: string, key: Buffer): Problem | null {
  const bits = rsaBits(key);
  if (bits === null || bits >= policy.leastRsaBits) return null;
  const message = `The host key of ${name} has ${bits} bits; RSA keys are to have ${policy.leastRsaBits} at least (RequiredRSASize).`;
  return { code: 'no-agreement', path: name, message };
}

async function knownTo(
  rules: HostKeyRules,
  more: readonly KnownHostsFile[],
): Promise<KnownHostsFile[]> {
  return [...(await readKnownHosts(rules.files)), await rules.accepted.asKnownHosts(), ...more];
}

async function decideUnknown(
  rules: HostKeyRules,
  verdict: 'unknown' | 'other-key-type' | 'ca-only',
  { host, port, key }: { readonly host: string; readonly port: number; readonly key: Buffer },
): Promise<HostKeyDecision> {
  const name = hostToken(host, port);
  // A key of another type than the known one may be somebody else's: that is no new host.
  const { newKeys } = rules.policy;
  if (newKeys === 'refused') {
    const problem = unknownKey(name, shown(key), verdict, rules.files, strictly);
    return { accepted: false, problem };
  }
  if ((rules.acceptNew || newKeys === 'accepted') && verdict === 'unknown') {
    await rules.accepted.add(name, key);
    return { accepted: true, byHuman: false };
  }
  const [answer] =
    (await rules.ask({
      kind: 'host-key',
      host,
      port,
      keyType: keyType(key),
      fingerprint: fingerprint(key),
      verdict,
      files: rules.files,
    })) ?? [];
  if (answer !== 'accept' && answer !== 'accept-and-save') {
    return { accepted: false, problem: unknownKey(name, shown(key), verdict, rules.files) };
  }
  await keepKey(rules, name, key, answer === 'accept-and-save');
  return { accepted: true, byHuman: true };
}

const strictly =
  'StrictHostKeyChecking of the SSH configuration allows no new keys: compare the fingerprint with the ' +
  'host’s own, and put the key into one of these files yourself.';

function unknownKey(
  name: string,
  now: ShownKey,
  verdict: HostKeyVerdict['verdict'],
  files: readonly string[],
  advice = 'Compare the fingerprint with the host’s own, then accept it (--accept-new on the command line).',
): Problem {
  const why = {
    'other-key-type': 'only keys of other types are known of it',
    'ca-only':
      'only the authority that signs its keys is known, and this key could not be checked against it',
  }[verdict as string];
  const message =
    `The host key of ${name} is not known (${now.keyType} ${now.fingerprint}` +
    `${why === undefined ? '' : `; ${why}`}). Looked in: ${files.join(', ') || 'no file'}. ${advice}`;
  return { code: 'host-key-unknown', path: name, message };
}

/** A key as a server shows it. */
type ShownKey = Pick<KnownHostsLine, 'keyType' | 'fingerprint'>;

function shown(key: Buffer): ShownKey {
  return { keyType: keyType(key), fingerprint: fingerprint(key) };
}

function revokedKey(name: string, now: ShownKey, at: KnownHostsLine): Problem {
  const message = `The host key of ${name} (${now.keyType} ${now.fingerprint}) is revoked in ${at.path}, line ${at.line}. It is never accepted.`;
  return { code: 'host-key-revoked', path: at.path, message };
}

function changedKey(
  name: string,
  now: ShownKey,
  at: KnownHostsLine,
  accepted: AcceptedKeys,
): Problem {
  const place =
    at.path === accepted.path ? `${at.path}, key ${at.line}` : `${at.path}, line ${at.line}`;
  const removal =
    at.path === accepted.path
      ? `klpscope forget-key '${name}'`
      : `ssh-keygen -R '${name}' -f '${at.path}'`;
  const message =
    `The host key of ${name} has changed: now ${now.keyType} ${now.fingerprint}, known is ` +
    `${at.fingerprint} (${place}). Somebody may be listening in. If the host was set up anew, remove ` +
    `the old key with: ${removal}`;
  return { code: 'host-key-changed', path: at.path, message };
}
