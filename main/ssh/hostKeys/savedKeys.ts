/** Where an accepted host key goes: the app's own store, or known_hosts, if that was asked for. */
import { createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostKeyRules } from './hostKeyPolicy';
import { keyType } from './knownHosts';

/** @param name as in known_hosts: `host`, or `[host]:port` */
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
  const before = await readFile(userFile, 'latin1').catch(() => '');
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await mkdir(dirname(userFile), { recursive: true, mode: 0o700 });
  const shown = rules.policy.hashesNames ? hashed(name) : name;
  await appendFile(userFile, `${gap}${shown} ${keyType(key)} ${key.toString('base64')}\n`, {
    mode: 0o600,
  });
}

/** sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT": a name that can be compared, and not read. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}
