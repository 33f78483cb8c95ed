/**
 * Whether a host's key is accepted. Unknown keys are a human's decision; changed and revoked ones are
 * nobody's.
 */
import { appendFile, readFile } from 'node:fs/promises';
import type { Problem } from '../../shared/readings/problem';
import type { AcceptedKeys } from './acceptedKeys';
import {
  checkHostKey,
  fingerprint,
  hostToken,
  keyType,
  type HostKeyVerdict,
  type KnownHostsFile,
} from './knownHosts';
import type { Ask } from './questions';

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

export async function decideHostKey(
  rules: HostKeyRules,
  host: string,
  port: number,
  key: Buffer,
): Promise<HostKeyDecision> {
  const files = [...(await readKnownHosts(rules.files)), await rules.accepted.asKnownHosts()];
  const found = checkHostKey(files, host, port, key);
  const name = hostToken(host, port);
  switch (found.verdict) {
    case 'match':
      return { accepted: true, byHuman: false };
    case 'revoked':
    case 'mismatch':
      return refuse(found, name, key);
    case 'unknown':
    case 'other-key-type':
    case 'ca-only':
      return decideUnknown(rules, found.verdict, { host, port, key });
  }
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
    return { accepted: false, problem: unknownKey(name, key, verdict, rules.files) };
  }
  const [userFile] = rules.files;
  if (answer === 'accept-and-save' && userFile !== undefined) {
    await appendFile(userFile, `${name} ${keyType(key)} ${key.toString('base64')}\n`, {
      mode: 0o600,
    });
  } else {
    await rules.accepted.add(name, key);
  }
  return { accepted: true, byHuman: true };
}

function unknownKey(
  name: string,
  key: Buffer,
  verdict: HostKeyVerdict['verdict'],
  files: readonly string[],
): Problem {
  const why = {
    'other-key-type': 'only keys of other types are known of it',
    'ca-only':
      'only the authority that signs its keys is known; OpenSSH’s own client can check that',
  }[verdict as string];
  const message =
    `The host key of ${name} is not known (${keyType(key)} ${fingerprint(key)}` +
    `${why === undefined ? '' : `; ${why}`}). Looked in: ${files.join(', ') || 'no file'}. ` +
    'Compare the fingerprint with the host’s own, then accept it (--accept-new on the command line).';
  return { code: 'host-key-unknown', path: name, message };
}

function refuse(
  found: Extract<HostKeyVerdict, { verdict: 'revoked' | 'mismatch' | 'match' | 'other-key-type' }>,
  name: string,
  key: Buffer,
): HostKeyDecision {
  const { at } = found;
  const place = `${at.path}, line ${at.line}`;
  if (found.verdict === 'revoked') {
    const message = `The host key of ${name} (${keyType(key)} ${fingerprint(key)}) is revoked in ${place}. It is never accepted.`;
    return { accepted: false, problem: { code: 'host-key-revoked', path: at.path, message } };
  }
  const message =
    `The host key of ${name} has changed: now ${keyType(key)} ${fingerprint(key)}, known is ` +
    `${at.fingerprint} (${place}). Somebody may be listening in. If the host was set up anew, remove ` +
    `the old key with: ssh-keygen -R '${name}' -f '${at.path}'`;
  return { accepted: false, problem: { code: 'host-key-changed', path: at.path, message } };
}
