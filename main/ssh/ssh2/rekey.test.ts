/**
 * Key exchanges after the login, by Debian's own sshd and by a server that breaks the rules: they are
 * no login, so nothing of the login may begin anew.
 */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import ssh2, { type Connection, type ParsedKey } from 'ssh2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newSecret } from '../../../testing/sshd/secrets';
import { codeOf, openSource } from '../../../testing/sshd/source';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { skipping } from '../../../testing/main/skipping';
import { resolveHost } from '../config/config';
import type { LiveSource } from '../../sources/live/connectedSource';
import { decideHostKey } from '../hostKeys/hostKeys';
import { fingerprint } from '../hostKeys/knownHosts';
import { usualPolicy } from '../hostKeys/hostKeyPolicy';
import { nobody, type Ask } from '../questions';
import { connectSsh2 } from './ssh2Transport';
import { TimeLimit } from './timeLimit';

const impossible = skipping(import.meta.filename, cannotServe());

vi.mock(import('../hostKeys/hostKeys'), async (original) => {
  const real = await original();
  return { ...real, decideHostKey: vi.fn<typeof real.decideHostKey>(real.decideHostKey) };
});

const opened: LiveSource[] = [];
const servers: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const source of opened.splice(0)) source.close();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  vi.restoreAllMocks();
});

async function serve(...config: string[]): Promise<SshServer> {
  const server = await startSshd({ config: [...config, 'LogLevel DEBUG1'] });
  servers.push(server);
  return server;
}

/** How often new keys were taken into use, of which the login's are the first. */
function exchanges(server: SshServer): number {
  return server.log().match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0;
}

describe.skipIf(impossible)('a server that exchanges keys again', () => {
  const limits = { 'by time': 'default 1s', 'by bytes': '4K none', 'after each packet': '16 none' };
  const logins = {
    'a key and sudo’s password': { user: 'operator', sudo: true, config: [] },
    'a password': {
      user: 'root',
      sudo: false,
      config: ['PasswordAuthentication yes', 'PubkeyAuthentication no'],
    },
    'a prompt': {
      user: 'root',
      sudo: false,
      config: ['KbdInteractiveAuthentication yes', 'PubkeyAuthentication no'],
    },
  };
  const cases = Object.entries(limits).flatMap(([how, limit]) =>
    Object.entries(logins).map(([by, login]) => ({ how, limit, by, login })),
  );

  it.each(cases)('$how keeps a login by $by', async ({ limit, login }) => {
    const server = await serve(`RekeyLimit ${limit}`, ...login.config);
    const ask = answering([server.password]);
    const { user, sudo } = login;
    const source = openSource(server, { user, sudo, ask });
    opened.push(source);
    expect(await source.sample()).toMatchObject({ ok: true, value: { privileged: true } });
    const decisions = vi.mocked(decideHostKey).mock.calls.length;
    const limited = vi.spyOn(TimeLimit.prototype, 'set');
    const before = exchanges(server);
    const read = async () => {
      expect(codeOf(await source.sample())).toBe('read');
      return exchanges(server) - before;
    };
    await expect.poll(read).toBeGreaterThanOrEqual(2);
    // Neither the files nor a person were asked again, and no time limit runs.
    expect(vi.mocked(decideHostKey).mock.calls).toHaveLength(decisions);
    expect(ask.asked).toHaveLength(1);
    expect(limited).not.toHaveBeenCalled();
    expect(server.log().match(/Accepted \S+ for \S+ from /g)).toHaveLength(1);
  });
});

/** A server whose session can be told to break the rules. */
interface Unruly {
  readonly port: number;
  readonly keys: readonly [string, string];
  /** Resolves when somebody is let in. */
  readonly session: Promise<Connection>;
  /** Those that have come, let in or not. */
  connections(): Connection[];
  stop(): void;
}

/** @param login what it does with a login before it lets in whoever comes */
async function unruly(
  login: (context: ssh2.AuthContext) => void = (context) => context.accept(),
): Promise<Unruly> {
  const [first, second] = [privateKey(), privateKey()] as const;
  let arrive: (session: Connection) => void = () => undefined;
  const session = new Promise<Connection>((resolve) => {
    arrive = resolve;
  });
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [first] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', login);
    connection.on('ready', () => arrive(connection));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: unknown = server.address();
  const port =
    typeof address === 'object' && address !== null && 'port' in address ? address.port : 0;
  const one = {
    port: Number(port),
    keys: [first, second] as const,
    session,
    connections: () => [...connections],
    stop() {
      for (const connection of connections) connection.end();
      server.close();
    },
  };
  servers.push(one);
  return one;
}

function privateKey(): string {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return key.export({ type: 'sec1', format: 'pem' }).toString();
}

function parsed(key: string): ParsedKey {
  const result = ssh2.utils.parseKey(key);
  if (result instanceof Error) throw result;
  return Array.isArray(result) ? (result[0] ?? fail()) : result;
}

