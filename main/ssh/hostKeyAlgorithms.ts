/** Which host key a server is asked for. */
import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { HostSettings } from './config';
import { readKnownHosts, type HostKeyRules } from './hostKeys';
import { knownKeyTypes } from './knownHosts';

const supported: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Types that are known of this host come first: a server has several keys, and one that nobody knows
 * would look like a host that nobody knows.
 */
export async function hostKeyAlgorithms(
  settings: HostSettings,
  hostKeys: HostKeyRules,
): Promise<ServerHostKeyAlgorithm[]> {
  const files = [...(await readKnownHosts(hostKeys.files)), await hostKeys.accepted.asKnownHosts()];
  const types = knownKeyTypes(
    files,
    settings.hostKeyAlias ?? settings.hostname,
    settings.hostKeyAlias === null ? settings.port : 22,
  );
  const known = types.flatMap((type) =>
    supported.filter((name) => name === type || (type === 'ssh-rsa' && name.startsWith('rsa-'))),
  );
  const configured = settings.hostKeyAlgorithms.flatMap((name) =>
    supported.filter((algorithm) => algorithm === name),
  );
  return [...new Set([...known, ...(configured.length > 0 ? configured : supported)])];
}
