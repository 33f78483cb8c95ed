import { describe, expect, it } from 'vitest';
import {
  dmesg,
  livepatch,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { buildState } from './buildState';

const stateOf = (...parts: readonly Files[]) =>
  buildState(readingsOf(Object.assign({ '/proc/version': '' }, ...parts)));

describe('order of livepatches', () => {
  const two = { ...livepatch('a', { vmlinux: ['f,1'] }), ...livepatch('b', { vmlinux: ['f,1'] }) };

  it('is reported by stack_order, the biggest on top', () => {
    const state = stateOf(
      livepatch('a', { vmlinux: ['f,1'] }, { stack_order: '2' }),
      livepatch('b', { vmlinux: ['f,1'] }, { stack_order: '1' }),
      modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)'),
    );
    expect(state.order).toBe('reported');
    expect(state.patches.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(state.functions[0]).toMatchObject({ stack: ['b', 'a'], active: 'a' });
  });

  it('is inferred from /proc/modules, newest first', () => {
    const state = stateOf(two, modules('a 1 1 - Live 0x0 (OEK)', 'b 1 1 - Live 0x0 (OEK)'));
    expect(state.order).toBe('inferred');
    expect(state.functions[0]).toMatchObject({ stack: ['b', 'a'], active: 'a' });
  });

  it('is inferred from the log where /proc/modules is missing', () => {
    const state = stateOf(
      two,
      dmesg("[    1.0] livepatch: enabling patch 'b'", "[    2.0] livepatch: enabling patch 'a'"),
    );
    expect(state.order).toBe('inferred');
    expect(state.patches.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('is that of the last time that each was enabled', () => {
    const lines = ['a', 'b', 'a'].map((name) => `[    1.0] livepatch: enabling patch '${name}'`);
    expect(stateOf(two, dmesg(...lines)).patches.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('is unknown where one livepatch is in neither, and then nobody is named active', () => {
    const state = stateOf(two, modules('a 1 1 - Live 0x0 (OEK)'));
    expect(state.order).toBe('unknown');
    expect(state.functions[0]?.active).toBeNull();
  });

  it('is not taken from equal stack orders, which a changing stack can show', () => {
    const state = stateOf(
      livepatch('a', { vmlinux: ['f,1'] }, { stack_order: '1' }),
      livepatch('b', { vmlinux: ['f,1'] }, { stack_order: '1' }),
    );
    expect(state.order).toBe('unknown');
    expect(state.problems).toContainEqual(
      expect.objectContaining({ code: 'invalid-content', path: '/sys/kernel/livepatch' }),
    );
  });

  it('of no livepatch is reported', () => {
    expect(stateOf({ '/sys/kernel/livepatch/': '' }).order).toBe('reported');
  });

  it('of a single livepatch without stack_order is inferred where /proc/modules has it', () => {
    const one = livepatch('a', { vmlinux: ['f,1'] });
    expect(stateOf(one, modules('a 1 1 - Live 0x0 (OEK)')).order).toBe('inferred');
    expect(stateOf(one).order).toBe('unknown');
    // Alone on its function, it runs in any order.
    expect(stateOf(one).functions[0]?.active).toBe('a');
  });
});

describe('active function', () => {
  const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
  const below = livepatch('a', { vmlinux: ['f,1'] });

  it('is what lies below a livepatch that leaves', () => {
    const leaving = livepatch('b', { vmlinux: ['f,1'] }, { enabled: '0', transition: '1' });
    expect(stateOf(below, leaving, order).functions[0]).toMatchObject({
      stack: ['a', 'b'],
      active: 'a',
    });
  });

  it('is the original below the last one that leaves', () => {
    const leaving = livepatch('b', { vmlinux: ['f,1'] }, { enabled: '0', transition: '1' });
    expect(stateOf(leaving, order).functions[0]?.active).toBe('original');
  });

  it('stays the top while one in the middle leaves', () => {
    const middle = livepatch('a', { vmlinux: ['f,1'] }, { enabled: '0', transition: '1' });
    const top = livepatch('b', { vmlinux: ['f,1'] });
    expect(stateOf(middle, top, order).functions[0]?.active).toBe('b');
  });

  it('is unknown under a possible nop of an atomic replace', () => {
    const replacing = livepatch(
      'b',
      { vmlinux: ['f,1', 'g,1'] },
      { transition: '1', replace: '1' },
    );
    const { functions, patches } = stateOf(below, replacing, order);
    expect(functions).toMatchObject([
      { name: 'f', stack: ['a', 'b'], active: null },
      { name: 'g', stack: ['b'], active: 'b' },
    ]);
    expect(patches[1]?.objects[0]?.functions.map(({ nop }) => nop)).toEqual([null, false]);
  });

  it('is unknown as well where the kernel does not say whether the livepatch replaces', () => {
    const maybe = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1' });
    expect(stateOf(below, maybe, order).functions[0]?.active).toBeNull();
  });

  it('is the original where the livepatch is disabled and settled', () => {
    const off = livepatch('b', { vmlinux: ['f,1'] }, { enabled: '0' });
    expect(stateOf(off, order).functions[0]).toMatchObject({ stack: [], active: 'original' });
  });

  it('is unknown for an object that is not loaded', () => {
    const later = {
      ...livepatch('b', { late: ['f,1'] }),
      '/sys/kernel/livepatch/b/late/patched': '0\n',
    };
    const state = stateOf(later, order);
    expect(state.patches[0]?.objects[0]).toMatchObject({ loaded: false, patched: false });
    expect(state.functions[0]).toMatchObject({ stack: ['b'], active: null });
  });

  it('is the original where a loaded object is not patched', () => {
    const missed = {
      ...livepatch('b', { mod: ['f,1'] }),
      '/sys/kernel/livepatch/b/mod/patched': '0\n',
    };
    const state = stateOf(missed, modules('b 1 1 - Live 0x0 (OEK)', 'mod 1 0 - Live 0x0'));
    expect(state.functions[0]?.active).toBe('original');
  });

  it('is the original for an object whose name no module can have, where patched is not told', () => {
    const misnamed = livepatch('b', { 'abc-xyz': ['f,1'] });
    const { '/sys/kernel/livepatch/b/abc-xyz/patched': _, ...before61 } = misnamed;
    const state = stateOf(before61, modules('b 1 1 - Live 0x0 (OEK)', 'abc_xyz 1 0 - Live 0x0'));
    expect(state.functions[0]?.active).toBe('original');
  });

  it('is unknown where enabled can’t be read', () => {
    const odd = livepatch('b', { vmlinux: ['f,1'] }, { enabled: 'yes' });
    const state = stateOf(below, odd, order);
    expect(state.functions[0]?.active).toBeNull();
    expect(state.problems).toContainEqual(
      expect.objectContaining({ code: 'invalid-content', path: '/sys/kernel/livepatch/b/enabled' }),
    );
  });

  it('is told apart by sympos', () => {
    const both = livepatch('a', { vmlinux: ['f,1', 'f,2'] });
    expect(stateOf(both, order).functions.map(({ sympos }) => sympos)).toEqual([1, 2]);
  });
});

describe('transition', () => {
  const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });

  it('counts threads by direction: 0 blocks while patching', () => {
    const { transition } = stateOf(
      moving,
      thread(1, { state: '1' }),
      thread(2, { state: '0' }),
      thread(3, { state: '-1' }),
    );
    expect(transition).toMatchObject({
      direction: 'patching',
      threads: { total: 3, done: 1, blocking: 1, undefined: 1 },
    });
    expect(transition?.blockingThreads.map(({ tid }) => tid)).toEqual([2]);
  });

  it('counts 1 as blocking while unpatching', () => {
    const { transition } = stateOf(
      livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' }),
      thread(1, { state: '1' }),
      thread(2, { state: '0' }),
    );
    expect(transition?.direction).toBe('unpatching');
    expect(transition?.blockingThreads.map(({ tid }) => tid)).toEqual([1]);
  });

  it('says nothing of threads that were not captured', () => {
    const { transition, coverage } = stateOf(moving);
    expect(transition?.threads).toEqual({
      total: null,
      done: null,
      blocking: null,
      undefined: null,
    });
    expect(transition?.hiddenBlockersPossible).toBe(true);
    expect(coverage.threadsRead).toBeNull();
  });

  it('with an unreadable enabled has no direction and no blockers, but a problem', () => {
    const { transition, problems } = stateOf(
      livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', enabled: '2' }),
      thread(1, { state: '1' }),
    );
    expect(transition).toMatchObject({
      direction: null,
      threads: { total: 1, done: null, blocking: null, undefined: 0 },
      blockingThreads: [],
    });
    expect(problems).toContainEqual(
      expect.objectContaining({ path: '/sys/kernel/livepatch/a/enabled' }),
    );
  });

  it('is unknown with two livepatches in transition', () => {
    const state = stateOf(moving, livepatch('b', { vmlinux: ['f,1'] }, { transition: '1' }));
    expect(state).toMatchObject({ transitionState: 'unknown', transition: null });
    expect(state.problems).toContainEqual(
      expect.objectContaining({ code: 'invalid-content', path: '/sys/kernel/livepatch' }),
    );
  });

  it('runs although another livepatch was vanishing', () => {
    const state = stateOf(moving, { '/sys/kernel/livepatch/gone/': '' });
    expect(state.transitionState).toBe('running');
    expect(state.patches.find(({ name }) => name === 'gone')).toMatchObject({
      enabled: null,
      inTransition: null,
      objects: [],
    });
  });

  it('does not look at threads where nothing is in transition', () => {
    const state = stateOf(livepatch('a', { vmlinux: ['f,1'] }), thread(1, { state: '-1' }));
    expect(state).toMatchObject({ transitionState: 'none', transition: null });
    expect(state.coverage.threadsRead).toBeNull();
  });

  it('notes a patch_state that no kernel writes, and does not count the thread', () => {
    const state = stateOf(moving, thread(1, { state: '7' }), thread(2, { state: '1' }));
    expect(state.transition?.threads.total).toBe(1);
    expect(state.problems).toContainEqual(
      expect.objectContaining({ code: 'invalid-content', path: '/proc/1/task/1/patch_state' }),
    );
  });
});

describe('a sample that makes no sense', () => {
  const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
  const told = (...parts: readonly Files[]) =>
    stateOf(moving, ...parts).problems.find(({ path }) => path?.endsWith('/patch_state'))?.message;
  const expected = 'expected is -1, 0 or 1. The thread is not counted.';

  it.each([
    [['7'], `/proc/1/task/1/patch_state holds “7”; ${expected}`],
    [[' '], `/proc/1/task/1/patch_state is empty; ${expected}`],
    [['7', '8'], `/proc/1/task/1/patch_state holds “7”; ${expected} So does 1 more.`],
    [['7', '8', '9'], `/proc/1/task/1/patch_state holds “7”; ${expected} So do 2 more.`],
    [['x\u001b'], String.raw`/proc/1/task/1/patch_state holds “x\x1b”; ${expected}`],
    [['x'.repeat(41)], `/proc/1/task/1/patch_state holds “${'x'.repeat(39)}…”; ${expected}`],
  ])('is quoted once: %j', (states, message) => {
    expect(told(...states.map((state, row) => thread(row + 1, { state })))).toBe(message);
  });

  it('is marked where it changed underneath', () => {
    const torn = buildState({ ...readingsOf(moving), torn: true });
    expect(torn.problems).toContainEqual({
      code: 'invalid-content',
      path: '/sys/kernel/livepatch',
      message:
        'The livepatches changed each time while they were read; what is shown may mix two moments.',
    });
    expect(stateOf(moving).problems).toEqual([]);
  });
});

describe('functions that ftrace redirects', () => {
  const path = '/sys/kernel/tracing/enabled_functions';
  const older = '/sys/kernel/debug/tracing/enabled_functions';

  it('are those with the I of IPMODIFY, from the first file that can be read', () => {
    const text =
      'f (1)   I     M \ttramp: 0x1 (klp_ftrace_handler+0x0/0x100)\ng [nfs] (1) R I\nh (1) R\n';
    const redirected = (source: string) => [
      { name: 'f', module: null, source, byLivepatch: true },
      { name: 'g', module: 'nfs', source, byLivepatch: null },
    ];
    expect(stateOf({ [path]: text }).redirected).toEqual(redirected(path));
    expect(stateOf({ [older]: text }).redirected).toEqual(redirected(older));
    expect(stateOf({ [path]: '' }).redirected).toEqual([]);
    expect(stateOf({}).redirected).toBeNull();
  });
});

describe('objects that nobody uses', () => {
  it('are loaded modules with a reference count of 0, each once', () => {
    const state = stateOf(
      livepatch('a', { vmlinux: ['f,1'], nfs: ['f,1'], ext4: ['f,1'], xfs: ['f,1'] }),
      livepatch('b', { nfs: ['f,1'] }),
      modules(
        'nfs 1 0 - Live 0x0',
        'ext4 1 2 - Live 0x0',
        'xfs 1 0 - Loading 0x0',
        'other 1 0 - Live 0x0',
      ),
    );
    expect(state.unusedObjects).toEqual(['nfs']);
  });
});

describe('the order of functions', () => {
  it('has the core kernel first, then objects and names, then positions', () => {
    const state = stateOf(
      livepatch('a', { xfs: ['a,1'], ext4: ['b,1'], vmlinux: ['z,1', 'f,10', 'f,2'] }),
    );
    expect(state.functions.map((one) => `${one.object}:${one.name},${one.sympos}`)).toEqual([
      'vmlinux:f,2',
      'vmlinux:f,10',
      'vmlinux:z,1',
      'ext4:b,1',
      'xfs:a,1',
    ]);
    expect(state.patches[0]?.objects.at(1)?.functions.map(({ sympos }) => sympos)).toEqual([
      2, 10, 1,
    ]);
  });
});

describe('whether a function may be a nop', () => {
  const older = livepatch('a', { vmlinux: ['f,1'] });
  const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
  const of = (attributes: Parameters<typeof livepatch>[2], ...rest: readonly Files[]) =>
    stateOf(older, livepatch('b', { vmlinux: ['f,1'] }, attributes), ...rest).patches.find(
      ({ name }) => name === 'b',
    )?.objects[0]?.functions[0]?.nop;

  it.each([
    [{ transition: '1', replace: '1' }, null],
    [{ transition: '1' }, null],
    [{ transition: 'x', replace: '1' }, null],
    [{ transition: 'x' }, null],
    [{ transition: '1', replace: '0' }, false],
    [{ transition: '0', replace: '1' }, false],
    [{ transition: 'x', replace: '0' }, false],
  ])('depends on what is told of its livepatch: %j: %s', (attributes, nop) => {
    expect(of(attributes, order)).toBe(nop);
  });

  it.each([
    ['it is older', 'a', ['f,1'], order, null],
    ['it is newer', 'c', ['f,1'], modules('c 1 1 - Live', 'b 1 1 - Live'), false],
    ['nobody knows which is older', 'c', ['f,1'], {}, null],
    ['its position is another', 'a', ['f,2'], order, false],
    ['its name is another', 'a', ['g,1'], order, false],
  ])('depends on the other livepatch: %s', (_, name, functions, files, nop) => {
    const replacing = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1', replace: '1' });
    const state = stateOf(replacing, livepatch(name, { vmlinux: functions }), files);
    const patch = state.patches.find((one) => one.name === 'b');
    expect(patch?.objects[0]?.functions[0]?.nop).toBe(nop);
  });

  it('is none of another object', () => {
    const replacing = livepatch('b', { nfs: ['f,1'] }, { transition: '1', replace: '1' });
    const { patches } = stateOf(older, replacing, order);
    expect(patches[1]?.objects[0]?.functions[0]?.nop).toBe(false);
  });
});

describe('a function whose folder names no position', () => {
  it('is all name, and a problem', () => {
    const { patches, problems } = stateOf(livepatch('a', { vmlinux: ['f\u001b', 'g,01'] }));
    expect(patches[0]?.objects[0]?.functions).toMatchObject([
      { name: 'f\u001b', sympos: null },
      { name: 'g,01', sympos: null },
    ]);
    expect(problems[0]).toMatchObject({
      code: 'invalid-content',
      path: '/sys/kernel/livepatch/a/vmlinux/f\u001b',
      message: expect.stringContaining(String.raw`/f\x1b names no symbol position`),
    });
    expect(problems).toHaveLength(2);
  });
});

describe('the replace of a livepatch', () => {
  it.each([
    ['1', true],
    ['0', false],
    ['x', null],
  ])('reads %s: %s', (replace, expected) => {
    expect(stateOf(livepatch('a', { vmlinux: ['f,1'] }, { replace })).patches[0]?.replace).toBe(
      expected,
    );
  });
});

const taint = (text: string) => stateOf({ '/proc/sys/kernel/tainted': text }).livepatch.tainted;

describe('modules and host', () => {
  it('finds ghosts: taint K, live, not in sysfs', () => {
    const state = stateOf(
      livepatch('a', { vmlinux: ['f,1'] }),
      modules(
        'a 1 1 - Live 0x0 (OEK)',
        'old 1 0 - Live 0x0 (OEK)',
        'kept 1 1 - Live 0x0 (OEK)',
        'coming 1 1 - Loading 0x0 (OEK)',
        'other 1 0 - Live 0x0 (OE)',
      ),
    );
    expect(state.ghosts).toEqual([
      { module: 'kept', refcount: 1, kind: 'pinned' },
      { module: 'old', refcount: 0, kind: 'leftover' },
    ]);
  });

  it('finds a ghost by /sys/module alone', () => {
    const state = stateOf({
      '/sys/kernel/livepatch/': '',
      '/sys/module/old/taint': 'OEK\n',
      '/sys/module/old/initstate': 'live\n',
    });
    expect(state.ghosts).toEqual([{ module: 'old', refcount: null, kind: 'unknown' }]);
  });

  it('has functions of all livepatches by object, the core kernel first, name and position', () => {
    const files = {
      ...livepatch('a', { zfs: ['b,1', 'a,2', 'c,1', 'a,1'], vmlinux: ['z,1', 'x,1'] }),
      ...livepatch('b', { nfs: ['q,1'], vmlinux: ['y,1'], abc: ['r,1'] }),
    };
    const rows = stateOf(files).functions.map(({ object, name, sympos }) => [object, name, sympos]);
    expect(rows.map((row) => row.join(' '))).toEqual([
      'vmlinux x 1',
      'vmlinux y 1',
      'vmlinux z 1',
      'abc r 1',
      'nfs q 1',
      'zfs a 1',
      'zfs a 2',
      'zfs b 1',
      'zfs c 1',
    ]);
  });

  it('takes a patched object for loaded, whatever the list of modules says', () => {
    const files = livepatch('a', { nfs: ['f,1'] });
    const loadedIn = (...lines: readonly string[]) =>
      stateOf(files, modules(...lines)).patches[0]?.objects[0]?.loaded;
    expect(loadedIn('ext4 1 0 - Live 0x0')).toBe(true);
    expect(loadedIn('nfs 1 0 - Loading 0x0')).toBe(true);
  });

  it('takes an object with - in its name for the module with _', () => {
    const files = {
      ...livepatch('a', { 'abc-xyz': ['f,1'] }),
      '/sys/kernel/livepatch/a/abc-xyz/patched': '0\n',
    };
    expect(stateOf(files, modules('abc_xyz 1 0 - Live 0x0')).patches[0]?.objects[0]?.loaded).toBe(
      true,
    );
  });

  it('does not believe an uptime that a livepatch wrote', () => {
    const log = dmesg('[   50.000000] something else');
    expect(stateOf({ '/proc/uptime': '1.00 1.00 shadow-1\n' }, log).host.uptimeSeconds).toBeNull();
    expect(stateOf({ '/proc/uptime': '39.00 1.00\n' }, log).host.uptimeSeconds).toBeNull();
    // The log is read a little later than the uptime.
    expect(stateOf({ '/proc/uptime': '40.00 1.00\n' }, log).host.uptimeSeconds).toBe(40);
    expect(stateOf({ '/proc/uptime': '51.00 1.00\n' }, log).host.uptimeSeconds).toBe(51);
    expect(stateOf({ '/proc/uptime': '50.00 1.00\n' }, log).host.uptimeSeconds).toBe(50);
  });

  it('tells a kernel without livepatching from a tree that lacks an empty folder', () => {
    expect(stateOf({ '/sys/kernel/mm/x': '' }).livepatch.supported).toBe(false);
    expect(
      stateOf({ '/sys/kernel/mm/x': '', '/proc/1/patch_state': '-1\n' }).livepatch.supported,
    ).toBe(true);
    expect(stateOf({ '/proc/uptime': '1.0 1.0\n' }).livepatch.supported).toBeNull();
  });

  // Only a kernel with livepatching has a folder that may not be listed.
  it.each([
    ['denied', true],
    ['timed-out', null],
    ['unreadable', null],
  ] as const)('takes a folder of livepatches that is %s for: %s', (missing, supported) => {
    const readings = readingsOf({ '/sys/kernel/mm/x': '' });
    const folders = new Map([...readings.folders, ['/sys/kernel/livepatch', { missing }] as const]);
    expect(buildState({ ...readings, folders }).livepatch.supported).toBe(supported);
  });

  it('reads bit 15 of the taint as livepatch', () => {
    expect(taint('32768\n')).toBe(true);
    expect(taint('12288\n')).toBe(false);
    expect(taint('many\n')).toBeNull();
  });
});
