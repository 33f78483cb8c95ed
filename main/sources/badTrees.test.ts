import { describe, expect, it } from 'vitest';
import { renderStatusText } from '../../shared/report/statusText';
import { livepatch, modules, thread } from '../../testing/shared/memoryTree';
import { klpscope } from '../../testing/main/cli';
import { hostFolder, temporaryFolder, type HostFiles } from '../../testing/main/folders';
import { problemFrom, statusFrom } from '../../testing/main/status';

const root = '/sys/kernel/livepatch';
const enabledFile = `${root}/livepatch_a/enabled`;
const applied = livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] });
const moving = livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' });

const statusOfHost = (files: HostFiles) => statusFrom(`dir:${hostFolder(files)}`);

describe('a folder that is no host', () => {
  it('is refused when it is empty', async () => {
    const folder = temporaryFolder();
    expect(await problemFrom(`dir:${folder}`)).toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(new RegExp(`${folder} holds neither sys/ nor proc/`)),
    });
    const { status, stdout, stderr } = await klpscope(['status', `dir:${folder}`, '--json']);
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toHaveLength(1);
    expect(stderr[0]).toContain('not-found');
    expect(stderr[0]).toContain(folder);
  });

  it('is refused when it is not there', async () => {
    const folder = `${temporaryFolder()}/nowhere`;
    expect(await problemFrom(`dir:${folder}`)).toMatchObject({ code: 'not-found' });
    const { status, stdout, stderr } = await klpscope(['status', `dir:${folder}`]);
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr.join()).toContain(`${folder} does not exist`);
  });

  it('is refused when it is a file', async () => {
    const folder = hostFolder({ 'some.txt': 'text' });
    const { status, stderr } = await klpscope(['status', `dir:${folder}/some.txt`]);
    expect(status).toBe(3);
    expect(stderr.join()).toContain(`${folder}/some.txt is no folder`);
  });
});

describe('a tree that lacks something', () => {
  it('without sys: what is loaded is unknown, not nothing', async () => {
    const status = await statusOfHost({ ...thread(1), '/proc/sys/kernel/hostname': 'db1\n' });
    expect(status.host.name).toBe('db1');
    expect(status.livepatch.supported).toBeNull();
    expect(status.transitionState).toBe('unknown');
    expect(status.problems.map(({ path }) => path)).toContain(root);
  });

  it('with sys but without its livepatch folder: the kernel has no livepatching', async () => {
    const status = await statusOfHost({ '/sys/kernel/notes': '', '/proc/uptime': '1.00 1.00\n' });
    expect(status.livepatch.supported).toBe(false);
    expect(status.transitionState).toBe('none');
    expect(status.findings.map(({ code }) => code)).toContain('not-supported');
  });

  it('with a livepatch that was vanishing: its missing files are null', async () => {
    const status = await statusOfHost({
      ...applied,
      [`${root}/livepatch_going/`]: '',
      '/proc/uptime': '1.00 1.00\n',
    });
    const going = status.patches.find(({ name }) => name === 'livepatch_going');
    expect(going).toEqual({
      name: 'livepatch_going',
      enabled: null,
      inTransition: null,
      replace: null,
      stackOrder: null,
      forced: null,
      objects: [],
    });
    expect(status.transitionState).toBe('unknown');
    for (const attribute of ['enabled', 'transition']) {
      const path = `${root}/livepatch_going/${attribute}`;
      expect(status.problems).toContainEqual(
        expect.objectContaining({ path, message: expect.stringContaining(path) }),
      );
    }
  });

  it('with a livepatch without enabled, in transition: no direction, and no blocker', async () => {
    const { [enabledFile]: _, ...files } = moving;
    const folder = hostFolder({ ...files, ...thread(1), ...thread(2, { state: '1' }) });
    const status = await statusFrom(`dir:${folder}`);
    expect(status.patches[0]?.enabled).toBeNull();
    expect(status.transitionState).toBe('running');
    expect(status.transition).toMatchObject({
      direction: null,
      threads: { total: 2, done: null, blocking: null, undefined: 0 },
    });
    expect(status.blockers).toEqual([]);
    expect(status.problems.map(({ path }) => path)).toContain(enabledFile);
    expect((await klpscope(['status', `dir:${folder}`])).status).toBe(1);
  });
});