function fail(): never {
  throw new Error('no key');
}

/** ssh2's own half of a connection, which its types keep to themselves. */
function inside(session: Connection, name: string): object {
  const protocol: unknown = Reflect.get(session, '_protocol');
  if (typeof protocol !== 'object' || protocol === null) throw new Error('ssh2 has changed');
  if (name === '') return protocol;
  const member: unknown = Reflect.get(protocol, name);
  if (typeof member !== 'object' || member === null) throw new Error('ssh2 has changed');
  return member;
}

function exchangeUnder(session: Connection, key: string): Promise<void> {
  Reflect.set(inside(session, '_hostKeys'), 'ecdsa-sha2-nistp256', parsed(key));
  return new Promise((resolve) => {
    session.rekey(() => resolve());
    session.on('close', () => resolve());
  });
}

/** The server's own half says so in a packet of the login, whatever has been before. */
function say(session: Connection, message: 'authFailure' | 'authSuccess', ...words: unknown[]) {
  const protocol = inside(session, '');
  const speak: unknown = Reflect.get(protocol, message);
  if (typeof speak !== 'function') throw new Error('ssh2 has changed');
  const queue = inside(session, '_authsQueue');
  if (Array.isArray(queue)) queue.push('none');
  Reflect.apply(speak, protocol, words);
}

async function connect(server: Unruly, ask: Ask = nobody) {
  const folder = temporaryFolder();
  const address = { user: 'root', host: '127.0.0.1', port: server.port };
  const settings = await resolveHost(address, { configFile: '/dev/null' });
  const acceptKey = answering(['accept']);
  const connected = await connectSsh2({
    settings: { ...settings, identityFiles: [], agentSocket: null },
    alias: 'db1',
    hostKeys: {
      files: [],
      accepted: new AcceptedKeys(join(folder, 'klpscope.json')),
      acceptNew: false,
      policy: usualPolicy,
      ask: acceptKey,
    },
    ask,
    through: null,
    connectMs: 20_000,
    loginMs: 30_000,
    signal: new AbortController().signal,
  });
  if (!connected.ok) throw new Error(connected.problem.message);
  servers.push({ stop: () => connected.value.close() });
  return { transport: connected.value, acceptKey };
}

describe('a server that breaks the rules after the login', () => {
  it('ends the session by another key than the one it began under', async () => {
    const server = await unruly();
    const { transport, acceptKey } = await connect(server);
    const session = await server.session;
    await exchangeUnder(session, server.keys[0]);
    void exchangeUnder(session, server.keys[1]);
    const { code, message } = await transport.closed;
    expect(code).toBe('host-key-changed');
    for (const key of server.keys) {
      expect(message).toContain(fingerprint(parsed(key).getPublicSSH()));
    }
    expect(acceptKey.asked).toHaveLength(1);
  });

  it('is not told anything more by a login that it reopens', async () => {
    const server = await unruly();
    const ask = answering([newSecret('password')]);
    const { transport } = await connect(server, ask);
    const session = await server.session;
    say(session, 'authFailure', ['password', 'keyboard-interactive'], false);
    say(session, 'authSuccess');
    // What it sent before the exchange has been heard when the exchange is over.
    await exchangeUnder(session, server.keys[0]);
    expect(ask.asked).toEqual([]);
    void exchangeUnder(session, server.keys[1]);
    expect((await transport.closed).code).toBe('host-key-changed');
  });

  it('may let in while somebody is asked, whose answer sets no limit and is not sent', async () => {
    const given: string[][] = [];
    const server = await unruly((context) => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      context.prompt([{ prompt: 'Code: ', echo: false }], (answers) => given.push([...answers]));
      context.accept();
    });
    let answer: (texts: string[]) => void = () => undefined;
    const ask: Ask = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await connect(server, ask);
    const limited = vi.spyOn(TimeLimit.prototype, 'set');
    answer([newSecret('code')]);
    await exchangeUnder(await server.session, server.keys[0]);
    expect(limited).not.toHaveBeenCalled();
    expect(given.flat().filter((text) => text !== '')).toEqual([]);
  });

  it('may exchange keys while somebody is asked', async () => {
    const secret = newSecret('code');
    const given: string[][] = [];
    let ours: Connection | null = null;
    const server = await unruly((context) => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      context.prompt([{ prompt: 'Code: ', echo: false }], (answers) => {
        given.push([...answers]);
        context.accept();
      });
    });
    const limited = vi.spyOn(TimeLimit.prototype, 'set');
    let limits = 0;
    const ask: Ask = async () => {
      const session = server.connections()[0] ?? fail();
      limits = limited.mock.calls.length;
      await exchangeUnder(session, server.keys[0]);
      expect(limited.mock.calls).toHaveLength(limits);
      ours = session;
      return [secret];
    };
    await connect(server, ask);
    expect(ours).toBe(await server.session);
    expect(given).toEqual([[secret]]);
  });
});
