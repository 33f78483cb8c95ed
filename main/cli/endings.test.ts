/** A command that a signal ends while it logs in over the system's `ssh` leaves nothing behind. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { inputFolder } from '../../testing/main/folders';
import { buildProgram } from '../../testing/main/program';

import { hasOpenSsh } from '../ssh/openssh/openSshNeeds';
import { skipping } from '../../testing/main/skipping';

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** It takes connections, and says nothing. */
async function silentServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  servers.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Processes whose command line names a folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    });
}

const lacking =
  hasOpenSsh() && process.platform === 'linux' ? undefined : 'there is no ssh, or no /proc';

describe.skipIf(skipping(import.meta.filename, lacking))('a command', () => {
  it('that is ended while ssh connects removes its folder and ends ssh', async () => {
    const folder = inputFolder();
    const program = await buildProgram(join(folder, 'program'));
    const port = await silentServer();
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      const temporary = join(folder, `tmp-${signal}`);
      mkdirSync(temporary);
      const config = join(folder, 'ssh_config');
      writeFileSync(
        config,
        `Host db1\n  HostName 127.0.0.1\n  Port ${port}\n  ConnectTimeout 60\n`,
      );
      const child = spawn(process.execPath, [program, 'status', 'db1', '--transport', 'openssh'], {
        stdio: 'ignore',
        env: {
          ...process.env,
          TMPDIR: temporary,
          XDG_CONFIG_HOME: temporary,
          KLPSCOPE_SSH_CONFIG: config,
        },
      });
      const ended = new Promise((resolve) => {
        child.once('close', (status, by) => resolve(by ?? status));
      });
      const left = () => readdirSync(temporary).filter((name) => name.includes('askpass'));
      await expect
        .poll(() => processesOf(temporary).length, { timeout: 60_000 })
        .toBeGreaterThan(0);
      expect(left()).toHaveLength(1);
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(left()).toEqual([]);
      await expect.poll(() => processesOf(temporary), { timeout: 60_000 }).toEqual([]);
    }
  }, 180_000);
});
