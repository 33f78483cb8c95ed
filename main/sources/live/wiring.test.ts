/** What configuration and options come to on the way to a host, with servers that the test plays. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../testing/shared/eventually';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { playServer, type Play, type PlayedServer } from '../../../testing/sshd/playedServer';
import { startRelay } from '../../../testing/sshd/relay';
import { AcceptedKeys } from '../../ssh/hostKeys/acceptedKeys';
import { defaultLiveOptions, openSsh, type LiveOptions } from './sshSource';

const ends: (() => void)[] = [];
afterEach(() => {
  releaseTime();
  vi.unstubAllEnvs();
  for (const end of ends.splice(0)) end();
});

async function play(options: Play = {}): Promise<PlayedServer> {
  const server = await playServer(options);
  ends.push(() => server.stop());
  return server;
}

interface OpenOptions {
  readonly lines?: readonly string[];
  /** Its own key is known by default. */
  readonly known?: string;
  readonly options?: Partial<LiveOptions>;
}

function open({ port, hostKey }: Pick<PlayedServer, 'port' | 'hostKey'>, more: OpenOptions = {}) {
  const { lines = [], known = `[127.0.0.1]:${port} ${hostKey}\n`, options = {} } = more;
  const folder = temporaryFolder();
  const files = { known: join(folder, 'known_hosts'), config: join(folder, 'config') };
  writeFileSync(files.known, known);
  const common = [
    ...lines,
    'Host *',
    'User root',
    'IdentityAgent none',
    `UserKnownHostsFile ${files.known}`,
    'GlobalKnownHostsFile /dev/null',
  ];
  writeFileSync(files.config, `${common.join('\n')}\n`);
  const accepted = new AcceptedKeys(join(folder, 'klpscope.json'));
  const source = openSsh(
    { kind: 'ssh', text: 'db1', user: null, host: '127.0.0.1', port },
    { ...defaultLiveOptions(), accepted, config: { configFile: files.config }, ...options },
  );
  ends.push(() => source.close());
  return { source, accepted, known: () => readFileSync(files.known, 'utf8') };
}

async function problemOf({ source }: ReturnType<typeof open>) {
  const sampled = await source.sample();
  if (sampled.ok) throw new Error('it was read');
  return sampled.problem;
}

