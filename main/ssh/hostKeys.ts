/**
 * Whether a host's key is accepted. Unknown keys are a human's decision; changed and revoked ones are
 * nobody's.
 */
import { readFile } from 'node:fs/promises';
import type { Problem } from '../../shared/readings/problem';
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
import type { Ask } from './questions';
import { keepKey } from './savedKeys';

export interface HostKeyRules {
  /** The user's files and the system's, in the order of OpenSSH. */
  readonly files: readonly string[];
  readonly accepted: AcceptedKeys;
  /** `--accept-new`: unknown keys are accepted and kept. */
  readonly acceptNew: boolean;
  readonly ask: Ask;
}

export type HostKeyDecision =
  | { readonly accepted: true; readonly byHuman: boolean }
  | { readonly accepted: false; readonly problem: Problem };

/** Files that can't be read hold nothing. */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHostsFile[]> {
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(path, 'utf8').catch(() => '') })),
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
  const found = checkHostKey(await knownTo(rules, more), host, port, key);
  const name = hostToken(host, port);
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
  const found = checkHostKey(await knownTo(rules, more), host, port, key);
  return found.verdict === 'revoked'
    ? revokedKey(hostToken(host, port), shown(key), found.at)
    : null;
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
  if (rules.acceptNew && verdict === 'unknown') {
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

function unknownKey(
  name: string,
  now: ShownKey,
  verdict: HostKeyVerdict['verdict'],
  files: readonly string[],
): Problem {
  const why = {
    'other-key-type': 'only keys of other types are known of it',
    'ca-only':
      'only the authority that signs its keys is known, and this key could not be checked against it',
  }[verdict as string];
  const message =
    `The host key of ${name} is not known (${now.keyType} ${now.fingerprint}` +
    `${why === undefined ? '' : `; ${why}`}). Looked in: ${files.join(', ') || 'no file'}. ` +
    'Compare the fingerprint with the host’s own, then accept it (--accept-new on the command line).';
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