describe('an enabled that the kernel would not write', () => {
  it.each([
    ['2', '2\n'],
    ['yes', 'yes\n'],
    ['nothing', ''],
    ['a blank line', '\n'],
    ['a megabyte', '1'.repeat(1_048_576)],
    ['a megabyte of NUL', '\0'.repeat(1_048_576)],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x31, 0x0a])],
  ])('%s is unknown, with a problem that names the file', async (_name, content) => {
    const status = await statusOfHost({ ...applied, [enabledFile]: content });
    expect(status.patches[0]).toMatchObject({ name: 'livepatch_a', enabled: null });
    expect(status.functions[0]).toMatchObject({ active: null });
    expect(status.problems).toContainEqual(
      expect.objectContaining({
        code: 'invalid-content',
        path: enabledFile,
        message: expect.stringContaining(enabledFile),
      }),
    );
    for (const { message } of status.problems) expect(message.length).toBeLessThan(1000);
  });
});

describe('function folders', () => {
  const functionsFrom = async (folder: string) => {
    const status = await statusOfHost(livepatch('livepatch_a', { vmlinux: [folder] }));
    return { functions: status.patches[0]?.objects[0]?.functions, problems: status.problems };
  };

  it('reads one without a comma as a name of unknown position, and says so', async () => {
    const { functions, problems } = await functionsFrom('cmdline_proc_show');
    expect(functions).toEqual([{ name: 'cmdline_proc_show', sympos: null, nop: false }]);
    expect(problems.map(({ path }) => path)).toContain(
      `${root}/livepatch_a/vmlinux/cmdline_proc_show`,
    );
  });

  it('takes the position from behind the last of several commas', async () => {
    const { functions } = await functionsFrom('odd,name,2');
    expect(functions).toEqual([{ name: 'odd,name', sympos: 2, nop: false }]);
  });

  it.each([
    'show,99999999999999999999',
    'show,-1',
    'show,1e3',
    'show,0x1',
    'show,',
    ',1',
    'show,٣',
  ])('does not make a number of %s', async (folder) => {
    const { functions, problems } = await functionsFrom(folder);
    expect(functions).toEqual([{ name: folder, sympos: null, nop: false }]);
    expect(problems.map(({ path }) => path)).toContain(`${root}/livepatch_a/vmlinux/${folder}`);
  });
});

describe('threads that make no sense', () => {
  it('does not count a patch_state of 7, and names the file', async () => {
    const status = await statusOfHost({
      ...moving,
      ...thread(1, { state: '1' }),
      ...thread(2, { state: '7' }),
    });
    expect(status.transition?.threads).toEqual({ total: 1, done: 1, blocking: 0, undefined: 0 });
    const path = '/proc/2/task/2/patch_state';
    expect(status.problems).toContainEqual(
      expect.objectContaining({
        code: 'invalid-content',
        path,
        message: expect.stringMatching(/patch_state holds “7”/),
      }),
    );
  });

  it.each([
    ['newlines', 'evil\nlivepatch: fake line\n'],
    ['ANSI sequences', '\u001b[2J\u001b]0;owned\u0007\u009b31mred'],
    ['markup', '<img src=x onerror=alert(1)>&amp;'],
    ['right-to-left overrides', 'cat\u202Egnp.exe\u2066'],
    ['64 KiB', 'x'.repeat(65_536)],
    ['bytes that are no UTF-8', Buffer.from([0xc3, 0x28, 0xff, 0x41])],
  ])('survives a comm with %s', async (_name, comm) => {
    const folder = hostFolder({
      ...moving,
      ...thread(7, { stack: ['cmdline_proc_show+0x1/0x10'] }),
      '/proc/7/task/7/comm': comm,
      '/proc/7/cmdline': comm,
    });
    const status = await statusFrom(`dir:${folder}`);
    expect(status.blockers).toHaveLength(1);
    expect(status.blockers[0]?.reason.code).toBe('sleeping-on-function');
    // What is left of the name, where anything is, is a part of it (TASK_COMM_LEN is 16).
    const name = status.blockers[0]?.comm ?? null;
    expect(name).not.toBeNull();
    expect(name?.length).toBeGreaterThan(0);
    expect(name?.length).toBeLessThanOrEqual(64);
    const text = renderStatusText(status, { width: 80, colour: false, unicode: true });
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(text).not.toContain('\nlivepatch: fake line');
  });
});

describe('more than one transition', () => {
  it('is unknown when two livepatches read as in transition, with a problem', async () => {
    const folder = hostFolder({
      ...moving,
      ...livepatch('livepatch_b', { vmlinux: ['version_proc_show,1'] }, { transition: '1' }),
      ...thread(1),
      ...modules('livepatch_b 1 1 - Live 0x0 (OEK)', 'livepatch_a 1 1 - Live 0x0 (OEK)'),
    });
    const status = await statusFrom(`dir:${folder}`);
    expect(status.transitionState).toBe('unknown');
    expect(status.transition).toBeNull();
    expect(status.blockers).toEqual([]);
    expect(status.problems).toContainEqual(
      expect.objectContaining({ code: 'invalid-content', path: root }),
    );
    expect((await klpscope(['status', `dir:${folder}`])).status).toBe(1);
  });
});
