/** The program as it is built and installed: one file, run by Node. */
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fabricateRoot } from '../../testing/sshd/fabricatedRoot';
import { cannotServe, startSshd } from '../../testing/sshd/server';
import { version } from '../../package.json';
import { statusDocumentSchema } from '../../shared/report/statusDocument';
import { livepatch, thread } from '../../testing/shared/memoryTree';
import { contentOfFile } from '../sources/content';
import { readRecording } from '../sources/recording/recordingFile';
import { archiveFile, entriesOf, gzippedArchive, xzArchive } from '../../testing/main/archives';
import { hostFolder, temporaryFolder } from '../../testing/main/folders';
import { keepOutput } from '../../testing/main/kept';
import { skipping } from '../../testing/main/skipping';

const top = join(import.meta.dirname, '../..');
const sample = join(top, 'samples/linux-6.12/04-stalled-patching.tar.gz');
const impossible = skipping(import.meta.filename, cannotServe());
let folder = '';
let program = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-program-'));
  chmodSync(folder, 0o755);
  program = join(folder, 'klpscope.cjs');
  await build({
    configFile: join(top, 'vite.cli.config.ts'),
    root: top,
    logLevel: 'error',
    build: { outDir: folder },
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function klpscope(args: readonly string[], options: SpawnOptions = {}) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    ...options,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  keepOutput(`${stdout}\n${stderr}\n`);
  return { status, signal, stdout, stderr };
}

describe('the built program', () => {
  it('runs anywhere, with nothing beside it', () => {
    expect(klpscope(['--version'], { cwd: '/', env: {} })).toEqual({
      status: 0,
      signal: null,
      stdout: `klpscope ${version}\n`,
      stderr: '',
    });
  });

  it.each(['probe', 'capture'])('holds the program for hosts that is called %s.sh', (name) => {
    const { stdout } = klpscope([`${name}-script`], { cwd: '/', env: {} });
    expect(stdout).toBe(readFileSync(join(top, `main/probe/program/${name}.sh`), 'utf8'));
  });

  it('ends with the status of the contract, and says why on standard error', () => {
    const { status, stdout, stderr } = klpscope(['status', sample, '--json']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(statusDocumentSchema.parse(JSON.parse(stdout)).target).toBe(sample);
    expect(klpscope(['status', 'dir:/nowhere', '--json'])).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringMatching(/^klpscope: not-found: \/nowhere does not exist\..*\n$/),
    });
    expect(klpscope(['status'])).toMatchObject({
      status: 64,
      stdout: '',
      stderr: expect.stringMatching(/^klpscope: .*klpscope status --help\.\n$/),
    });
  });

  it('reads an archive compressed by xz: its decompressor is in the bundle', () => {
    const { status, stdout } = klpscope(['status', archiveFile(xzArchive, 'a.tar.xz')]);
    expect(status).toBe(0);
    expect(stdout).toContain('xzhost');
  });

  it('has its whole document written before it ends, through a slow pipe too', async () => {
    const states = Array.from({ length: 3000 }, (_, index) => [
      `/proc/${index + 1}/task/${index + 1}/patch_state`,
      '0\n',
    ]);
    const archive = await gzippedArchive(
      entriesOf({
        ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' }),
        ...Object.fromEntries(states),
      }),
    );
    const slow = `"$1" "$2" status "$3" --json | { sleep 1; cat; }`;
    const { stdout } = spawnSync('sh', ['-c', slow, 'sh', process.execPath, program, archive], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
    });
    expect(statusDocumentSchema.parse(JSON.parse(stdout)).blockers).toHaveLength(3000);
  });

  it('ends quietly, with its status, when nobody reads on', async () => {
    const child = spawn(process.execPath, [program, 'status', sample, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let warnings = '';
    child.stderr.on('data', (chunk: Buffer) => (warnings += chunk.toString()));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, warnings }).toEqual({ status: 1, warnings: '' });
  });

  it('that goes on ends when nobody reads on', async () => {
    const step = (at: number, name: string) => ({
      at,
      says: name,
      do: [{ do: 'load', livepatch: { name, objects: [{ name: 'vmlinux', functions: [] }] } }],
    });
    const story = {
      id: 'steady',
      title: 'Steady',
      story: 'One livepatch after the other.',
      host: { name: 'demo-steady', threads: [] },
      steps: Array.from({ length: 40 }, (_, index) => step(1 + index, `livepatch_${index}`)),
      lasts: 60,
    };
    const file = join(temporaryFolder(), 'story.json');
    writeFileSync(file, JSON.stringify(story));
    const child = spawn(process.execPath, [program, 'watch', `demo:${file}`, '--interval', '0.1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.stdout.destroy();
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says why its output can’t be written', () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = spawnSync(process.execPath, [program, 'status', sample], {
        encoding: 'utf8',
        stdio: ['ignore', full, 'pipe'],
      });
      expect(status).toBe(3);
      expect(stderr).toMatch(/^klpscope: standard output can’t be written: .*ENOSPC.*\n$/);
    } finally {
      closeSync(full);
    }
  });

  it.each([[['open']], [[]], [['open', 'local']], [['local']], [['dir:/']], [['root@db1']]])(
    'without an application beside it opens no window for %j',
    (args) => {
      const { status, stdout, stderr } = klpscope(args);
      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
      expect(stderr).toMatch(/^klpscope: this command has no window beside it; .*\n$/);
    },
  );
});

