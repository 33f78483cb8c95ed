/** A command that a signal ends while it logs in over the system's `ssh` leaves nothing behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keepOrRemove } from '../../testing/main/kept';
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
  let folder = '';
  let program = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'klpscope-endings-'));
    program = await buildProgram(join(folder, 'program'));
  });
  afterAll(() => keepOrRemove(folder));

  /** Logs in over the system's `ssh`. */
  function start(temporary: string, port: number, connectSeconds: number): ChildProcess {
    const config = join(folder, 'ssh_config');
    const lines = ['HostName 127.0.0.1', `Port ${port}`, `ConnectTimeout ${connectSeconds}`];
    writeFileSync(config, `Host db1\n  ${lines.join('\n  ')}\n`);
    return spawn(process.execPath, [program, 'status', 'db1', '--transport', 'openssh'], {
      stdio: 'ignore',
      env: {
        ...process.env,
        TMPDIR: temporary,
        XDG_CONFIG_HOME: temporary,
        KLPSCOPE_SSH_CONFIG: config,
      },
    });
  }

  function newFolder(name: string) {
    const path = join(folder, `tmp-${name}`);
    mkdirSync(path);
    const left = () => readdirSync(path).filter((each) => each.includes('askpass'));
    return { path, left };
  }

  const endOf = (child: ChildProcess) =>
    new Promise((resolve) => {
      child.once('close', (status, by) => resolve(by ?? status));
    });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'that %s ends while ssh connects removes its folder and ends ssh',
    async (signal) => {
      const { path, left } = newFolder(signal);
      const child = start(path, await silentServer(), 60);
      const ended = endOf(child);
      await expect.poll(() => processesOf(path).length).toBeGreaterThan(0);
      expect(left()).toHaveLength(1);
      child.kill(signal);
      expect(await ended).toBe(signal);
      expect(left()).toEqual([]);
      await expect.poll(() => processesOf(path)).toEqual([]);
    },
  );

  it('that is killed leaves a folder, which the next one removes, and an ssh that ends', async () => {
    const { path, left } = newFolder('killed');
    const port = await silentServer();
    const killed = start(path, port, 2);
    const ended = endOf(killed);
    await expect.poll(() => processesOf(path).length).toBeGreaterThan(0);
    const [abandoned] = left();
    killed.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(left()).toEqual([abandoned]);
    const next = start(path, port, 2);
    // It can't connect either, and says so.
    expect(await endOf(next)).toBe(3);
    expect(left()).toEqual([]);
    await expect.poll(() => processesOf(path)).toEqual([]);
  });
});
