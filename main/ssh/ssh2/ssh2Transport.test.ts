/** A connection by ssh2 from its beginning to its end, with servers that the test plays. */
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import type { AuthenticationType } from 'ssh2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../testing/shared/eventually';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { playServer, type Play, type PlayedServer } from '../../../testing/sshd/playedServer';
import { startRelay } from '../../../testing/sshd/relay';
import { writeFileSync } from 'node:fs';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { fingerprint } from '../hostKeys/knownHosts';
import { resolveHost, type HostSettings } from '../config/config';
import {
  connectSsh2,
  type Ssh2Options,
  type Ssh2Result,
  type Ssh2Transport,
} from './ssh2Transport';

const ends: (() => void)[] = [];
afterEach(() => {
  releaseTime();
  for (const end of ends.splice(0)) end();
});

async function play(options: Play = {}): Promise<PlayedServer> {
  const server = await playServer(options);
  ends.push(() => server.stop());
  return server;
}

type ConnectOptions = Partial<Omit<Ssh2Options, 'settings'>> & {
  readonly settings?: Partial<HostSettings>;
  /** Lines of known_hosts; by default the server's key is known. */
  readonly known?: readonly string[];
  readonly host?: string;
};

async function connect(
  { port, hostKey }: { port: number; hostKey: string },
  given: ConnectOptions = {},
) {
  const {
    settings,
    known = [`[127.0.0.1]:${port} ${hostKey}`],
    host = '127.0.0.1',
    ...options
  } = given;
  const folder = temporaryFolder();
  const file = join(folder, 'known_hosts');
  writeFileSync(file, known.map((line) => `${line}\n`).join(''));
  const resolved = await resolveHost({ user: 'root', host, port }, { configFile: '/dev/null' });
  const ask = options.ask ?? answering();
  const connected = await connectSsh2({
    settings: { ...resolved, identityFiles: [], agentSocket: null, ...settings },
    alias: 'db1',
    hostKeys: {
      files: [file],
      accepted: new AcceptedKeys(join(folder, 'klpscope.json')),
      acceptNew: false,
      policy: usualPolicy,
      ask,
    },
    ask,
    through: null,
    connectMs: 20_000,
    loginMs: 20_000,
    signal: new AbortController().signal,
    ...options,
  });
  if (connected.ok) ends.push(() => connected.value.close());
  return connected;
}

function transportOf(connected: Ssh2Result): Ssh2Transport {
  if (!connected.ok) throw new Error(connected.problem.message);
  return connected.value;
}

function problemOf(connected: Ssh2Result) {
  if (connected.ok) throw new Error('it is connected');
  return connected.problem;
}

/** Whoever gives the password “right”. */
const byPassword: NonNullable<Play['login']> = (context) => {
  if (context.method === 'password' && context.password === 'right') context.accept();
  else context.reject(['password']);
};

describe('a connection', () => {
  it('by a key that is known and a login that asks nothing has needed no human', async () => {
    const ask = answering();
    const server = await play();
    const transport = transportOf(await connect(server, { ask }));
    expect(transport.neededHuman).toBe(false);
    expect(ask.asked).toEqual([]);
  });

  it('has needed a human who has accepted the key, or has answered the login', async () => {
    const server = await play();
    const ask = answering(['accept']);
    expect(transportOf(await connect(server, { known: [], ask })).neededHuman).toBe(true);
    expect(ask.asked).toMatchObject([{ kind: 'host-key', fingerprint: fingerprint(server.key) }]);
    const asking = await play({ login: byPassword });
    const connected = await connect(asking, { ask: answering(['right']) });
    expect(transportOf(connected).neededHuman).toBe(true);
  });

  it('tells that the server has closed it', async () => {
    const server = await play();
    const transport = transportOf(await connect(server));
    server.connections()[0]?.end();
    expect(await transport.closed).toEqual({
      code: 'connection-lost',
      path: 'db1',
      message: 'The connection to db1 was closed.',
    });
  });

  it('tells how it was lost', async () => {
    const server = await play();
    const socket = connectTo(server.port, '127.0.0.1');
    const transport = transportOf(await connect(server, { through: socket }));
    socket.destroy(new Error('the line\nwas \u001b[31mcut'));
    const { code, message } = await transport.closed;
    expect(code).toBe('connection-lost');
    expect(message).toContain('The connection to db1 was lost: the line');
    expect(message).not.toContain('\n');
    expect(message).not.toContain('\u001b');
  });

  it('that was closed here says so, and the server is gone from', async () => {
    const server = await play();
    const transport = transportOf(await connect(server));
    transport.close();
    expect((await transport.closed).message).toBe('The connection was closed here.');
    await expect.poll(() => server.connections().length).toBe(0);
  });

  it('that nothing answers on any more is lost after the time that is configured', async () => {
    const server = await play();
    const relay = await startRelay(server.port);
    ends.push(() => relay.stop());
    const settings = { aliveSeconds: 1, aliveCount: 2 };
    const known = [`[127.0.0.1]:${relay.port} ${server.hostKey}`];
    const transport = transportOf(
      await connect({ ...server, port: relay.port }, { settings, known }),
    );
    relay.halt();
    expect(await transport.closed).toEqual({
      code: 'connection-lost',
      path: 'db1',
      message: 'db1 has not answered for 2 s.',
    });
  });

  it('is not ended by whoever gives up connecting after that', async () => {
    const server = await play({
      program: (_line, start) => {
        const channel = start();
        channel.exit(5);
        channel.end();
      },
    });
    const giveUp = new AbortController();
    const through = connectTo(server.port, '127.0.0.1');
    const transport = transportOf(await connect(server, { through, signal: giveUp.signal }));
    giveUp.abort();
    const channel = await transport.exec({ line: 'x', argv: [] });
    if (!channel.ok) throw new Error(channel.problem.message);
    channel.value.stdout.resume();
    channel.value.stderr.resume();
    expect((await channel.value.ended).status).toBe(5);
  });

  it('has no time limit left of the login', async () => {
    const passTime = controlTime();
    const server = await play({ login: byPassword });
    const options = { ask: answering(['right']), connectMs: 15_000, loginMs: 15_000 };
    const transport = transportOf(await connect(server, options));
    const ended = vi.fn<() => void>();
    void transport.closed.then(ended);
    await passTime(15_000);
    expect(server.connections()).toHaveLength(1);
    expect(ended).not.toHaveBeenCalled();
  });

  it('opens a session in the time of a step of the login', async () => {
    const server = await play({ program: () => undefined });
    const transport = transportOf(await connect(server, { loginMs: 7_000 }));
    const passTime = controlTime();
    const opening = transport.exec({ line: 'x', argv: [] });
    await passTime(7_000);
    expect(await opening).toMatchObject({
      problem: { code: 'timeout', message: 'db1 did not open a session within 7 s.' },
    });
  });
});