function newKey(): { readonly path: string; readonly publicKey: string } {
  const path = join(temporaryFolder(), 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
  return { path, publicKey: readFileSync(`${path}.pub`, 'utf8').split(' ')[1] ?? '' };
}

describe('keys', () => {
  it('are the one that was named, and those of the configuration behind it', async () => {
    const offered: string[] = [];
    const server = await play({
      login: (context) => {
        if (context.method === 'publickey') offered.push(context.key.data.toString('base64'));
        context.reject(['publickey']);
      },
    });
    const [named, configured] = [newKey(), newKey()];
    const lines = ['Host 127.0.0.1', `IdentityFile ${configured.path}`];
    const { code } = await problemOf(open(server, { lines, options: { identity: named.path } }));
    expect(code).toBe('authentication-failed');
    expect(offered).toEqual([named.publicKey, configured.publicKey]);
    offered.length = 0;
    await problemOf(open(server, { lines }));
    expect(offered).toEqual([configured.publicKey]);
  });
});

describe('the time to connect', () => {
  const within = async (lines: readonly string[], options: Partial<LiveOptions>, ms: number) => {
    const server = await play();
    const relay = await startRelay(server.port);
    ends.push(() => relay.stop());
    relay.halt();
    const passTime = controlTime();
    const failing = problemOf(open({ ...server, port: relay.port }, { lines, options }));
    await expect.poll(() => relay.heldUp).toBeGreaterThan(0);
    await passTime(ms);
    return failing;
  };

  it.each<[string, readonly string[], Partial<LiveOptions>, number]>([
    ['20 s by itself', [], {}, 20],
    ['that of the configuration', ['ConnectTimeout 7'], {}, 7],
    ['what was wished for, whatever that says', ['ConnectTimeout 7'], { timeoutMs: 3_000 }, 3],
  ])('is %s', async (_what, lines, options, seconds) => {
    expect(await within(lines, options, seconds * 1000)).toMatchObject({
      code: 'timeout',
      message: `127.0.0.1 did not complete the key exchange within ${seconds} s.`,
    });
  });

  it.each<[string, Partial<LiveOptions>, number]>([
    ['30 s more for each step of the login', {}, 30],
    ['what was wished for', { timeoutMs: 3_000 }, 3],
  ])('is %s', async (_what, options, seconds) => {
    const login = vi.fn<() => void>();
    const server = await play({ login });
    const passTime = controlTime();
    const failing = problemOf(open(server, { options }));
    await eventually(() => expect(login).toHaveBeenCalled());
    await passTime(seconds * 1000);
    expect(await failing).toMatchObject({
      code: 'timeout',
      message: `127.0.0.1 fell silent during the login for ${seconds} s.`,
    });
  });
});

describe('a key that nobody knows', () => {
  const refusing: Play = { login: (context) => context.reject([]) };

  it('is asked about, and saved where that is the answer', async () => {
    const server = await play(refusing);
    const ask = answering(['accept-and-save']);
    const opened = open(server, { known: '', options: { ask } });
    expect((await problemOf(opened)).code).toBe('authentication-failed');
    expect(ask.asked).toMatchObject([{ kind: 'host-key', port: server.port }]);
    expect(opened.known()).toBe(`[127.0.0.1]:${server.port} ${server.hostKey}\n`);
    expect((await opened.accepted.asKnownHosts()).text).toBe('');
  });

  it('is kept here without a question where that was wished for', async () => {
    const server = await play(refusing);
    const ask = answering();
    const opened = open(server, { known: '', options: { ask, acceptNew: true } });
    await problemOf(opened);
    expect(ask.asked).toEqual([]);
    expect((await opened.accepted.asKnownHosts()).text).toContain(server.hostKey);
  });

  it('is nobody’s to accept where the configuration lets nobody be asked', async () => {
    const server = await play(refusing);
    const ask = answering(['accept']);
    const lines = ['Host 127.0.0.1', 'BatchMode yes'];
    const problem = await problemOf(open(server, { known: '', lines, options: { ask } }));
    expect(problem.code).toBe('host-key-unknown');
    expect(ask.asked).toEqual([]);
  });
});

describe('what only OpenSSH can do', () => {
  const lines = ['Host 127.0.0.1', 'RekeyLimit 1G'];

  it('is asked about once, and remembered for the next connection', async () => {
    const server = await play({ login: (context) => context.reject(['publickey']) });
    const ask = answering(['openssh'], ['never']);
    const opened = open(server, { lines, options: { ask } });
    expect((await problemOf(opened)).code).toBe('authentication-failed');
    opened.source.retry();
    expect((await problemOf(opened)).code).toBe('authentication-failed');
    expect(ask.asked.map(({ kind }) => kind)).toEqual(['transport']);
  });

  it('is not asked about where one was chosen', async () => {
    const server = await play({ login: (context) => context.reject(['publickey']) });
    const ask = answering();
    const byOpenSsh = open(server, { lines, options: { ask, transport: 'openssh' } });
    expect((await problemOf(byOpenSsh)).message).toContain('by what ssh had to offer');
    const bySsh2 = open(server, { options: { ask, transport: 'ssh2' } });
    expect((await problemOf(bySsh2)).message).toContain('was not let in');
    expect(ask.asked).toEqual([]);
  });

  it('is said with a login that was refused', async () => {
    const server = await play({ login: (context) => context.reject(['publickey']) });
    const certified = newKey();
    writeFileSync(`${certified.path}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
    const options = { identity: certified.path, transport: 'ssh2' } as const;
    const { code, message } = await problemOf(open(server, { options }));
    expect(code).toBe('authentication-failed');
    expect(message).toMatch(/was not let in\..* the system’s OpenSSH can/);
  });

  it('is not tried where it may do no more than ssh2', async () => {
    const server = await play({ algorithms: { hmac: ['hmac-sha2-512'] } });
    const only = ['Host 127.0.0.1', 'MACs hmac-sha2-256'];
    const neither = await problemOf(open(server, { lines: only }));
    expect(neither.code).toBe('no-agreement');
    expect(neither.message).toContain('Nor has this machine’s OpenSSH any of them');
  });
});

describe('a configuration that ssh refuses', () => {
  it('is the problem, with the host and the file', async () => {
    const server = await play();
    const opened = open(server, { lines: ['PermitTimeTravel yes'] });
    const problem = await problemOf(opened);
    expect(problem.code).toBe('invalid-content');
    expect(problem.message).toMatch(/^ssh refuses the SSH configuration of 127\.0\.0\.1: .*line 1/);
    expect(server.connections()).toHaveLength(0);
  });

  it('is that of a hop as well', async () => {
    const folder = temporaryFolder();
    const real = execFileSync('which', ['ssh']).toString().trim();
    const script = `#!/bin/sh\ncase "$*" in *-G*gate*) echo "bad hop" >&2; exit 255 ;; esac\nexec ${real} "$@"\n`;
    writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    const server = await play();
    const lines = ['Host 127.0.0.1', 'ProxyJump gate'];
    const { code, path, message } = await problemOf(open(server, { lines }));
    expect([code, path, message]).toEqual([
      'unreachable',
      'gate',
      'ssh refuses the name gate: bad hop.',
    ]);
  });
});
