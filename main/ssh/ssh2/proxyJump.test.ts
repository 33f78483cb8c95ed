/** Ways over other hosts: which, and what becomes of them, with servers that the test plays. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { playServer, type Play, type PlayedServer } from '../../../testing/sshd/playedServer';
import { unclaimedPort } from '../../../testing/sshd/server';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { resolveHost } from '../config/config';
import type { Ask } from '../questions';
import { keptUnder } from '../hostKeys/knownHosts';
import { connectRoute, hopsTo, nameOf } from './proxyJump';
import type { Ssh2Transport } from './ssh2Transport';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function play(options: Play = {}): Promise<PlayedServer> {
  const server = await playServer(options);
  ends.push(() => server.stop());
  return server;
}

function configOf(...lines: string[]): { configFile: string } {
  const configFile = join(temporaryFolder(), 'config');
  writeFileSync(configFile, `${lines.join('\n')}\n`);
  return { configFile };
}

async function way(config: { configFile: string }, host = 'db1') {
  const address = { user: null, host, port: null };
  return hopsTo({ address, settings: await resolveHost(address, config) }, config);
}

const hostsOf = async (config: { configFile: string }) =>
  (await way(config)).map(({ address }) => address.host);

describe('the hops', () => {
  it('are the host itself where nothing lies between', async () => {
    expect(await hostsOf(configOf('Host db1', '  HostName 10.0.0.1'))).toEqual(['db1']);
  });

  it('are all hops in their order, with the first one’s own before, and no other’s', async () => {
    const config = configOf(
      'Host db1',
      '  ProxyJump first,second',
      'Host first',
      '  ProxyJump ada@before:2200',
      'Host second',
      '  ProxyJump nowhere',
    );
    expect(await hostsOf(config)).toEqual(['before', 'first', 'second', 'db1']);
    const [before] = await way(config);
    expect(before?.settings).toMatchObject({ hostname: 'before', user: 'ada', port: 2200 });
  });

  it('come to an end where each leads to another for ever', async () => {
    const circle = configOf(
      'Host a',
      '  ProxyJump b',
      'Host b',
      '  ProxyJump a',
      'Host db1',
      '  ProxyJump a',
    );
    expect(await hostsOf(circle)).toHaveLength(16);
  });

  it('have the name of known_hosts, in which an alias has no port', async () => {
    const names = async (...lines: string[]) => {
      const [hop] = await way(configOf('Host db1', ...lines));
      if (!hop) throw new Error('no hop');
      return [keptUnder(hop.settings), nameOf(hop)];
    };
    expect(await names('  HostName Example.org')).toEqual([
      { host: 'example.org', port: 22 },
      'example.org',
    ]);
    expect(await names('  HostName 10.0.0.1', '  Port 2200')).toEqual([
      { host: '10.0.0.1', port: 2200 },
      '[10.0.0.1]:2200',
    ]);
    expect(await names('  Port 2200', '  HostKeyAlias ours')).toEqual([
      { host: 'ours', port: 22 },
      'ours',
    ]);
  });
});

interface Journey {
  readonly servers: Readonly<Record<string, PlayedServer>>;
  /** Names of the servers whose key is not known. */
  readonly unknown?: readonly string[];
  readonly lines?: readonly string[];
  readonly jump: string;
  readonly ask?: Ask;
}

