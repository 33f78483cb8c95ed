/** A live source to a server of a test's own: its ssh_config is the test's, and no other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AcceptedKeys } from '../../main/ssh/hostKeys/acceptedKeys';
import type { LiveSource } from '../../main/sources/live/connectedSource';
import { defaultLiveOptions, openSsh, type LiveOptions } from '../../main/sources/live/sshSource';
import type { Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import type { SshServer } from './server';

export interface SourceOptions extends Partial<Omit<LiveOptions, 'config'>> {
  /** root by default. */
  readonly user?: string;
  /** More lines of ssh_config. */
  readonly config?: readonly string[];
  /** Another file than the one in which the server's key is known. */
  readonly knownHosts?: string;
}

export function openSource(server: SshServer, more: SourceOptions = {}): LiveSource {
  const { user = 'root', config = [], knownHosts, ...options } = more;
  const path = join(server.folder, `ssh_config-${Math.random().toString(36).slice(2)}`);
  const lines = [
    // The first value of an option counts.
    ...config,
    'IdentityAgent none',
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${knownHosts ?? server.knownHostsFile}`,
    'GlobalKnownHostsFile /dev/null',
    'ConnectTimeout 10',
  ];
  writeFileSync(path, `Host *\n${lines.join('\n')}\n`);
  const { port } = server;
  return openSsh(
    { kind: 'ssh', text: `${user}@127.0.0.1:${port}`, user, host: '127.0.0.1', port },
    {
      ...defaultLiveOptions(),
      identity: server.keys.ed25519,
      config: { configFile: path },
      accepted: new AcceptedKeys(join(server.folder, 'accepted.json')),
      ...options,
    },
  );
}

/** The problem's code; `read` where it was read. */
export function codeOf(result: Result<Readings>): string {
  return result.ok ? 'read' : result.problem.code;
}

/** The problem's message; empty where it was read. */
export function messageOf(result: Result<Readings>): string {
  return result.ok ? '' : result.problem.message;
}
