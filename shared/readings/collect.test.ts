import { describe, expect, it } from 'vitest';
import {
  dmesg,
  livepatch,
  MemoryTree,
  modules,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { collect, threadFiles, type CollectOptions } from './collect';
import { detailedThreads } from './limits';
import { limitOf } from './reads';
import type { FileReading, FolderReading, Missing, Readings, Tree } from './readings';

const host = { '/proc/version': '', '/sys/kernel/mm/x': '' };
const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
const leaving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' });

/** A host that is another one each time its threads are scanned; the last stays. */
class MovingHost implements Tree {
  scans = 0;
  readonly read: string[] = [];

  constructor(private readonly moments: readonly Files[]) {}

  private get now(): MemoryTree {
    const moment = this.moments[Math.min(this.scans, this.moments.length - 1)];
    return new MemoryTree({ ...host, ...moment });
  }

  readFile(path: string, limit: number): FileReading {
    this.read.push(path);
    return this.now.readFile(path, limit);
  }

  readFolder(path: string): FolderReading {
    return this.now.readFolder(path);
  }

  scanThreads() {
    const { now } = this;
    this.scans += 1;
    return now.scanThreads();
  }

  threadStacks(limit: number) {
    return this.now.threadStacks(limit);
  }
}

function read(tree: Tree, options: Partial<CollectOptions> = {}): Readings {
  const result = collect(tree, {
    target: 'db1',
    source: 'local',
    takenAt: null,
    privileged: true,
    live: true,
    ...options,
  });
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const readOf = (files: Files, options: Partial<CollectOptions> = {}) =>
  read(new MemoryTree({ ...host, ...files }), options);

describe('the threads of a host', () => {
  it('are looked at only while exactly one livepatch is in transition', () => {
    const scansOf = (files: Files) => {
      const tree = new MovingHost([files]);
      read(tree, { live: false });
      return tree.scans;
    };
    const second = livepatch('b', { vmlinux: ['g,1'] }, { transition: '1' });
    expect(scansOf({ ...livepatch('a', { vmlinux: ['f,1'] }), ...thread(1) })).toBe(0);
    expect(scansOf({ ...moving, ...thread(1) })).toBe(1);
    expect(scansOf({ ...moving, ...second, ...thread(1) })).toBe(0);
  });

  it('have their files read where they block, and none where enabled does not tell which do', () => {
    const commsOf = (files: Files) =>
      [...readOf(files, { live: false }).files.keys()].filter((path) => path.endsWith('/comm'));
    const both = { ...thread(1), ...thread(2, { state: '1' }), ...thread(3, { state: '-1' }) };
    expect(commsOf({ ...moving, ...both })).toEqual(['/proc/1/task/1/comm']);
    expect(commsOf({ ...leaving, ...both })).toEqual(['/proc/2/task/2/comm']);
    expect(commsOf({ ...moving, '/sys/kernel/livepatch/a/enabled': 'x\n', ...both })).toEqual([]);
  });

  it('are looked at closely up to 200, in the order of their numbers', () => {
    const many = Object.assign({}, ...Array.from({ length: 230 }, (_, row) => thread(500 - row)));
    const readings = readOf({ ...moving, ...many }, { live: false });
    const tids = [...readings.files.keys()].flatMap((path) => {
      const tid = /^\/proc\/(\d+)\/task\/\d+\/stack$/.exec(path)?.[1];
      return tid === undefined ? [] : [Number(tid)];
    });
    expect(detailedThreads).toBe(200);
    expect(tids).toEqual(Array.from({ length: 200 }, (_, row) => 271 + row));
    expect(readings.threads?.states).toHaveLength(230);
  });
});

describe('the sample of a live host', () => {
  const all = { ...thread(1, { state: '1' }), ...thread(2) };

  it('is taken once where nothing is doubtful', () => {
    const tree = new MovingHost([{ ...moving, ...all }]);
    expect(read(tree).torn).toBe(false);
    expect(tree.scans).toBe(1);
  });

  // Until the kernel flips `enabled`, an enabling livepatch looks like a removal that is done, and the
  // other way round (kernel/livepatch/core.c, __klp_enable_patch and __klp_disable_patch).
  it.each([
    ['everybody seems done, while patching', moving, ['1', '1']],
    ['everybody seems done, while unpatching', leaving, ['0', '0']],
    ['nobody seems to have switched', moving, ['0', '0']],
    ['one is undefined', moving, ['-1', '0']],
    ['the last of them is undefined', moving, ['0', '1', '-1']],
  ] as const)('is confirmed by a second one where %s', (_, patch, states) => {
    const threads = Object.assign({}, ...states.map((state, row) => thread(row + 1, { state })));
    const tree = new MovingHost([
      { ...patch, ...threads },
      { ...patch, ...all },
    ]);
    expect(read(tree)).toMatchObject({ torn: false, threads: { states: [1, 0] } });
    expect(tree.scans).toBe(2);
  });

  it('is believed the second time', () => {
    const tree = new MovingHost([{ ...moving, ...thread(1, { state: '-1' }) }]);
    expect(read(tree)).toMatchObject({ torn: false, threads: { states: [-1] } });
    expect(tree.scans).toBe(2);
  });

  it('of a saved tree is what it is', () => {
    const tree = new MovingHost([{ ...moving, ...thread(1, { state: '-1' }) }]);
    expect(read(tree, { live: false }).torn).toBe(false);
    expect(tree.scans).toBe(1);
  });

  it.each([
    ['was reversed', { ...leaving, ...all }],
    ['ended its transition', { ...livepatch('a', { vmlinux: ['f,1'] }), ...all }],
    ['vanished', all],
  ])('is taken again where the livepatch %s meanwhile', (_, then) => {
    const tree = new MovingHost([{ ...moving, ...all }, then]);
    const readings = read(tree);
    expect(readings.torn).toBe(false);
    const [transition, enabled] = ['transition', 'enabled'].map((attribute) =>
      readings.files.get(`/sys/kernel/livepatch/a/${attribute}`),
    );
    const now = new MemoryTree({ ...host, ...then });
    const root = '/sys/kernel/livepatch/a';
    const isThere = 'entries' in now.readFolder(root);
    expect(transition).toEqual(isThere ? now.readFile(`${root}/transition`, 9) : undefined);
    expect(enabled).toEqual(isThere ? now.readFile(`${root}/enabled`, 9) : undefined);
  });

  it('that changes each of three times is marked torn', () => {
    const tree = new MovingHost([
      { ...moving, ...all },
      { ...leaving, ...all },
      { ...moving, ...all },
      { ...leaving, ...all },
    ]);
    expect(read(tree).torn).toBe(true);
    expect(tree.scans).toBe(3);
  });

  it('reads the stack order last, since that may have to wait for the kernel’s mutex', () => {
    const tree = new MovingHost([{ ...moving, ...all, ...dmesg('x') }]);
    read(tree);
    expect(tree.read.at(-1)).toBe('/sys/kernel/livepatch/a/stack_order');
    expect(tree.read.filter((path) => path.endsWith('/stack_order'))).toHaveLength(1);
  });

  it('notes which marks a livepatch has, and on a saved tree not which it lacks', () => {
    const files = { ...moving, ...all, '/sys/kernel/livepatch/a/force': '' };
    const markOf = (mark: string, live: boolean) =>
      readOf(files, { live }).files.get(`/sys/kernel/livepatch/a/${mark}`);
    expect(markOf('force', true)).toEqual({ text: '', truncated: false });
    expect(markOf('force', false)).toEqual({ text: '', truncated: false });
    expect(markOf('signal', true)).toEqual({ missing: 'absent' });
    expect(markOf('signal', false)).toBeUndefined();
  });
});

describe('what is read of a host', () => {
  it('is the first log that there is, and the misses before it are no news', () => {
    const log = { '/var/log/dmesg': 'x\n' };
    const saved = readOf(log);
    expect(saved.logPath).toBe('/var/log/dmesg');
    expect(saved.files.has('/sos_commands/kernel/dmesg')).toBe(false);
    const asked = readOf({ ...log, '/a/log': 'y\n' }, { logPaths: ['/no', '/a/log'] });
    expect(asked.logPath).toBe('/a/log');
    expect(asked.files.has('/var/log/dmesg')).toBe(false);
    expect(readOf({}).logPath).toBeNull();
  });

  it('is the state of patched modules, and of those that are marked as livepatches', () => {
    const attributes = (module: string, taint: string) => ({
      [`/sys/module/${module}/taint`]: `${taint}\n`,
      [`/sys/module/${module}/refcnt`]: '0\n',
      [`/sys/module/${module}/initstate`]: 'live\n',
    });
    const { files } = readOf({
      ...livepatch('a', { vmlinux: ['f,1'], 'nf-nat': ['g,1'] }),
      ...attributes('old', 'OEK'),
      ...attributes('nf_nat', ''),
      ...attributes('other', 'OE'),
      ...modules('a 1 1 - Live 0x0 (OEK)'),
    });
    expect([...files.keys()].filter((path) => path.startsWith('/sys/module/'))).toEqual([
      '/sys/module/old/taint',
      '/sys/module/old/refcnt',
      '/sys/module/old/initstate',
      '/sys/module/nf_nat/refcnt',
      '/sys/module/nf_nat/initstate',
    ]);
  });

  it('is what tells whether there is livepatching only where its folder is missing', () => {
    const wasAsked = (files: Files) => readOf(files).files.has('/proc/1/patch_state');
    expect(wasAsked({})).toBe(true);
    expect(wasAsked({ '/sys/kernel/livepatch/': '' })).toBe(false);
  });

  it('is at most so many bytes of each file', () => {
    expect(threadFiles(7, 8).map((path) => [path, limitOf(path)])).toEqual([
      ['/proc/7/task/8/comm', 256],
      ['/proc/7/task/8/stat', 4096],
      ['/proc/7/task/8/status', 16_384],
      ['/proc/7/task/8/stack', 65_536],
      ['/proc/7/task/8/wchan', 4096],
      ['/proc/7/cmdline', 4096],
      ['/proc/7/cgroup', 16_384],
    ]);
    const long = 'x'.repeat(10_000);
    const { files } = readOf({
      ...moving,
      ...thread(1, { comm: long }),
      '/proc/1/cmdline': long,
      '/proc/sys/kernel/hostname': long,
      '/sys/kernel/livepatch/a/enabled': `1\n${long}`,
    });
    const lengthOf = (path: string) => {
      const reading = files.get(path);
      return reading && 'text' in reading ? [reading.text.length, reading.truncated] : null;
    };
    expect(lengthOf('/proc/sys/kernel/hostname')).toEqual([4096, true]);
    expect(lengthOf('/sys/kernel/livepatch/a/enabled')).toEqual([4096, true]);
  });
});

describe('a tree without sys/ and proc/', () => {
  const without = (sys: Missing, proc: Missing): Tree => {
    const tree = new MemoryTree({});
    return {
      readFile: (path, limit) => tree.readFile(path, limit),
      readFolder: (path) => ({ missing: path === '/sys' ? sys : proc }),
      scanThreads: () => null,
      threadStacks: () => [],
    };
  };
  const codeOf = (tree: Tree) => {
    const result = collect(tree, {
      target: 'dir:/x',
      source: 'directory',
      takenAt: null,
      privileged: null,
      live: false,
    });
    return result.ok ? null : result.problem.code;
  };

  it.each([
    ['absent', 'absent', 'not-found'],
    ['denied', 'absent', 'permission-denied'],
    ['absent', 'denied', 'permission-denied'],
  ] as const)('is no host: %s, %s: %s', (sys, proc, code) => {
    expect(codeOf(without(sys, proc))).toBe(code);
  });

  it('is one with either of them', () => {
    expect(codeOf(new MemoryTree({ '/sys/': '' }))).toBeNull();
    expect(codeOf(new MemoryTree({ '/proc/': '' }))).toBeNull();
  });
});

it.each([
  ['is not read of a live host whose functions are all listed', 'f (1)   I     M \n', true, false],
  ['is read of one that lacks a function', 'g (1)   I     M \n', true, true],
  ['is read of a saved tree', 'f (1)   I     M \n', false, true],
])('what ftrace has ever touched %s', (_, listed, live, isRead) => {
  const touched = '/sys/kernel/tracing/touched_functions';
  const files = {
    ...host,
    ...livepatch('a', { vmlinux: ['f,1'] }),
    '/sys/kernel/tracing/enabled_functions': listed,
    [touched]: 'f (0)         M \n',
  };
  expect(read(new MemoryTree(files), { live }).files.has(touched)).toBe(isRead);
});
