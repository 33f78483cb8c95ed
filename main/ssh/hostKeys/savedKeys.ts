/** Where an accepted host key goes: the app's own store, or known_hosts, if that was asked for. */
import { createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readUserFile, whyNot } from '../userFile';
import type { HostKeyRules } from './hostKeyPolicy';
import { keyType } from './knownHosts';

/**
 * A key that can't be kept is warned about, and asked for again next time.
 *
 * @param name as in known_hosts: `host`, or `[host]:port`
 */
export async function keepKey(
  rules: Pick<HostKeyRules, 'files' | 'accepted' | 'policy'>,
  name: string,
  key: Buffer,
  isSaved: boolean,
): Promise<void> {
  const [userFile] = rules.files;
  if (!isSaved || userFile === undefined) {
    await rules.accepted.add(name, key);
    return;
  }
  const shown = rules.policy.hashesNames ? hashed(name) : name;
  try {
    await appendLine(userFile, `${shown} ${keyType(key)} ${key.toString('base64')}\n`);
  } catch (error) {
    rules.accepted.warnOnce(
      `The host key of ${name} could not be written to ${userFile} (${whyNot(error)}); it holds for ` +
        'this connection, and is asked for again at the next.',
    );
  }
}

async function appendLine(file: string, line: string): Promise<void> {
  const before = await readUserFile(file).catch(ifAbsent);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const gap = before.length === 0 || before.at(-1) === 0x0a ? '' : '\n';
  await appendFile(file, `${gap}${line}`, { mode: 0o600 });
}

/** A file that is written for the first time; what can't be read is not written to blindly. */
function ifAbsent(error: unknown): Buffer {
  if (whyNot(error) === 'ENOENT') return Buffer.alloc(0);
  throw error;
}

/** sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT": a name that can be compared, and not read. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}
