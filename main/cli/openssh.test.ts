/** The system's OpenSSH and the app's own store of host keys, from the command line. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cannotServe, startSshd, type SshServer } from '../../testing/sshd/server';
import { watchEventSchema, type WatchEvent } from '../../shared/history/change';
import { AcceptedKeys } from '../ssh/hostKeys/acceptedKeys';
import { keepOrRemove, keepOutput } from '../../testing/main/kept';
import { skipping } from '../../testing/main/skipping';
import { run } from './run';

const impossible = skipping(import.meta.filename, cannotServe());

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-cli-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  keepOrRemove(folder);
});

/** Everything that goes to standard error counts, whoever writes it. */
async function klpscope(...args: string[]) {
  const errors: string[] = [];
  const written: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors.push(String(text));
    return true;
  });
  const status = await run(args, {
    style: { width: 100, colour: false, unicode: true },
    write: (text) => void written.push(text),
    warn: (line) => void errors.push(`klpscope: ${line}\n`),
  });
  spy.mockRestore();
  keepOutput([...written, ...errors].join(''));
  return { status, stdout: written.join(''), stderr: errors.join('') };
}

function storeKey(name: string): Promise<void> {
  const key = Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from('ssh-ed25519'),
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, 7),
  ]);
  return new AcceptedKeys(store()).add(name, key);
}

function store(): string {
  return join(folder, 'klpscope', 'klpscope.json');
}

function isAboutLoss({ event }: WatchEvent): boolean {
  return event === 'lost' || event === 'back';
}

describe('forget-key', () => {
  it('forgets the key of a host that was accepted, and says how many', async () => {
    await storeKey('[db1]:2222');
    await storeKey('db1');
    const forgot = await klpscope('forget-key', '[DB1]:2222');
    expect(forgot).toEqual({ status: 0, stdout: 'Forgot the key of [DB1]:2222.\n', stderr: '' });
    expect((await new AcceptedKeys(store()).asKnownHosts()).text).toMatch(/^db1 \S+ \S+$/);
  });

  it('says why where nothing can be forgotten', async () => {
    await storeKey('db1');
    const newer = readFileSync(store(), 'utf8').replace('"version": 1', '"version": 2');
    writeFileSync(store(), newer);
    const failed = await klpscope('forget-key', 'db1');
    expect(failed).toMatchObject({ status: 3, stdout: '' });
    expect(failed.stderr).toMatch(/^klpscope: \S+klpscope\.json was written by a newer Klpscope/);
    expect(failed.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readFileSync(store(), 'utf8')).toBe(newer);
  });

  it('says that none was known, and how it is used', async () => {
    const unknown = await klpscope('forget-key', 'db9');
    expect(unknown.status).toBe(3);
    expect(unknown.stderr).toContain(`No key of db9 is in ${store()}`);
    expect((await klpscope('forget-key')).status).toBe(64);
    expect((await klpscope('forget-key', '--help')).stdout).toContain('ssh-keygen -R');
  });
});

describe.skipIf(impossible)('hosts over SSH', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(async () => {
    await server.stop();
  });

  function configure(...lines: string[]): void {
    const path = join(folder, 'ssh_config');
    const options = [
      ...lines,
      'HostName 127.0.0.1',
      `Port ${server.port}`,
      'User root',
      `IdentityFile ${server.keys.ed25519}`,
      'IdentityAgent none',
      `UserKnownHostsFile ${server.knownHostsFile}`,
      'GlobalKnownHostsFile /dev/null',
    ];
    writeFileSync(path, `Host db1\n  ${options.join('\n  ')}\n`);
    vi.stubEnv('KLPSCOPE_SSH_CONFIG', path);
  }

  it('uses OpenSSH where the configuration needs it, and says so', async () => {
    const relay = join(folder, 'relay.cjs');
    const socket = "require('node:net').connect(Number(process.argv[2]), '127.0.0.1')";
    writeFileSync(relay, `const s = ${socket};\nprocess.stdin.pipe(s).pipe(process.stdout);\n`);
    configure(`ProxyCommand ${process.execPath} ${relay} %p`);
    const { stdout, stderr } = await klpscope('status', 'db1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ format: 'klpscope/status', source: 'ssh' });
    expect(stderr).toBe(
      'klpscope: db1: its SSH configuration uses a ProxyCommand, which the built-in SSH can’t do; using the system’s OpenSSH (--transport ssh2 for the built-in one).\n',
    );
    const chosen = await klpscope('status', 'db1', '--json', '--transport', 'openssh');
    expect(chosen.stderr).toBe('');
    const refused = await klpscope('status', 'db1', '--json', '--transport', 'ssh2');
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toContain('--transport openssh');
  });

  it.each(['ssh2', 'openssh'])(
    'tells while it watches that a lost host is back with another key, and waits, by %s',
    async (transport) => {
      const own = await startSshd();
      configure(`Port ${own.port}`, `IdentityFile ${own.keys.ed25519}`);
      writeFileSync(server.knownHostsFile, readFileSync(own.knownHostsFile, 'utf8'), { flag: 'a' });
      const lines: string[] = [];
      const events = () =>
        lines.map((line) => watchEventSchema.parse(JSON.parse(line))).filter(isAboutLoss);
      const watching = run(
        ['watch', 'db1', '--json', '--interval', '1', '--transport', transport],
        {
          style: { width: 100, colour: false, unicode: true },
          write: (text) => void lines.push(text),
          warn: (line) => void lines.push(line),
        },
      );
      await expect.poll(() => lines.length).toBeGreaterThan(0);
      own.signal('SIGKILL');
      await expect.poll(() => events().at(-1)?.event).toBe('lost');
      for (const name of ['host', 'host.pub']) rmSync(join(own.folder, name));
      const fresh = ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(own.folder, 'host')];
      execFileSync('ssh-keygen', fresh);
      await own.restart();
      const codes = () => events().map(({ problem }) => problem?.code);
      await expect.poll(codes).toContain('host-key-changed');
      const last = events().at(-1);
      expect(last).toMatchObject({ event: 'lost', waitsForHuman: true });
      expect(events()[0]).toMatchObject({ event: 'lost', waitsForHuman: false });
      const print = execFileSync('ssh-keygen', ['-lf', join(own.folder, 'host.pub')]).toString();
      expect(last?.problem?.message).toContain(print.split(' ')[1]);
      process.emit('SIGINT');
      expect(await watching).toBe(3);
      await own.stop();
    },
  );

  it('sets a damaged file of its own aside, and reports it once', async () => {
    configure();
    mkdirSync(join(folder, 'klpscope'));
    writeFileSync(store(), '{ "keys": ');
    const { stdout, stderr } = await klpscope('status', 'db1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ source: 'ssh' });
    expect(readFileSync(`${store()}.broken`, 'utf8')).toBe('{ "keys": ');
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain(`it was kept as ${store()}.broken`);
  });
});
