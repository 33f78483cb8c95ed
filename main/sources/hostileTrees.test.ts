/** Trees made to lead a reader astray: nothing outside of them may ever be read. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { livepatch, thread } from '../../testing/shared/memoryTree';
import { klpscope } from '../../testing/main/cli';
import { hostFolder, temporaryFolder, writeHost, type HostFiles } from '../../testing/main/folders';
import { statusFrom } from '../../testing/main/status';

const root = '/sys/kernel/livepatch';
const secret = 'secret_that_must_not_leak';

const moving = {
  ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' }),
  ...thread(1, { state: '1' }),
};

const ghost = {
  [`/${secret}/taint`]: 'OEK\n',
  [`/${secret}/refcnt`]: '0\n',
  [`/${secret}/initstate`]: 'live\n',
};

/** Puts a link in place of whatever is at a path of the host. */
function link(host: string, path: string, goal: string): void {
  const place = join(host, path);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, '..'), { recursive: true });
  symlinkSync(goal, place);
}

async function everythingPrinted(host: string): Promise<string> {
  const json = await klpscope(['status', `dir:${host}`, '--json']);
  const text = await klpscope(['status', `dir:${host}`]);
  return [json, text].map(({ stdout, stderr }) => `${stdout}${stderr.join('')}`).join('');
}

describe('a link out of the tree', () => {
  it.each([
    ['an attribute', `${root}/livepatch_a/enabled`, secret],
    ['the host name', '/proc/sys/kernel/hostname', secret],
    [
      'the kernel log',
      '/sos_commands/kernel/dmesg',
      `[    1.000000] livepatch: Livepatch patch (${secret}) is not compatible with the already installed livepatches.\n`,
    ],
    ['the module list', '/proc/modules', `${secret} 16384 0 - Live 0x0 (OEK)\n`],
    ['a thread’s name', '/proc/1/task/1/comm', secret],
    ['a command line', '/proc/1/cmdline', secret],
    ['a stack', '/proc/1/task/1/stack', `[<0>] ${secret}+0x1/0x2\n`],
    ['a thread’s state', '/proc/1/task/1/patch_state', secret],
  ])('is not followed from a file: %s', async (_name, path, content) => {
    const blocked = { ...moving, ...thread(1) };
    expect(await everythingPrinted(hostFolder({ ...blocked, [path]: content }))).toContain(secret);
    const goal = join(hostFolder({ 'goal.txt': content }), 'goal.txt');
    for (const way of [goal, `../../../../../../../../../../../../${goal}`]) {
      const host = hostFolder(blocked);
      link(host, path, way);
      expect(await everythingPrinted(host)).not.toContain(secret);
    }
  });

  it.each([
    ['the livepatches', root, { '/livepatch_x/enabled': '1\n', [`/livepatch_x/${secret}/`]: '' }],
    ['one livepatch', `${root}/livepatch_b`, { '/enabled': '1\n', [`/${secret}/`]: '' }],
    ['an object', `${root}/livepatch_a/ext4`, { '/patched': '1\n', [`/${secret},1/`]: '' }],
    ['all of sys', '/sys', { [`/kernel/livepatch/${secret}/enabled`]: '1\n' }],
    ['all of proc', '/proc', { '/sys/kernel/hostname': secret }],
    ['a process', '/proc/77', { '/task/77/patch_state': '0\n', '/task/77/comm': secret }],
    ['all threads of one', '/proc/1/task', { '/78/patch_state': '0\n', '/78/comm': secret }],
    ['one thread', '/proc/1/task/79', { '/patch_state': '0\n', '/comm': secret }],
    ['the modules', '/sys/module', ghost],
  ])('is not followed from a folder: %s', async (_name, path, files: HostFiles) => {
    const inside = Object.entries(files).map(([name, text]) => [`${path}${name}`, text]);
    const open = hostFolder({ ...moving, ...Object.fromEntries(inside) });
    expect(await everythingPrinted(open)).toContain(secret);
    const host = hostFolder(moving);
    link(host, path, hostFolder(files));
    expect(await everythingPrinted(host)).not.toContain(secret);
    const { blockers, ghosts } = await statusFrom(`dir:${host}`);
    expect({ blockers, ghosts }).toEqual({ blockers: [], ghosts: [] });
  });

  it('is named among the problems, with its path', async () => {
    const host = hostFolder(moving);
    link(host, `${root}/livepatch_a/enabled`, '/etc/passwd');
    const { patches, problems } = await statusFrom(`dir:${host}`);
    expect(patches[0]?.enabled).toBeNull();
    expect(problems).toContainEqual(
      expect.objectContaining({
        path: `${root}/livepatch_a/enabled`,
        message: expect.stringMatching(/symbolic link/),
      }),
    );
  });

  it('is named where it stands for a thread’s state', async () => {
    const host = hostFolder({ ...moving, ...thread(2) });
    link(host, '/proc/2/task/2/patch_state', join(hostFolder({ state: '0\n' }), 'state'));
    const { transition, problems } = await statusFrom(`dir:${host}`);
    expect(transition?.threads).toMatchObject({ total: 1, blocking: 0 });
    expect(problems.map(({ path }) => path)).toContain('/proc/2/task/2/patch_state');
  });
});