describe('a recording', () => {
  const start = (file: string, args: readonly string[], env = process.env) =>
    spawn(process.execPath, [program, 'record', ...args, '-o', file, '--interval', '0.05'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
  const ended = (child: ChildProcess) =>
    new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.on('close', (status, signal) => resolve(status ?? signal)),
    );
  const moments = async (file: string) => {
    const recording = await readRecording(contentOfFile(file));
    return recording.ok ? recording.value.moments.length : 0;
  };

  it.each(['SIGINT', 'SIGTERM'] as const)('is ended cleanly by %s', async (signal) => {
    const file = join(temporaryFolder(), 'x.klprec');
    const child = start(file, ['demo']);
    const end = ended(child);
    await expect.poll(() => moments(file)).toBeGreaterThan(2);
    child.kill(signal);
    expect(await end).toBe(0);
    expect(await readRecording(contentOfFile(file))).toMatchObject({
      ok: true,
      value: { header: { source: 'demo' }, end: { end: 'interrupted' }, problems: [] },
    });
  });

  it('that can’t be written any more ends with 3, says why, and is read up to there', async () => {
    const file = join(temporaryFolder(), 'x.klprec');
    const args = ['record', 'demo', '-o', file, '--interval', '0.05'];
    // POSIX, ulimit -f: in blocks of 512 bytes. Node ignores the signal, so that the write fails.
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, program, ...args],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^klpscope: .*x\.klprec could not be written: EFBIG.*\n$/);
    expect(statSync(file).size).toBe(16 * 512);
    expect(await moments(file)).toBeGreaterThan(1);
  });

  it('of a program that was killed is read up to there', async () => {
    const file = join(temporaryFolder(), 'x.klprec');
    const child = start(file, ['demo']);
    const end = ended(child);
    await expect.poll(() => moments(file)).toBeGreaterThan(2);
    child.kill('SIGKILL');
    expect(await end).toBe('SIGKILL');
    const { status, stdout, stderr } = klpscope(['status', file, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(statusDocumentSchema.parse(JSON.parse(stdout)).problems).toContainEqual(
      expect.objectContaining({ code: 'truncated' }),
    );
  });

  it.skipIf(impossible)(
    'of a host over SSH says what the host said, and nothing of the login',
    async () => {
      const root = fabricateRoot(sample);
      const server = await startSshd({
        prepare: [
          `mount --bind '${root.path}/bin/dmesg' "$(readlink -f "$(command -v dmesg)")"`,
          `mount --rbind '${root.path}/sys' /sys`,
        ],
      });
      try {
        const home = temporaryFolder();
        const file = join(home, 'x.klprec');
        const target = `root@127.0.0.1:${server.port}`;
        const login = [target, '--identity', server.keys.ed25519, '--accept-new'];
        const env = { PATH: process.env['PATH'], HOME: home };
        const child = start(file, [...login, '--duration', '2'], env);
        let warnings = '';
        child.stderr.on('data', (chunk: Buffer) => (warnings += chunk.toString()));
        expect({ status: await ended(child), warnings }).toEqual({ status: 0, warnings: '' });
        const direct = spawnSync(process.execPath, [program, 'status', ...login, '--json'], {
          encoding: 'utf8',
          env,
        });
        const live = statusDocumentSchema.parse(JSON.parse(direct.stdout));
        const { stdout } = klpscope(['status', file, '--json']);
        const replayed = statusDocumentSchema.parse(JSON.parse(stdout));
        const names = live.patches.map(({ name }) => name);
        expect(names.sort()).toEqual(readdirSync(join(root.path, 'sys/kernel/livepatch')).sort());
        expect(replayed).toMatchObject({
          source: 'recording',
          recording: { target, source: 'ssh' },
          patches: live.patches,
          functions: live.functions,
          host: { kernel: live.host.kernel },
        });
        const text = gunzipSync(readFileSync(file)).toString();
        expect(text).not.toContain(server.password);
        expect(text).not.toContain(readFileSync(server.keys.ed25519, 'utf8').slice(50, 90));
      } finally {
        await server.stop();
        root.remove();
      }
    },
  );
});

describe('what a terminal may show', () => {
  const printed = (env: NodeJS.ProcessEnv) => klpscope(['status', sample], { env }).stdout;

  it('is plain in a pipe, coloured where it is asked for, and says the same', () => {
    const plain = printed({ LANG: 'C.UTF-8' });
    const coloured = printed({ LANG: 'C.UTF-8', FORCE_COLOR: '1' });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[');
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(plain);
    expect(printed({ LANG: 'C.UTF-8', FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(plain);
  });

  it.each([{ LANG: 'C' }, { LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' }, { TERM: 'dumb' }])(
    'is ASCII with %j',
    (env) => {
      expect(printed(env)).toMatch(/^[\x20-\x7e\n]+$/);
    },
  );

  it('is as wide as COLUMNS says', () => {
    const lines = printed({ LANG: 'C.UTF-8', COLUMNS: '72' }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(60);
    const prose = lines.filter((line) => line.trim().includes(' ') && !line.includes(sample));
    expect(prose.filter((line) => line.length > 72)).toEqual([]);
  });
});

describe('folders that may not be read', () => {
  /** Nobody, of Debian and most others; only root can become another user. */
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const asNobody = (args: readonly string[]) => klpscope(args, { ...nobody, cwd: '/' });

  const moving = {
    ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' }),
    ...thread(1, { state: '1' }),
    // As on every host: without it the threads might be a container's, which hides others.
    ...thread(2, { comm: 'kthreadd', kthread: true }),
  };

  it('the target itself', () => {
    const host = hostFolder(moving);
    chmodSync(host, 0o000);
    const { status, stdout, stderr } = asNobody(['status', `dir:${host}`, '--json']);
    chmodSync(host, 0o755);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^klpscope: permission-denied: /);
    expect(stderr).toContain(host);
  });

  it('the folder around the target', () => {
    const host = hostFolder({ 'inner/proc/uptime': '1.00 1.00\n' });
    chmodSync(host, 0o000);
    const { status, stdout, stderr } = asNobody(['status', `dir:${host}/inner`]);
    chmodSync(host, 0o755);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^klpscope: permission-denied: /);
    expect(stderr).toContain(`${host}/inner`);
  });

  it('an archive', () => {
    const host = hostFolder({ 'capture.tar.gz': 'x' });
    const path = join(host, 'capture.tar.gz');
    chmodSync(path, 0o000);
    const { status, stderr } = asNobody(['status', path]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^klpscope: permission-denied: /);
    expect(stderr).toContain(path);
  });

  it('its livepatches: unknown, not none', () => {
    const host = hostFolder(moving);
    const closed = join(host, '/sys/kernel/livepatch');
    chmodSync(closed, 0o000);
    const { status, stdout } = asNobody(['status', `dir:${host}`, '--json']);
    chmodSync(closed, 0o755);
    const document = statusDocumentSchema.parse(JSON.parse(stdout));
    expect(status).toBe(1);
    expect(document).toMatchObject({ transitionState: 'unknown', patches: [] });
    expect(document.problems).toContainEqual(
      expect.objectContaining({ code: 'permission-denied', path: '/sys/kernel/livepatch' }),
    );
  });

  it('one attribute', () => {
    const host = hostFolder(moving);
    const path = '/sys/kernel/livepatch/livepatch_a/enabled';
    chmodSync(join(host, path), 0o000);
    const { stdout } = asNobody(['status', `dir:${host}`, '--json']);
    const { patches, problems } = statusDocumentSchema.parse(JSON.parse(stdout));
    expect(patches[0]?.enabled).toBeNull();
    expect(problems).toContainEqual(expect.objectContaining({ code: 'permission-denied', path }));
  });

  it('threads are counted as denied, and may hide what blocks', () => {
    // Where nobody is seen to block, somebody unseen must: here one is seen, so that it is the denied
    // thread alone that may hide another.
    const host = hostFolder({ ...moving, ...thread(3, { comm: 'writer' }) });
    const read = () => {
      const { status, stdout } = asNobody(['status', `dir:${host}`, '--json']);
      expect(status).toBe(1);
      return statusDocumentSchema.parse(JSON.parse(stdout));
    };
    const open = read();
    expect(open.coverage).toMatchObject({ threadsRead: 3, threadsDenied: 0 });
    expect(open.transition).toMatchObject({ threads: { total: 3, blocking: 2 } });
    expect(open.transition?.hiddenBlockersPossible).toBe(false);
    chmodSync(join(host, '/proc/2/task/2/patch_state'), 0o000);
    const closed = read();
    expect(closed.coverage).toMatchObject({ threadsRead: 2, threadsDenied: 1 });
    expect(closed.transition).toMatchObject({ threads: { total: 2, blocking: 1 } });
    expect(closed.transition?.hiddenBlockersPossible).toBe(true);
  });

  it('a blocking thread’s stack', () => {
    const host = hostFolder(moving);
    const path = '/proc/2/task/2/stack';
    chmodSync(join(host, path), 0o000);
    const { stdout } = asNobody(['status', `dir:${host}`, '--json']);
    const { blockers, problems } = statusDocumentSchema.parse(JSON.parse(stdout));
    expect(blockers).toMatchObject([{ comm: 'kthreadd', stack: null }]);
    expect(problems).toContainEqual(expect.objectContaining({ code: 'permission-denied', path }));
  });
});
