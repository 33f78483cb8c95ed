/** TCP to servers of this machine, and to none. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/main/folders';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { unclaimedPort } from '../../../testing/sshd/server';
import { connectSocket, type SocketOptions } from './socket';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  releaseTime();
  vi.unstubAllEnvs();
});

/** Whoever connects to it, in their order. */
async function listen(host = '127.0.0.1'): Promise<{ port: number; visitors: Socket[] }> {
  const visitors: Socket[] = [];
  const server = createServer((socket) => {
    visitors.push(socket);
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, visitors };
}

async function connect(options: Partial<SocketOptions> & { port: number }) {
  const connected = await connectSocket({
    host: '127.0.0.1',
    family: null,
    from: null,
    limitMs: 20_000,
    signal: new AbortController().signal,
    ...options,
  });
  if (connected.ok) sockets.push(connected.value);
  return connected;
}

/** Has another `getent` tell addresses. @returns its folder */
function resolveBy(script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'getent'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  return folder;
}

/** As the real one prints them: a line for each type of socket. */
const twoFamilies = `
[ "$1" = ahostsv4 ] || printf '::1             %s db1\\n' STREAM DGRAM
[ "$1" = ahostsv6 ] || printf '127.0.0.1       %s db1\\n' STREAM DGRAM
`;

async function problemOf(options: Parameters<typeof connect>[0]) {
  const connected = await connect(options);
  if (connected.ok) throw new Error('it is connected');
  return connected.problem;
}

describe('a connection', () => {
  it('stays after the time to make it has passed, whatever its server says', async () => {
    const passTime = controlTime();
    const { port, visitors } = await listen();
    const connected = await connect({ port, limitMs: 2_000 });
    if (!connected.ok) throw new Error(connected.problem.message);
    await passTime(60_000);
    expect(connected.value.destroyed).toBe(false);
    // A break of it later is for its user to hear, and breaks nothing else.
    await expect.poll(() => visitors.length).toBe(1);
    const closed = new Promise((resolve) => connected.value.once('close', resolve));
    visitors[0]?.resetAndDestroy();
    await closed;
  });

  it('sends small packets at once', async () => {
    const { Socket: Class } = await import('node:net');
    const setNoDelay = vi.spyOn(Class.prototype, 'setNoDelay');
    await connect({ port: (await listen()).port });
    expect(setNoDelay).toHaveBeenCalledWith(true);
  });

  it('comes from the address that it is to come from, and has the family of that', async () => {
    const { port, visitors } = await listen();
    expect(await connect({ port, from: '127.0.0.9' })).toMatchObject({ ok: true });
    await expect.poll(() => visitors[0]?.remoteAddress).toBe('127.0.0.9');
    resolveBy(twoFamilies);
    const six = await listen('::1');
    const options = { port: six.port, host: 'db1', from: '::1', family: 4 as const };
    expect(await connect(options)).toMatchObject({ ok: true });
    await expect.poll(() => six.visitors[0]?.remoteAddress).toBe('::1');
  });

  it('has the family that is wished for, and either where none is', async () => {
    resolveBy(twoFamilies);
    const [four, six] = [await listen('127.0.0.1'), await listen('::1')];
    const families = async (port: number) =>
      Promise.all(
        ([4, 6, null] as const).map(async (family) => {
          const connected = await connect({ port, host: 'db1', family });
          return connected.ok ? connected.value.remoteFamily : connected.problem.code;
        }),
      );
    expect(await families(four.port)).toEqual(['IPv4', 'unreachable', 'IPv4']);
    expect(await families(six.port)).toEqual(['unreachable', 'IPv6', 'IPv6']);
  });
});

describe('a failure', () => {
  it('says that nobody listens, and where', async () => {
    const port = await unclaimedPort();
    expect(await problemOf({ port })).toEqual({
      code: 'unreachable',
      path: `127.0.0.1:${port}`,
      message: `127.0.0.1:${port} can’t be reached: nothing listens there (connection refused).`,
    });
    expect((await problemOf({ port, host: '::1' })).path).toBe(`[::1]:${port}`);
  });

  it('says that a name is not known', async () => {
    const { message } = await problemOf({ port: 22, host: 'nobody.invalid' });
    expect(message).toBe('nobody.invalid:22 can’t be reached: the name is not known.');
  });

  it('says that there is no way', async () => {
    // RFC 1122, 3.2.1.3: no host sends to the broadcast address of its own network by TCP.
    const { message } = await problemOf({ port: 22, host: '255.255.255.255' });
    expect(message).toContain('255.255.255.255:22 can’t be reached: there is no way to it');
  });

  it('says that it was given up', async () => {
    const giveUp = new AbortController();
    const { port } = await listen();
    const connecting = problemOf({ port, host: 'localhost', signal: giveUp.signal });
    giveUp.abort();
    expect(await connecting).toMatchObject({
      code: 'unreachable',
      message: `localhost:${port} can’t be reached: connecting was given up.`,
    });
  });
});

describe('a name server that does not answer', () => {
  /** Who was asked, while it is. */
  const asked = (folder: string) => {
    const path = join(folder, 'pid');
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  };
  const isRunning = (pid: number) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  it('is a timeout, after which nobody is asked any more', async () => {
    const folder = resolveBy('echo $$ >"${0%/*}/pid"; exec sleep 600');
    const passTime = controlTime();
    const connecting = problemOf({ port: 22, host: 'db1', limitMs: 3_000 });
    await expect.poll(() => asked(folder)).toBeGreaterThan(0);
    await passTime(3_000);
    expect(await connecting).toEqual({
      code: 'timeout',
      path: 'db1:22',
      message: 'db1:22 did not answer within 3 s.',
    });
    await expect.poll(() => isRunning(asked(folder))).toBe(false);
  });

  it('is asked no more once somebody has given up', async () => {
    const folder = resolveBy('echo $$ >"${0%/*}/pid"; exec sleep 600');
    const giveUp = new AbortController();
    const connecting = problemOf({ port: 22, host: 'db1', signal: giveUp.signal });
    await expect.poll(() => asked(folder)).toBeGreaterThan(0);
    giveUp.abort();
    expect((await connecting).code).toBe('unreachable');
    await expect.poll(() => isRunning(asked(folder))).toBe(false);
  });
});
