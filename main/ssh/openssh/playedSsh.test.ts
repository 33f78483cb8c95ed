/** How an `ssh` is started, heard and let go of, with one that the test plays. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import type { Result } from '../../../shared/base/problem';
import { AcceptedKeys } from '../hostKeys/acceptedKeys';
import { resolveHost } from '../config/config';
import type { HostAddress } from '../config/hostAddress';
import type { Channel, Transport } from '../transport';
import { connectOpenSsh, type OpenSshOptions } from './opensshTransport';

let folder = '';
const ends: (() => void)[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'tmp'));
  mkdirSync(join(folder, 'bin'));
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.unstubAllEnvs();
});

/** Tells us that the login is over. */
const login = '"$logged_in"';
const run = 'exec sh -c "$last"';

/**
 * An `ssh` that does so for each program: `$last` is the program's line, `$logged_in` our LocalCommand.
 * Each of its arguments is a line of the file `arguments`.
 */
function playSsh(...script: readonly string[]): void {
  const path = join(folder, 'bin/ssh');
  const lines = [
    '#!/bin/sh',
    '[ "$1" = -V ] && { echo "OpenSSH_9.2p1 Debian-2" >&2; exit 0; }',
    '[ "$1" = -G ] && exit 0',
    `printf '%s\\n' "$@" >'${join(folder, 'arguments')}'`,
    'for last; do :; done',
    `logged_in=$(sed -n "s/^  LocalCommand '\\(.*\\)'$/\\1/p" "$3")`,
    ...script,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${dirname(path)}:${process.env['PATH']}`);
}

const given = () => readFileSync(join(folder, 'arguments'), 'utf8').trim().split('\n');
/** What connections have put below the temporary folder. */
const left = () => readdirSync(join(folder, 'tmp'));

type ConnectOptions = Partial<Omit<OpenSshOptions, 'address'>> & { address?: Partial<HostAddress> };

async function connect(more: ConnectOptions = {}) {
  const address = { user: null, host: 'db1', port: null, ...more.address };
  const settings = await resolveHost(
    { user: null, host: 'db1', port: null },
    { configFile: '/dev/null' },
  );
  const accepted = new AcceptedKeys(join(folder, 'klpscope.json'));
  const ask = answering();
  const connected = await connectOpenSsh({
    hops: [{ address, settings }],
    rulesFor: ({ hostKeyPolicy: policy }) => ({
      files: ['/user/known'],
      accepted,
      acceptNew: false,
      policy,
      ask,
    }),
    identity: null,
    config: { configFile: '/user/config' },
    ask,
    connectMs: 20_000,
    loginMs: 20_000,
    ...more,
    address,
  });
  if (connected.ok) ends.push(() => connected.value.close());
  return connected;
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const exec = (transport: Transport, line = 'echo "ran"') => transport.exec({ line, argv: [] });

async function outputOf(channel: Channel) {
  const [stdout, stderr] = await Promise.all([text(channel.stdout), text(channel.stderr)]);
  return { stdout, stderr, ended: await channel.ended };
}

describe('an ssh', () => {
  it('is started with our configuration and what the user has named, and nothing for a shell', async () => {
    playSsh(login, run);
    await exec(valueOf(await connect()), 'a "line"; with $all');
    const [dashT, dashF, config, ...more] = given();
    expect([dashT, dashF, ...more]).toEqual(['-T', '-F', '--', 'db1', 'a "line"; with $all']);
    expect(statSync(config ?? '').mode & 0o777).toBe(0o600);
    const address = { user: 'ada', port: 2222 };
    await exec(valueOf(await connect({ address, identity: '/key' })));
    expect(given().slice(3)).toEqual([
      '-p',
      '2222',
      '-l',
      'ada',
      '-i',
      '/key',
      '--',
      'db1',
      'echo "ran"',
    ]);
  });

  it('gets the keys that were accepted here, and the time that there is', async () => {
    playSsh(login, run);
    const key = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa')]);
    await new AcceptedKeys(join(folder, 'klpscope.json')).add('db1', key);
    await exec(valueOf(await connect({ connectMs: 7_400 })));
    const config = given()[2] ?? '';
    const [known] = /\/\S*\/known_hosts/.exec(readFileSync(config, 'utf8')) ?? [];
    expect(readFileSync(known ?? '', 'utf8')).toBe(`db1 ssh-rsa ${key.toString('base64')}\n`);
    expect(statSync(known ?? '').mode & 0o777).toBe(0o600);
    expect(readFileSync(config, 'utf8')).toContain(`UserKnownHostsFile "${known}" "/user/known"\n`);
    expect(readFileSync(config, 'utf8')).toContain('  ConnectTimeout 7\n');
    expect(readFileSync(config, 'utf8')).toContain('  ServerAliveInterval 10\n');
    await exec(valueOf(await connect({ connectMs: 100 })));
    // 0 would be no limit at all.
    expect(readFileSync(given()[2] ?? '', 'utf8')).toContain('  ConnectTimeout 1\n');
  });

  it.each<[string, ConnectOptions]>([
    ['host', { address: { host: '-oProxyCommand=x' } }],
    ['user', { address: { user: '-x' } }],
  ])('is not started for a %s that it would take for an option', async (_what, options) => {
    playSsh(login, run);
    expect(await connect(options)).toMatchObject({ ok: false, problem: { code: 'unreachable' } });
    expect(left()).toEqual([]);
  });

  it('is not started for a hop that it would take for an option', async () => {
    playSsh(login, run);
    const settings = await resolveHost(
      { user: null, host: 'db1', port: null },
      { configFile: '/dev/null' },
    );
    const hop = (host: string) => ({ address: { user: null, host, port: null }, settings });
    const hops = [hop('-gate'), hop('db1')];
    expect(await connect({ hops })).toMatchObject({ problem: { code: 'unreachable' } });
  });

  it('that is not there is a problem', async () => {
    const mkfifo = execFileSync('which', ['mkfifo']).toString().trim();
    symlinkSync(mkfifo, join(folder, 'bin/mkfifo'));
    vi.stubEnv('PATH', join(folder, 'bin'));
    expect(await exec(valueOf(await connect()))).toMatchObject({
      ok: false,
      problem: { code: 'no-shell' },
    });
  });

  it('that lacks mkfifo can’t be spoken with, and leaves nothing', async () => {
    vi.stubEnv('PATH', join(folder, 'bin'));
    const duties = process.listenerCount('exit');
    expect(await connect()).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining('mkfifo failed') },
    });
    expect(left()).toEqual([]);
    expect(process.listenerCount('exit')).toBe(duties);
  });

  it('that has nowhere to speak from can’t be spoken with', async () => {
    vi.stubEnv('TMPDIR', join(folder, 'absent'));
    expect(await connect()).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining('could not be set up: ENOENT') },
    });
  });
});

describe('a login', () => {
  it('is over when ssh says so; what is printed before that is nobody’s, and after that the program’s', async () => {
    playSsh('echo "a banner" >&2', login, run);
    const transport = valueOf(await connect());
    const channel = valueOf(await exec(transport, 'cat; echo "a complaint" >&2; exit 3'));
    channel.stdin.end('this');
    expect(await outputOf(channel)).toEqual({
      stdout: 'this',
      stderr: 'a complaint\n',
      ended: { status: 3, problem: null },
    });
    expect(transport.neededHuman).toBe(false);
  });

  it('loses nothing of a program that has ended before we hear of it', async () => {
    playSsh(login, run);
    const transport = valueOf(await connect());
    const line = 'echo "This account is closed."; echo "It is." >&2; exit 1';
    const channel = valueOf(await exec(transport, line));
    expect(await outputOf(channel)).toEqual({
      stdout: 'This account is closed.\n',
      stderr: 'It is.\n',
      ended: { status: 1, problem: null },
    });
  });

  it('is over when the program speaks, whatever ssh said of it', async () => {
    playSsh(run);
    const transport = valueOf(await connect());
    const channel = valueOf(await exec(transport, 'echo ran; read line; exit 255'));
    channel.stdin.end('\n');
    const { stdout, ended } = await outputOf(channel);
    expect(stdout).toBe('ran\n');
    // It was let in, and so what ended was the connection.
    expect(ended.problem?.code).toBe('connection-lost');
    expect((await transport.closed).code).toBe('connection-lost');
  });

  it('is over when the program has ended, and was silent', async () => {
    playSsh('exit 4');
    const channel = valueOf(await exec(valueOf(await connect())));
    expect(await outputOf(channel)).toEqual({
      stdout: '',
      stderr: '',
      ended: { status: 4, problem: null },
    });
  });

  it('leaves no clock running', async () => {
    playSsh(login, run);
    const transport = valueOf(await connect());
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'], shouldAdvanceTime: true });
    try {
      await exec(transport, 'read line');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that fails has the last of very many words', async () => {
    playSsh('yes "so many words" | head -n 3000 >&2; echo "no route" >&2; exit 255');
    expect(await exec(valueOf(await connect()))).toMatchObject({
      problem: { message: expect.stringContaining('server’s own: “no route”') },
    });
  });

  it('that fails has ssh’s last words', async () => {
    playSsh('echo "first" >&2; echo "no route" >&2; exit 255');
    const transport = valueOf(await connect());
    expect(await exec(transport)).toMatchObject({
      ok: false,
      problem: {
        code: 'unreachable',
        path: 'db1',
        message: expect.stringContaining('server’s own: “no route”'),
      },
    });
    expect((await transport.closed).code).toBe('unreachable');
  });

  it('whose ssh is killed is a connection that was lost', async () => {
    playSsh('kill -9 $$');
    expect(await exec(valueOf(await connect()))).toMatchObject({
      problem: {
        code: 'connection-lost',
        message: 'ssh was ended before the login to db1 was complete.',
      },
    });
  });

  it('has the time to connect and the time for its steps, and then its ssh is ended', async () => {
    playSsh(`echo $$ >'${join(folder, 'pid')}'`, 'exec sleep 600');
    const transport = valueOf(await connect({ connectMs: 300, loginMs: 200 }));
    expect(await exec(transport)).toMatchObject({
      problem: { code: 'timeout', message: 'db1 did not answer within 0.5 s.' },
    });
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('may be followed by others of the same connection', async () => {
    playSsh(login, run);
    const transport = valueOf(await connect());
    for (let times = 0; times < 2; times += 1) {
      // Nothing but ssh itself tells that the login is over.
      const channel = valueOf(await exec(transport, 'read line; echo ran'));
      channel.stdin.end('\n');
      expect((await outputOf(channel)).stdout).toBe('ran\n');
      // Nobody is told anything between two logins.
      expect(readdirSync(join(folder, 'tmp', left()[0] ?? ''))).toContain('resting');
    }
  });
});

describe('a connection that is closed', () => {
  it('ends what runs, says so, and leaves nothing', async () => {
    playSsh(login, run);
    const transport = valueOf(await connect());
    const channel = valueOf(await exec(transport, 'read line'));
    expect(left()).toHaveLength(1);
    transport.close();
    expect(await channel.ended).toMatchObject({ problem: null });
    expect(await transport.closed).toEqual({
      code: 'connection-lost',
      path: 'db1',
      message: 'The connection was closed here.',
    });
    expect(left()).toEqual([]);
    expect(() => transport.close()).not.toThrow();
  });

  it('tells a trace each step', async () => {
    playSsh(login, run);
    const steps: string[] = [];
    const transport = valueOf(await connect({ trace: (step) => steps.push(step) }));
    await outputOf(valueOf(await exec(transport, 'exit 3')));
    expect(steps).toEqual([
      'openssh: hands over host keys to be judged here',
      expect.stringMatching(/^openssh: runs ssh -T -F \S+ -- db1$/),
      'openssh: let in',
      'openssh: ssh has ended, status 3',
    ]);
  });
});