describe('a connection that does not come about', () => {
  it('because nothing comes from the server in time is a timeout', async () => {
    const relay = await startRelay((await play()).port);
    ends.push(() => relay.stop());
    relay.halt();
    const passTime = controlTime();
    const connecting = connect({ port: relay.port, hostKey: '' }, { connectMs: 4_000 });
    await expect.poll(() => relay.heldUp).toBeGreaterThan(0);
    await passTime(4_000);
    expect(problemOf(await connecting)).toEqual({
      code: 'timeout',
      path: 'db1',
      message: 'db1 did not complete the key exchange within 4 s.',
    });
  });

  it('because the server says nothing to a login is a timeout, and the way is closed', async () => {
    const heard = vi.fn<() => void>();
    const server = await play({ login: heard });
    const passTime = controlTime();
    const connecting = connect(server, { loginMs: 3_000 });
    await eventually(() => expect(heard).toHaveBeenCalled());
    await passTime(3_000);
    expect(problemOf(await connecting)).toEqual({
      code: 'timeout',
      path: 'db1',
      message: 'db1 fell silent during the login for 3 s.',
    });
    await expect.poll(() => server.connections().length).toBe(0);
  });

  it('counts no time in which a human is asked, about the key or for the login', async () => {
    const passTime = controlTime();
    const ask = async () => {
      await passTime(30_000);
      return [ask.answers.shift() ?? ''];
    };
    ask.answers = ['accept', 'right'];
    const server = await play({ login: byPassword });
    const connected = await connect(server, { known: [], ask, connectMs: 20_000, loginMs: 20_000 });
    expect(connected.ok).toBe(true);
  });

  it('limits the time after an answer anew', async () => {
    let isAnswered = false;
    const server = await play({
      login: (context) => {
        if (context.method === 'password') isAnswered = true;
        else context.reject(['password']);
      },
    });
    const passTime = controlTime();
    const connecting = connect(server, { ask: answering(['right']), loginMs: 3_000 });
    await eventually(() => expect(isAnswered).toBe(true));
    await passTime(3_000);
    expect(problemOf(await connecting).code).toBe('timeout');
  });

  it('because its key is refused sends no login at all', async () => {
    const login = vi.fn<() => void>();
    const server = await play({ login });
    const problem = problemOf(await connect(server, { known: [] }));
    expect(problem.code).toBe('host-key-unknown');
    expect(problem.message).toContain(fingerprint(server.key));
    await expect.poll(() => server.connections().length).toBe(0);
    expect(login).not.toHaveBeenCalled();
  });

  it('because the address is known under another key is refused, where that is looked at', async () => {
    const server = await play();
    const other = await play();
    const known = [
      `[localhost]:${server.port} ${server.hostKey}`,
      `[127.0.0.1]:${server.port} ${other.hostKey}`,
    ];
    const checking = (checksAddress: boolean) => ({
      known,
      host: 'localhost',
      settings: { family: 4 as const, hostKeyPolicy: { ...usualPolicy, checksAddress } },
    });
    expect(problemOf(await connect(server, checking(true)))).toMatchObject({
      code: 'host-key-changed',
    });
    expect((await connect(server, checking(false))).ok).toBe(true);
  });

  it('because somebody gives up says so, before and during the login', async () => {
    const givenUp = new AbortController();
    givenUp.abort();
    const login = vi.fn<() => void>();
    const server = await play({ login });
    const through = () => connectTo(server.port, '127.0.0.1');
    const before = await connect(server, { through: through(), signal: givenUp.signal });
    const said = {
      code: 'unreachable',
      path: 'db1',
      message: 'Connecting to db1 was given up.',
    };
    expect(problemOf(before)).toEqual(said);
    const giveUp = new AbortController();
    const connecting = connect(server, { signal: giveUp.signal });
    await eventually(() => expect(login).toHaveBeenCalled());
    giveUp.abort();
    expect(problemOf(await connecting)).toEqual(said);
    await expect.poll(() => server.connections().length).toBe(0);
  });

  it('because the server closes it during the login says so', async () => {
    const server = await play({ login: (_context, connection) => void connection.end() });
    expect(problemOf(await connect(server))).toEqual({
      code: 'unreachable',
      path: 'db1',
      message: 'db1 closed the connection before the login was complete.',
    });
  });

  it('because nobody is there says what is, and is no login', async () => {
    const server = await play();
    server.stop();
    await expect.poll(() => server.connections().length).toBe(0);
    const problem = problemOf(await connect(server));
    expect(problem).toMatchObject({ code: 'unreachable', path: `127.0.0.1:${server.port}` });
  });

  it('because the other side speaks no SSH quotes what was wrong', async () => {
    const { createServer } = await import('node:net');
    const noise = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve));
    ends.push(() => noise.close());
    const address = noise.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const problem = problemOf(await connect({ port, hostKey: '' }));
    expect(problem.code).toBe('unreachable');
    expect(problem.message).toMatch(
      /^db1 (?:could not be reached over SSH: .+\.|closed the connection)/,
    );
  });
});

