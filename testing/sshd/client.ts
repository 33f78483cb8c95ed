/** Hosts of an ssh_config of a test's own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SshServer } from './server';

export interface HostOptions {
  /** 127.0.0.1 by default. */
  readonly address?: string;
  /** The server's own by default: another one is a relay's. */
  readonly port?: number;
  readonly user?: string;
  /** More lines; the first value of an option counts. */
  readonly lines?: readonly string[];
}

/**
 * Writes an ssh_config with the host `db1`, whose key is known and which is logged in to by a key.
 *
 * @returns the variables that make the program use it, and write nothing elsewhere
 */
export function hostOf(server: SshServer, more: HostOptions = {}) {
  const { address = '127.0.0.1', port = server.port, user = 'root', lines = [] } = more;
  const folder = mkdtempSync(join(server.folder, 'client-'));
  const known = join(folder, 'known_hosts');
  writeFileSync(known, `[${address}]:${port} ${server.hostKey}\n`);
  const options = [
    ...lines,
    `HostName ${address}`,
    `Port ${port}`,
    `User ${user}`,
    `IdentityFile ${server.keys.ed25519}`,
    'IdentityAgent none',
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${known}`,
    'GlobalKnownHostsFile /dev/null',
  ];
  const config = join(folder, 'ssh_config');
  writeFileSync(config, `Host db1\n  ${options.join('\n  ')}\n`);
  return { KLPSCOPE_SSH_CONFIG: config, XDG_CONFIG_HOME: join(folder, 'config') };
}
