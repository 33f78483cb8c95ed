/**
 * CheckHostIP over both transports, by the command line as it is built. OpenSSH doesn't look at addresses
 * of this machine's own, nor where the host is called by its address: the server is in a network of its
 * own, and has a name that this test alone knows.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { buildProgram, startProgram } from '../../../testing/main/program';
import { skipping } from '../../../testing/main/skipping';
import { cannotSeparate, makeNet, type Net } from '../../../testing/sshd/netns';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';

const impossible = skipping(import.meta.filename, cannotServe() ?? cannotSeparate());

describe.skipIf(impossible)('CheckHostIP', () => {
  let net: Net;
  let server: SshServer;
  let strange = '';
  let program = '';
  beforeAll(async () => {
    net = makeNet();
    server = await startSshd({ addresses: [net.address], inside: net.inside });
    program = await buildProgram(join(server.folder, 'program'));
    const key = join(server.folder, 'strange');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
    strange = readFileSync(`${key}.pub`, 'utf8').trim();
  });
  afterAll(async () => {
    await server.stop();
    net.remove();
  });

  /** By its name the host is known under its key. @param lines of known_hosts about its address */
  async function read(transport: string, line: string, ...lines: readonly string[]) {
    const folder = temporaryFolder();
    const files = {
      hosts: ['127.0.0.1 localhost', `${net.address} klpscope-test-db1`],
      known: [`[klpscope-test-db1]:${server.port} ${server.hostKey}`, ...lines],
      config: [
        line,
        'User root',
        `Port ${server.port}`,
        `IdentityFile ${server.keys.ed25519}`,
        'IdentityAgent none',
        `UserKnownHostsFile ${join(folder, 'known')}`,
        'GlobalKnownHostsFile /dev/null',
      ],
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), `${text.join('\n')}\n`);
    }
    const inside = ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];
    const status = ['status', 'klpscope-test-db1', '--transport', transport];
    const running = startProgram(
      [...inside, join(folder, 'hosts'), process.execPath, program, ...status],
      {
        KLPSCOPE_SSH_CONFIG: join(folder, 'config'),
        XDG_CONFIG_HOME: join(folder, 'settings'),
      },
    );
    const ended = await running.ended;
    return ended === 3 ? running.stderr() : 'read';
  }

  it.each(['ssh2', 'openssh'])('is followed by %s', async (transport) => {
    const address = `[${net.address}]:${server.port}`;
    const other = `${address} ${strange}`;
    const same = `${address} ${server.hostKey}`;
    expect(await read(transport, 'CheckHostIP yes', other)).toMatch(
      /host-key-changed: The host key of \[198\.18\.[\d.]+\]:\d+ has changed/,
    );
    expect(await read(transport, 'CheckHostIP no', other)).toBe('read');
    expect(await read(transport, 'CheckHostIP yes', same)).toBe('read');
    expect(await read(transport, 'CheckHostIP yes')).toBe('read');
    expect(await read(transport, 'CheckHostIP yes', same, `@revoked ${same}`)).toMatch(
      /host-key-revoked: The host key of \[198\.18\./,
    );
  });
});