describe('a login that fails', () => {
  it('names what the server takes, and what the configuration leaves of it', async () => {
    const server = await play({
      login: (context) => context.reject(['publickey', 'hostbased']),
    });
    expect(problemOf(await connect(server))).toEqual({
      code: 'authentication-failed',
      path: 'db1',
      message: 'root@db1 was not let in. The server takes: publickey, hostbased.',
    });
    const settings = { methods: ['password', 'publickey'] as const };
    expect(problemOf(await connect(server, { settings })).message).toBe(
      'root@db1 was not let in. The server takes: publickey, hostbased. The SSH configuration allows: password, publickey.',
    );
  });

  it('that takes nothing says so', async () => {
    const server = await play({ login: (context) => context.reject([]) });
    expect(problemOf(await connect(server)).message).toBe(
      'root@db1 was not let in. The server names no further way to log in.',
    );
  });

  it('for want of an answer asks for one', async () => {
    const server = await play({ login: byPassword });
    const problem = problemOf(await connect(server, { ask: answering(null) }));
    expect(problem.code).toBe('authentication-needed');
    expect(problem.message).toMatch(/^root@db1: the login needs an answer/);
  });

  it('quotes no more of the server than is readable', async () => {
    const odd = `\u001b[31m${'x'.repeat(100)}`;
    const methods: AuthenticationType[] = [];
    Reflect.set(methods, 0, odd);
    const server = await play({ login: (context) => context.reject(methods) });
    const { message } = problemOf(await connect(server));
    expect(message).not.toContain('\u001b');
    expect(message).not.toContain('x'.repeat(41));
  });
});

describe('algorithms', () => {
  it('that none is common of is told, with both lists and the settings', async () => {
    const server = await play({ algorithms: { hmac: ['hmac-sha2-512'], cipher: ['aes256-ctr'] } });
    const resolved = await resolveHost(
      { user: 'root', host: '127.0.0.1', port: server.port },
      { configFile: '/dev/null' },
    );
    const algorithms = { ...resolved.algorithms, mac: ['hmac-sha2-256'] as const };
    const connected = await connect(server, { settings: { algorithms } });
    expect(connected).toMatchObject({
      ok: false,
      problem: { code: 'no-agreement', path: 'db1' },
      disagreement: {
        kind: 'mac',
        offered: ['hmac-sha2-512'],
        settings: { port: server.port },
      },
    });
    expect(problemOf(connected).message).toBe(
      'The built-in SSH and db1 have no MAC in common: the server offers hmac-sha2-512; the built-in SSH may use hmac-sha2-256.',
    );
  });

  it('are those of the configuration, and chacha20 never on a way through another host', async () => {
    const chacha = 'chacha20-poly1305@openssh.com' as const;
    const server = await play({ algorithms: { cipher: [chacha] } });
    expect((await connect(server)).ok).toBe(true);
    const through = connectTo(server.port, '127.0.0.1');
    expect(problemOf(await connect(server, { through })).code).toBe('no-agreement');
  });

  it('are no matter of a login that is refused', async () => {
    const server = await play({ login: (context) => context.reject(['publickey']) });
    expect(await connect(server)).not.toHaveProperty('disagreement');
  });
});