describe('a link within the tree', () => {
  it('is followed, and an absolute one means the host’s own root', async () => {
    const host = hostFolder({
      ...moving,
      '/var/log/boot/dmesg': "[    1.000000] livepatch: enabling patch 'livepatch_a'\n",
      '/etc/hostname': 'db7\n',
    });
    link(host, '/proc/sys/kernel/hostname', '/etc/hostname');
    link(host, '/var/log/dmesg', 'boot/dmesg');
    const { host: facts, order } = await statusFrom(`dir:${host}`);
    expect(facts.name).toBe('db7');
    expect(order).toBe('inferred');
  });

  it.each([
    ['to itself', '/proc/modules', 'modules'],
    ['to its own folder', `${root}/livepatch_a/vmlinux/loop`, '.'],
    ['to the root', `${root}/livepatch_b`, '/'],
    ['to the folder above', '/proc/1/task/2', '..'],
    ['to nothing', '/proc/uptime', 'nowhere'],
  ])('ends even where it leads %s', async (_name, path, goal) => {
    const host = hostFolder({ ...moving, '/proc/uptime': '1.00 1.00\n' });
    link(host, path, goal);
    const { patches, transition } = await statusFrom(`dir:${host}`);
    expect(patches[0]).toMatchObject({ name: 'livepatch_a', enabled: true });
    expect(transition?.threads.total).toBe(1);
  });

  it('ends even where two lead to each other', async () => {
    const host = hostFolder(moving);
    link(host, '/proc/uptime', 'sys/uptime');
    link(host, '/proc/sys/uptime', '../uptime');
    const { problems } = await statusFrom(`dir:${host}`);
    expect(problems).toContainEqual(
      expect.objectContaining({ path: '/proc/uptime', message: expect.stringMatching(/loop/) }),
    );
  });
});

describe('what is neither file nor folder', () => {
  it.each([`${root}/livepatch_a/enabled`, '/proc/2/task/2/patch_state', '/proc/modules'])(
    'a FIFO at %s does not hold the reader up',
    async (path) => {
      const host = hostFolder({ ...moving, ...thread(2) });
      rmSync(join(host, path), { force: true });
      execFileSync('mkfifo', [join(host, path)]);
      const { problems } = await statusFrom(`dir:${host}`);
      expect(problems).toContainEqual(
        expect.objectContaining({ path, message: expect.stringMatching(/not a regular file/) }),
      );
    },
    10_000,
  );

  it('a socket or a device is not opened', async () => {
    const host = hostFolder({ ...moving, ...thread(2) });
    const path = '/proc/2/task/2/patch_state';
    rmSync(join(host, path));
    const server = createServer().listen(join(host, path));
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    if (process.getuid?.() === 0) {
      execFileSync('mknod', [join(host, '/proc/uptime'), 'c', '1', '5']);
    }
    const { problems, host: facts } = await statusFrom(`dir:${host}`);
    expect(facts.uptimeSeconds).toBeNull();
    const named = problems.map((problem) => problem.path);
    expect(named).toContain(path);
    expect(named.includes('/proc/uptime')).toBe(process.getuid?.() === 0);
  });

  it('a folder in the place of a file is told as such', async () => {
    const host = hostFolder({ ...moving, '/proc/modules/x': '' });
    const { problems } = await statusFrom(`dir:${host}`);
    expect(problems.map(({ path }) => path)).toContain('/proc/modules');
  });
});

describe('names', () => {
  it('keeps a livepatch apart whose name holds what a terminal or a page would obey', async () => {
    const name = 'lp\u001b[2J\n<b>x';
    const host = hostFolder(livepatch(name, { vmlinux: ['cmdline_proc_show,1'] }));
    const { patches } = await statusFrom(`dir:${host}`);
    expect(patches.map((patch) => patch.name)).toEqual([name]);
    const { stdout } = await klpscope(['status', `dir:${host}`]);
    expect(stdout).toContain(String.raw`lp\x1b[2J\n<b>x`);
    expect(stdout).not.toContain('\u001b');
  });

  it('reads a livepatch whose name is no UTF-8, and does not take it for another', async () => {
    const host = hostFolder(moving);
    const folder = Buffer.concat([Buffer.from(join(host, root, 'lp_')), Buffer.from([0xff])]);
    mkdirSync(folder);
    writeFileSync(Buffer.concat([folder, Buffer.from('/enabled')]), '1\n');
    const { patches, transitionState, problems } = await statusFrom(`dir:${host}`);
    expect(patches.map(({ name }) => name)).toEqual(['livepatch_a', 'lp_\ufffd']);
    expect(patches[1]?.enabled).toBeNull();
    expect(transitionState).toBe('running');
    expect(problems.some(({ path }) => path?.includes('lp_\ufffd'))).toBe(true);
  });

  it('takes folders for threads only if a number names them', async () => {
    const host = temporaryFolder();
    const state = { patch_state: '0\n' };
    writeHost(host, moving);
    for (const odd of ['0', '-1', '01', '1e3', '99999999999', 'self', '１']) {
      writeHost(host, { [`/proc/${odd}/task/5/patch_state`]: state.patch_state });
      writeHost(host, { [`/proc/1/task/${odd}/patch_state`]: state.patch_state });
    }
    const { transition } = await statusFrom(`dir:${host}`);
    expect(transition?.threads).toEqual({ total: 1, done: 1, blocking: 0, undefined: 0 });
  });
});
