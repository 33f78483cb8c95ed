/** A configuration of SSH's own under which Klpscope, or any client, finds a guest by name. */
import { writeFileSync } from 'node:fs';

import type { GuestName, UserName } from './build-image.js';
import type { Reach } from './ssh.js';

/** `lab-6.12` is root's; `lab-6.12-viewer` and the like are the others'. */
export function hostName(guest: GuestName, user: UserName): string {
  return user === 'root' ? `lab-${guest}` : `lab-${guest}-${user}`;
}

/** Writes a file for `ssh -F`, with a host for each of those who can log in. */
export function writeSshConfig(
  path: string,
  guest: GuestName,
  { port, keyFile, knownHostsFile }: Reach,
  users: readonly UserName[],
): void {
  const hosts = users.map((user) =>
    [
      `Host ${hostName(guest, user)}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${user}`,
      `  IdentityFile "${keyFile}"`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile "${knownHostsFile}"`,
      '',
    ].join('\n'),
  );
  writeFileSync(path, hosts.join('\n'), { mode: 0o600 });
}
