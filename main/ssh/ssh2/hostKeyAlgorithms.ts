/** Which host key a server is asked for. */
import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { HostSettings } from '../config/config';
import { readKnownHosts } from '../hostKeys/hostKeys';
import type { HostKeyRules } from '../hostKeys/hostKeyPolicy';
import { keptUnder, knownKeyTypes } from '../hostKeys/knownHosts';

/**
 * Of what the configuration allows, types that are known of this host come first: a server has several keys, and one that nobody knows
 * would look like a host that nobody knows.
 */
export async function hostKeyAlgorithms(
  settings: HostSettings,
  hostKeys: HostKeyRules,
): Promise<ServerHostKeyAlgorithm[]> {
  const files = [...(await readKnownHosts(hostKeys.files)), await hostKeys.accepted.asKnownHosts()];
  const { host, port } = keptUnder(settings);
  const types = knownKeyTypes(files, host, port);
  const allowed = settings.algorithms.hostKey;
  const known = types.flatMap((type) =>
    allowed.filter((name) => name === type || (type === 'ssh-rsa' && name.startsWith('rsa-'))),
  );
  return [...new Set([...known, ...allowed])];
}