/** Connects to `db1` over these hops; all servers listen on loopback. */
async function travel({ servers, unknown = [], lines = [], jump, ask = answering() }: Journey) {
  const folder = temporaryFolder();
  const known = join(folder, 'known_hosts');
  const keys = Object.entries(servers)
    .filter(([name]) => !unknown.includes(name))
    .map(([, { port, hostKey }]) => `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(known, keys.join(''));
  const config = configOf(
    ...Object.entries(servers).flatMap(([name, { port }]) => [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
    ]),
    'Host db1',
    `  ProxyJump ${jump}`,
    ...lines,
    'Host *',
    '  User root',
    '  IdentityAgent none',
    '  PubkeyAuthentication no',
    `  UserKnownHostsFile ${known}`,
    '  GlobalKnownHostsFile /dev/null',
  );
  const connected = await connectRoute(
    {
      hops: await way(config),
      rulesFor: () => ({
        files: [known],
        accepted: new AcceptedKeys(join(folder, 'accepted.json')),
        acceptNew: false,
        policy: usualPolicy,
        ask,
      }),
    },
    {
      ask,
      connectMs: 20_000,
      loginMs: 20_000,
      signal: new AbortController().signal,
    },
  );
  if (connected.ok) ends.push(() => connected.value.close());
  return connected;
}

function transportOf(connected: Awaited<ReturnType<typeof travel>>): Ssh2Transport {
  if (!connected.ok) throw new Error(connected.problem.message);
  return connected.value;
}

const loopback = (_host: string, port: number) => port;

describe('a connection over other hosts', () => {
  it('is made to where each host is called from the one before, and closes all of it', async () => {
    const asked: [string, number][] = [];
    const leads = (host: string, port: number) => {
      asked.push([host, port]);
      return port;
    };
    const servers = {
      first: await play({ way: leads }),
      second: await play({ way: leads }),
      db1: await play({
        program: (line, start) => {
          const channel = start();
          channel.end(`ran ${line}`);
        },
      }),
    };
    const transport = transportOf(await travel({ servers, jump: 'first,second' }));
    expect(asked).toEqual([
      ['127.0.0.1', servers.second.port],
      ['127.0.0.1', servers.db1.port],
    ]);
    const channel = await transport.exec({ line: 'a program', argv: [] });
    if (!channel.ok) throw new Error(channel.problem.message);
    let said = '';
    channel.value.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    channel.value.stderr.resume();
    await channel.value.ended;
    expect(said).toBe('ran a program');
    expect(transport.neededHuman).toBe(false);
    const open = () => Object.values(servers).map((server) => server.connections().length);
    expect(open()).toEqual([1, 1, 1]);
    transport.close();
    await expect.poll(open).toEqual([0, 0, 0]);
    expect((await transport.closed).message).toBe('The connection was closed here.');
  });

  it('is gone with any host on the way', async () => {
    const servers = { first: await play({ way: loopback }), db1: await play() };
    const transport = transportOf(await travel({ servers, jump: 'first' }));
    servers.first.connections()[0]?.end();
    expect((await transport.closed).code).toBe('connection-lost');
  });

  it.each([
    ['first', 'the first', 1],
    ['db1', 'the last', 1],
  ])('has needed a human where %s has', async (unknown) => {
    const ask = answering(['accept']);
    const servers = { first: await play({ way: loopback }), db1: await play() };
    const connected = await travel({ servers, jump: 'first', unknown: [unknown], ask });
    expect(transportOf(connected).neededHuman).toBe(true);
    expect(ask.asked).toHaveLength(1);
  });

  it('is not made where a host further on is refused, and leaves nobody connected', async () => {
    const servers = {
      first: await play({ way: loopback }),
      second: await play({ way: loopback }),
      db1: await play(),
    };
    const connected = await travel({ servers, jump: 'first,second', unknown: ['db1'] });
    expect(connected).toMatchObject({ ok: false, problem: { code: 'host-key-unknown' } });
    const open = () => Object.values(servers).map((server) => server.connections().length);
    await expect.poll(open).toEqual([0, 0, 0]);
  });

  it('is not made where a host leads nowhere, and says which, under its own name', async () => {
    const servers = { first: await play(), db1: await play() };
    const connected = await travel({ servers, jump: 'first' });
    expect(connected).toMatchObject({
      ok: false,
      problem: { code: 'unreachable', path: '127.0.0.1' },
    });
    expect(!connected.ok && connected.problem.message).toMatch(
      new RegExp(
        `^\\[127\\.0\\.0\\.1\\]:${servers.db1.port} can’t be reached through first: .+\\.$`,
      ),
    );
    await expect.poll(() => servers.first.connections().length).toBe(0);
  });

  it('is not made where the first host is not there', async () => {
    const port = await unclaimedPort();
    const servers = { db1: await play() };
    const connected = await travel({ servers, jump: `127.0.0.1:${port}` });
    expect(connected).toMatchObject({
      ok: false,
      problem: { code: 'unreachable', path: `127.0.0.1:${port}` },
    });
    expect(servers.db1.connections()).toHaveLength(0);
  });

  it('asks nobody for a host of which the configuration says so, and whom it may for others', async () => {
    const wants: NonNullable<Play['login']> = (context) =>
      context.method === 'password' ? context.accept() : context.reject(['password']);
    const ask = answering(['right'], ['right']);
    const servers = {
      first: await play({ way: loopback, login: wants }),
      db1: await play({ login: wants }),
    };
    const batch = await travel({ servers, jump: 'first', lines: ['  BatchMode yes'], ask });
    expect(batch).toMatchObject({ ok: false, problem: { code: 'authentication-needed' } });
    expect(ask.asked).toMatchObject([{ kind: 'password', host: 'first' }]);
  });

  it('needs a host', async () => {
    const rulesFor = () => {
      throw new Error('nobody asks for rules');
    };
    const connected = await connectRoute(
      { hops: [], rulesFor },
      { ask: answering(), connectMs: 1, loginMs: 1, signal: new AbortController().signal },
    );
    expect(connected).toMatchObject({ ok: false, problem: { code: 'unreachable' } });
  });
});
