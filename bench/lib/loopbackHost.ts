/** A settled host behind Debian's sshd on loopback: what a capture of a real kernel says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fabricateRoot } from '../../testing/sshd/fabricatedRoot';
import { cannotServe, startSshd, type SshServer } from '../../testing/sshd/server';
import { root } from '../../scripts/lib/paths';
import { Stop } from '../../scripts/lib/process';

export interface LoopbackHost {
  readonly server: SshServer;
  /** An ssh_config for it that names `port` and nothing of the user's own, root by key. */
  config(port: number): string;
  stop(): Promise<void>;
}

export async function startLoopbackHost(): Promise<LoopbackHost> {
  const why = cannotServe();
  if (why !== undefined) throw new Stop(`There is no SSH server: ${why}.`);
  const host = fabricateRoot(join(root, 'samples/linux-6.12/02-one-enabled.tar.gz'));
  const server = await startSshd({
    prepare: [
      `mount --bind '${host.path}/bin/dmesg' "$(readlink -f "$(command -v dmesg)")"`,
      `mount --rbind '${host.path}/sys' /sys`,
    ],
  });
  return {
    server,
    config(port) {
      const path = join(server.folder, `ssh_config-${port}`);
      const lines = [
        'Host bench-host',
        'HostName 127.0.0.1',
        `Port ${port}`,
        'HostKeyAlias bench-host',
        'User root',
        `IdentityFile ${server.keys.ed25519}`,
        'IdentityAgent none',
        'IdentitiesOnly yes',
        `UserKnownHostsFile ${join(server.folder, 'known_hosts-bench')}`,
        'GlobalKnownHostsFile /dev/null',
      ];
      writeFileSync(join(server.folder, 'known_hosts-bench'), `bench-host ${server.hostKey}\n`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      return path;
    },
    async stop() {
      await server.stop();
      host.remove();
    },
  };
}
