/**
 * The kernel's own tests, told to the model: tools/testing/selftests/livepatch/test-*.sh and, below,
 * the cases of SUSE's qa_test_klp. What is expected is what those tests assert.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { treeOf } from './files/kernelTree';
import { Kernel } from './kernel';
import { functionKey } from './state/livepatch';
import type { Errno } from './state/errno';
import type {
  CallbackLiteral,
  CallbackLine,
  HostLiteral,
  LivepatchLiteral,
  ModuleLiteral,
  ObjectLiteral,
  ShadowAction,
} from './state/literals';
import type { Operation } from './operations/operation';
import { kernelVersions } from './state/version';

let kernel = Kernel.boot({ name: 'selftest' });

function boot(literal: Partial<HostLiteral> = {}): void {
  kernel = Kernel.boot({ name: 'selftest', kernel: '6.14', dynamicDebug: true, ...literal });
}

beforeEach(() => boot());

const apply = (operation: Operation) => kernel.apply(operation);
const errnoOf = (operation: Operation) => {
  const outcome = apply(operation);
  return outcome.ok ? null : outcome.errno;
};
const load = (livepatch: LivepatchLiteral) => errnoOf({ do: 'load', livepatch });
const disable = (patch: string) => {
  const errno = errnoOf({ do: 'write-enabled', patch, value: false });
  kernel.pass(0.1);
  return errno;
};
const loadModule = (module: ModuleLiteral) => errnoOf({ do: 'load-module', module });
const unload = (module: string) => errnoOf({ do: 'unload', module });

/** What was logged since the last time, without the marks of tainting. */
let seen = 0;
beforeEach(() => {
  seen = kernel.core.messages.count;
});
const logged = () => {
  const lines = kernel.core.messages.texts(seen).filter((line) => !/taint/.test(line));
  seen = kernel.core.messages.count;
  return lines;
};

const read = (path: string) => {
  const reading = treeOf(kernel.core).readFile(`/sys/kernel/livepatch/${path}`, 100);
  return 'text' in reading ? reading.text.trim() : reading.missing;
};
const foldersOf = (path = '') => {
  const reading = treeOf(kernel.core).readFolder(`/sys/kernel/livepatch${path}`);
  const folders = 'entries' in reading ? reading.entries : [];
  return folders.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
};
const runs = (name: string, object = 'vmlinux') =>
  kernel.core.stacks.implementationFor(functionKey(object, name, 1), -1)?.patch ?? null;

/** Lines of a transition: with what callbacks say before it starts and before it is complete. */
const transition = (patch: string, verb: string, before: string[] = [], after: string[] = []) => [
  ...(verb === 'patching' ? [`livepatch: enabling patch '${patch}'`] : []),
  `livepatch: '${patch}': initializing ${verb} transition`,
  ...before,
  `livepatch: '${patch}': starting ${verb} transition`,
  `livepatch: '${patch}': completing ${verb} transition`,
  ...after,
  `livepatch: '${patch}': ${verb} complete`,
];
const patching = (patch: string, before?: string[], after?: string[]) =>
  transition(patch, 'patching', before, after);
const unpatching = (patch: string, before?: string[], after?: string[]) =>
  transition(patch, 'unpatching', before, after);

const functions = (...names: string[]) => names.map((name) => ({ name }));
const demo: LivepatchLiteral = {
  name: 'test_klp_livepatch',
  objects: [{ name: 'vmlinux', functions: functions('cmdline_proc_show') }],
};
const replacing = (replace: boolean): LivepatchLiteral => ({
  name: 'test_klp_atomic_replace',
  replace,
  objects: [{ name: 'vmlinux', functions: functions('meminfo_proc_show') }],
});

describe('test-livepatch.sh', () => {
  it('basic function patching', () => {
    expect(load(demo)).toBeNull();
    expect(runs('cmdline_proc_show')).toBe(demo.name);
    expect(logged()).toEqual(patching(demo.name));
    expect(disable(demo.name)).toBeNull();
    expect(foldersOf()).toEqual([]);
    expect(runs('cmdline_proc_show')).toBeNull();
    expect(logged()).toEqual(unpatching(demo.name));
    expect(unload(demo.name)).toBeNull();
  });

  it('multiple livepatches', () => {
    load(demo);
    load(replacing(false));
    expect([runs('cmdline_proc_show'), runs('meminfo_proc_show')]).toEqual([
      demo.name,
      'test_klp_atomic_replace',
    ]);
    disable('test_klp_atomic_replace');
    expect([runs('cmdline_proc_show'), runs('meminfo_proc_show')]).toEqual([demo.name, null]);
    disable(demo.name);
    expect(logged()).toEqual([
      ...patching(demo.name),
      ...patching('test_klp_atomic_replace'),
      ...unpatching('test_klp_atomic_replace'),
      ...unpatching(demo.name),
    ]);
  });

  it('atomic replace livepatch, against three modules', () => {
    const older = ['test_klp_livepatch', 'second', 'third'];
    for (const name of older) load({ ...demo, name });
    load(replacing(true));
    expect(foldersOf()).toContain('test_klp_atomic_replace');
    kernel.pass(0.1);
    expect(foldersOf()).toEqual(['test_klp_atomic_replace']);
    expect([runs('cmdline_proc_show'), runs('meminfo_proc_show')]).toEqual([
      null,
      'test_klp_atomic_replace',
    ]);
    expect(older.map(unload)).toEqual([null, null, null]);
    disable('test_klp_atomic_replace');
    expect(runs('meminfo_proc_show')).toBeNull();
    expect(unload('test_klp_atomic_replace')).toBeNull();
  });

  it.each(['target first', 'livepatch first'])('module function patching, %s', (order) => {
    const target = { name: 'test_klp_mod_target' };
    const livepatch: LivepatchLiteral = {
      name: 'test_klp_mod_patch',
      objects: [{ name: target.name, functions: functions('test_klp_mod_target_show') }],
    };
    const steps = [() => loadModule(target), () => load(livepatch)];
    if (order === 'livepatch first') steps.reverse();
    for (const step of steps) expect(step()).toBeNull();
    const patched = `${livepatch.name}/${target.name}/patched`;
    expect(read(patched)).toBe('1');
    expect(runs('test_klp_mod_target_show', target.name)).toBe(livepatch.name);
    unload(target.name);
    expect(read(patched)).toBe('0');
    disable(livepatch.name);
    expect(foldersOf()).toEqual([]);
  });
});

const says = (...lines: CallbackLine[]): CallbackLiteral => ({ says: lines });
const callbacks = (suffix = ''): NonNullable<ObjectLiteral['callbacks']> => ({
  prePatch: says(`pre_patch_callback${suffix}: {object}`),
  postPatch: says(`post_patch_callback${suffix}: {object}`),
  preUnpatch: says(`pre_unpatch_callback${suffix}: {object}`),
  postUnpatch: says(`post_unpatch_callback${suffix}: {object}`),
});

describe('test-callbacks.sh', () => {
  const name = 'test_klp_callbacks_demo';
  const target: ModuleLiteral = {
    name: 'test_klp_callbacks_mod',
    init: 'test_klp_callbacks_mod_init',
    exit: 'test_klp_callbacks_mod_exit',
  };
  const busy: ModuleLiteral = { name: 'test_klp_callbacks_busy' };
  const livepatch: LivepatchLiteral = {
    name,
    objects: [
      // no_funcs[] = { {} }
      { name: 'vmlinux', functions: [], callbacks: callbacks() },
      { name: target.name, functions: [], callbacks: callbacks() },
      { name: busy.name, functions: functions('busymod_work_func'), callbacks: callbacks() },
    ],
  };
  const second = (replace: boolean): LivepatchLiteral => ({
    name: 'test_klp_callbacks_demo2',
    replace,
    objects: [{ name: 'vmlinux', functions: [], callbacks: callbacks('2') }],
  });
  const said = (which: string, object: string, state?: 'COMING' | 'LIVE' | 'GOING') => {
    const words = {
      COMING: 'Full formed, running module_init',
      LIVE: 'Normal state',
      GOING: 'Going away',
    };
    const module = state ? ` -> [MODULE_STATE_${state}] ${words[state]}` : '';
    return `${name}: ${which}_callback: ${object}${module}`;
  };
  const init = `${target.name}: ${target.init}`;
  const exit = `${target.name}: ${target.exit}`;
  const all = (which: string, ...modules: string[]) => [
    said(which, 'vmlinux'),
    ...modules.map((module) => said(which, module, 'LIVE')),
  ];
  const coming = [
    `livepatch: applying patch '${name}' to loading module '${target.name}'`,
    said('pre_patch', target.name, 'COMING'),
    said('post_patch', target.name, 'COMING'),
    init,
  ];
  const going = [
    exit,
    said('pre_unpatch', target.name, 'GOING'),
    `livepatch: reverting patch '${name}' on unloading module '${target.name}'`,
    said('post_unpatch', target.name, 'GOING'),
  ];

  it('target module before livepatch', () => {
    loadModule(target);
    load(livepatch);
    disable(name);
    unload(name);
    unload(target.name);
    expect(logged()).toEqual([
      init,
      ...patching(name, all('pre_patch', target.name), all('post_patch', target.name)),
      ...unpatching(name, all('pre_unpatch', target.name), all('post_unpatch', target.name)),
      exit,
    ]);
  });

  it('module_coming notifier', () => {
    load(livepatch);
    loadModule(target);
    disable(name);
    expect(logged()).toEqual([
      ...patching(name, all('pre_patch'), all('post_patch')),
      ...coming,
      ...unpatching(name, all('pre_unpatch', target.name), all('post_unpatch', target.name)),
    ]);
  });

  it('module_going notifier', () => {
    loadModule(target);
    load(livepatch);
    logged();
    unload(target.name);
    disable(name);
    expect(logged()).toEqual([
      ...going,
      ...unpatching(name, all('pre_unpatch'), all('post_unpatch')),
    ]);
  });

  it('module_coming and module_going notifiers; target module not present', () => {
    load(livepatch);
    logged();
    loadModule(target);
    unload(target.name);
    expect(logged()).toEqual([...coming, ...going]);
    disable(name);
    expect(logged()).toEqual(unpatching(name, all('pre_unpatch'), all('post_unpatch')));
  });

  it('pre-patch callback -ENODEV', () => {
    loadModule(target);
    logged();
    apply({ do: 'fail-callbacks', patch: name, errno: 'ENODEV' });
    expect(load(livepatch)).toBe('ENODEV');
    expect(logged()).toEqual([
      `livepatch: enabling patch '${name}'`,
      `livepatch: '${name}': initializing patching transition`,
      said('pre_patch', 'vmlinux'),
      "livepatch: pre-patch callback failed for object 'vmlinux'",
      `livepatch: failed to enable patch '${name}'`,
      `livepatch: '${name}': canceling patching transition, going to unpatch`,
      `livepatch: '${name}': completing unpatching transition`,
      `livepatch: '${name}': unpatching complete`,
    ]);
    expect(foldersOf()).toEqual([]);
    expect(unload(name)).toBe('ENOENT');
    expect(unload(target.name)).toBeNull();
  });

  it('module_coming + pre-patch callback -ENODEV', () => {
    load(livepatch);
    logged();
    apply({ do: 'fail-callbacks', patch: name, errno: 'ENODEV' });
    expect(loadModule(target)).toBe('ENODEV');
    expect(logged()).toEqual([
      `livepatch: applying patch '${name}' to loading module '${target.name}'`,
      said('pre_patch', target.name, 'COMING'),
      `livepatch: pre-patch callback failed for object '${target.name}'`,
      `livepatch: patch '${name}' failed for module '${target.name}', refusing to load module '${target.name}'`,
    ]);
    expect(unload(target.name)).toBe('ENOENT');
    disable(name);
    expect(logged()).toEqual(unpatching(name, all('pre_unpatch'), all('post_unpatch')));
  });

  it('multiple target modules', () => {
    loadModule(busy);
    load(livepatch);
    loadModule(target);
    unload(target.name);
    disable(name);
    expect(logged()).toEqual([
      ...patching(name, all('pre_patch', busy.name), all('post_patch', busy.name)),
      ...coming,
      ...going,
      ...unpatching(name, all('pre_unpatch', busy.name), all('post_unpatch', busy.name)),
    ]);
  });

  it('busy target module: stalls, and is reversed', () => {
    boot({ dynamicDebug: false });
    loadModule(busy);
    const work = { object: busy.name, name: 'busymod_work_func' };
    apply({
      do: 'create-thread',
      thread: {
        comm: 'kworker/0:1',
        kthread: true,
        posture: { calls: ['worker_thread', 'process_one_work', work], state: 'D' },
      },
    });
    logged();
    load(livepatch);
    kernel.pass(5);
    expect(read(`${name}/transition`)).toBe('1');
    expect(logged()).toEqual([
      `livepatch: enabling patch '${name}'`,
      ...all('pre_patch', busy.name),
      `livepatch: '${name}': starting patching transition`,
    ]);
    apply({ do: 'set-dynamic-debug', on: true });
    loadModule(target);
    unload(target.name);
    expect(logged()).toEqual([
      coming[0],
      said('pre_patch', target.name, 'COMING'),
      init,
      exit,
      going[2],
      said('post_unpatch', target.name, 'GOING'),
    ]);
    disable(name);
    kernel.pass(2);
    expect(logged()).toEqual([
      `livepatch: '${name}': reversing transition from patching to unpatching`,
      `livepatch: '${name}': starting unpatching transition`,
      `livepatch: '${name}': completing unpatching transition`,
      ...all('post_unpatch', busy.name),
      `livepatch: '${name}': unpatching complete`,
    ]);
    expect(unload(name)).toBeNull();
  });

  it.each([false, true])('multiple livepatches; atomic replace: %s', (replace) => {
    const only: LivepatchLiteral = { ...livepatch, objects: livepatch.objects.slice(0, 1) };
    const said2 = (which: string) => `test_klp_callbacks_demo2: ${which}_callback2: vmlinux`;
    load(only);
    load(second(replace));
    disable('test_klp_callbacks_demo2');
    if (!replace) disable(name);
    expect(logged()).toEqual([
      ...patching(name, all('pre_patch'), all('post_patch')),
      ...patching('test_klp_callbacks_demo2', [said2('pre_patch')], [said2('post_patch')]),
      ...unpatching('test_klp_callbacks_demo2', [said2('pre_unpatch')], [said2('post_unpatch')]),
      ...(replace ? [] : unpatching(name, all('pre_unpatch'), all('post_unpatch'))),
    ]);
    expect([unload('test_klp_callbacks_demo2'), unload(name)]).toEqual([null, null]);
  });
});

describe('test-shadow-vars.sh', () => {
  // lib/livepatch/test_klp_shadow_vars.c: three objects, two ids, a constructor and a destructor.
  const [id1, id2] = [0x1234, 0x1235];
  const objects = ['1', '2', '3'];
  const call = (action: ShadowAction, fails?: Errno) => {
    const operation = { do: 'shadow', by: 'test_klp_shadow_vars', action } as const;
    const outcome = apply(fails ? { ...operation, fails } : operation);
    return 'answer' in outcome ? outcome.answer : null;
  };
  const get = (object: string, id: number) => call({ action: 'get', object, id });

  beforeEach(() => {
    const dtor = { says: ['shadow_dtor(obj={object})'] };
    load({
      name: 'test_klp_shadow_vars',
      objects: [{ name: 'vmlinux', functions: [], shadowTypes: [{ id: id1, dtor }] }],
    });
    logged();
  });

  it('basic shadow variable API', () => {
    expect(get('1', id1)).toEqual({ is: 'null' });
    for (const object of objects) {
      const data = `char ${object}`;
      const attached = { is: 'new', data };
      expect(call({ action: 'alloc', object, id: id1, data })).toEqual(attached);
      const other = { action: 'get-or-alloc', object, id: id2, data: 'int' } as const;
      expect(call(other)).toEqual({ is: 'new', data: 'int' });
    }
    for (const object of objects) {
      expect(get(object, id1)).toEqual({ is: 'existing', data: `char ${object}` });
    }
    const again = { action: 'get-or-alloc', object: '1', id: id1, data: 'again' } as const;
    expect(call(again)).toEqual({ is: 'existing', data: 'char 1' });
    expect(logged()).toEqual([]);
    for (const object of objects) {
      expect(call({ action: 'free', object, id: id1 })).toEqual({ is: 'freed', count: 1 });
      expect(get(object, id1)).toEqual({ is: 'null' });
      expect(get(object, id2)).toMatchObject({ is: 'existing' });
    }
    expect(logged()).toEqual(
      objects.map((object) => `test_klp_shadow_vars: shadow_dtor(obj=${object})`),
    );
    expect(call({ action: 'free-all', id: id2 })).toEqual({ is: 'freed', count: 3 });
    expect(kernel.core.shadow.all()).toEqual([]);
  });

  it('warns of a duplicate and returns nothing; a failing constructor attaches nothing', () => {
    const action = { action: 'alloc', object: '1', id: id1 } as const;
    call(action);
    expect(kernel.core.taint & 512).toBe(0);
    expect(call(action)).toEqual({ is: 'duplicate' });
    expect(logged()).toContainEqual(
      expect.stringMatching(/^Duplicate shadow variable <[0-9a-f]{16}, 1234>$/),
    );
    // kernel/panic.c, __warn: add_taint(TAINT_WARN, …), bit 9.
    expect(kernel.core.taint & 512).toBe(512);
    expect(call({ ...action, object: '2' }, 'ENOMEM')).toEqual({ is: 'failed' });
    expect(logged()).toEqual([
      expect.stringMatching(
        /^livepatch: Failed to construct shadow variable <[0-9a-f]{16}, 1234> \(-12\)$/,
      ),
    ]);
    expect(kernel.core.shadow.all()).toHaveLength(1);
  });
});

describe('test-state.sh', () => {
  const stateful = (name: string, version: number): LivepatchLiteral => ({
    name,
    replace: true,
    states: [{ id: 1, version }],
    objects: [
      {
        name: 'vmlinux',
        functions: [],
        callbacks: {
          prePatch: says('pre_patch_callback: {object}', {
            ifPreviousState: 1,
            whenKnown: 'allocate_loglevel_state: space to store console_loglevel already allocated',
            whenNew: 'allocate_loglevel_state: allocating space to store console_loglevel',
          }),
          postPatch: says('post_patch_callback: {object}'),
        },
      },
    ],
  });
  const first = 'test_klp_state';
  const second = 'test_klp_state2';
  const third = 'test_klp_state3';
  const allocating = (name: string, taken: boolean) => [
    `${name}: pre_patch_callback: vmlinux`,
    `${name}: allocate_loglevel_state: ${
      taken
        ? 'space to store console_loglevel already allocated'
        : 'allocating space to store console_loglevel'
    }`,
  ];
  const changed = (name: string, taken: boolean) =>
    patching(name, allocating(name, taken), [`${name}: post_patch_callback: vmlinux`]);

  it('system state modification, and taking it over', () => {
    load(stateful(first, 1));
    load(stateful(second, 2));
    kernel.pass(0.1);
    expect(unload(first)).toBeNull();
    expect(logged()).toEqual([...changed(first, false), ...changed(second, true)]);
  });

  it('compatible cumulative livepatches, replaced to and fro', () => {
    load(stateful(second, 2));
    load(stateful(third, 2));
    kernel.pass(0.1);
    unload(second);
    expect(load(stateful(second, 2))).toBeNull();
    kernel.pass(0.1);
    expect(foldersOf()).toEqual([second]);
  });

  it('incompatible cumulative livepatches', () => {
    load(stateful(second, 2));
    logged();
    expect(load(stateful(first, 1))).toBe('EINVAL');
    expect(logged()).toEqual([
      'livepatch: Livepatch patch (test_klp_state) is not compatible with the already installed livepatches.',
    ]);
    const without = { ...stateful(third, 2), states: [] };
    expect(load(without)).toBe('EINVAL');
    expect(load({ ...without, replace: false })).toBeNull();
  });
});

describe('test-ftrace.sh and test-kprobe.sh', () => {
  const refused = [
    `livepatch: enabling patch '${demo.name}'`,
    `livepatch: '${demo.name}': initializing patching transition`,
    "livepatch: failed to register ftrace handler for function 'cmdline_proc_show' (-16)",
    "livepatch: failed to patch object 'vmlinux'",
    `livepatch: failed to enable patch '${demo.name}'`,
    `livepatch: '${demo.name}': canceling patching transition, going to unpatch`,
    `livepatch: '${demo.name}': completing unpatching transition`,
    `livepatch: '${demo.name}': unpatching complete`,
  ];

  it('livepatch interaction with ftrace_enabled sysctl', () => {
    apply({ do: 'set-ftrace', enabled: false });
    expect(load(demo)).toBe('EBUSY');
    expect(logged()).toEqual(refused);
    apply({ do: 'set-ftrace', enabled: true });
    expect(load(demo)).toBeNull();
    expect(errnoOf({ do: 'set-ftrace', enabled: false })).toBe('EBUSY');
    disable(demo.name);
    expect(errnoOf({ do: 'set-ftrace', enabled: false })).toBeNull();
  });

  const probe = { name: 'cmdline_proc_show' };

  it('livepatch interaction with kprobed function with post_handler', () => {
    apply({ do: 'add-kprobe', function: probe, postHandler: true });
    expect(load(demo)).toBe('EBUSY');
    expect(logged()).toEqual(refused);
    apply({ do: 'remove-kprobe', function: probe });
    expect(load(demo)).toBeNull();
    expect(errnoOf({ do: 'add-kprobe', function: probe, postHandler: true })).toBe('EBUSY');
  });

  it('livepatch interaction with kprobed function without post_handler, and with a tracer', () => {
    apply({ do: 'add-kprobe', function: probe, postHandler: false });
    expect(load(demo)).toBeNull();
    const reading = treeOf(kernel.core).readFile('/sys/kernel/tracing/enabled_functions', 1000);
    expect(reading).toMatchObject({ text: expect.stringMatching(/^cmdline_proc_show \(2\) R I/) });
  });
});

describe('test-syscall.sh', () => {
  it('a system call hammered by 128 processes: all of them switch', () => {
    boot({ cpus: 4 });
    for (let tid = 10; tid < 138; tid += 1) {
      const posture = { calls: ['__x64_sys_getpid'], state: tid % 2 === 0 ? 'R' : 'S' } as const;
      apply({ do: 'create-thread', thread: { comm: 'getpid', tid, posture } });
    }
    load({
      name: 'test_klp_syscall',
      objects: [{ name: 'vmlinux', functions: functions('__x64_sys_getpid') }],
    });
    for (let tid = 10; tid < 138; tid += 1) {
      expect(kernel.core.patchStateOf(tid)).toBe(0);
      apply({ do: 'wake', tid });
      expect(kernel.core.patchStateOf(tid)).toBe(1);
    }
    kernel.pass(2);
    expect(read('test_klp_syscall/transition')).toBe('0');
  });
});

describe('test-sysfs.sh', () => {
  it('the files of every kernel', () => {
    for (const { name, files, signals } of kernelVersions) {
      boot({ kernel: name });
      load(demo);
      const reading = treeOf(kernel.core).readFolder(`/sys/kernel/livepatch/${demo.name}`);
      const entries = 'entries' in reading ? reading.entries : [];
      const names = entries.map((entry) => entry.name);
      expect(read(`${demo.name}/enabled`)).toBe('1');
      expect(read(`${demo.name}/transition`)).toBe('0');
      expect(read(`${demo.name}/force`)).toBe(files.force ? 'denied' : 'absent');
      expect(names.includes('signal')).toBe(signals === 'manual');
      expect(read(`${demo.name}/replace`)).toBe(files.replace ? '0' : 'absent');
      expect(read(`${demo.name}/stack_order`)).toBe(files.stackOrder ? '1' : 'absent');
      expect(read(`${demo.name}/vmlinux/patched`)).toBe(files.patched ? '1' : 'absent');
    }
  });

  it.each([true, false])('replace reads %s', (replace) => {
    load(replacing(replace));
    expect(read('test_klp_atomic_replace/replace')).toBe(replace ? '1' : '0');
  });

  it('stack_order is dense and shifts when a lower livepatch leaves', () => {
    for (const name of ['a', 'b', 'c']) load({ ...demo, name });
    const orders = () => foldersOf().map((name) => [name, read(`${name}/stack_order`)]);
    expect(orders()).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
    disable('b');
    expect(orders()).toEqual([
      ['a', '1'],
      ['c', '2'],
    ]);
  });
});

describe('qa_test_klp', () => {
  const getpid = (name: string, replace = false): LivepatchLiteral => ({
    name,
    replace,
    objects: [{ name: 'vmlinux', functions: functions('__x64_sys_getpid') }],
  });
  const callers = (count: number) => {
    for (let tid = 10; tid < 10 + count; tid += 1) {
      const posture = { calls: ['__x64_sys_getpid'], state: 'S' } as const;
      apply({ do: 'create-thread', thread: { comm: 'caller', tid, posture } });
    }
  };
  const hammer = () => {
    for (const { tid, comm } of kernel.core.threads.all()) {
      if (comm !== 'caller') continue;
      apply({ do: 'wake', tid });
      apply({ do: 'enter', tid, posture: { calls: ['__x64_sys_getpid'], state: 'S' } });
    }
  };
  const names = Array.from({ length: 15 }, (_, index) => `klp_tc_${index}`);

  it('patching under pressure: each caller runs one version at a time, and all arrive', () => {
    callers(64);
    load(getpid('klp_tc_3'));
    hammer();
    kernel.pass(2);
    expect(read('klp_tc_3/transition')).toBe('0');
    disable('klp_tc_3');
    hammer();
    kernel.pass(2);
    expect(foldersOf()).toEqual([]);
  });

  it('many livepatches of one function in quick succession, taken away from the top', () => {
    for (const name of names) expect(load(getpid(name))).toBeNull();
    expect(runs('__x64_sys_getpid')).toBe(names.at(-1));
    for (const name of names.toReversed()) {
      expect(runs('__x64_sys_getpid')).toBe(name);
      expect([disable(name), unload(name)]).toEqual([null, null]);
    }
    expect(runs('__x64_sys_getpid')).toBeNull();
  });

  it('… and in any order', () => {
    for (const name of names) load(getpid(name));
    for (const name of names.slice(0, -1)) {
      expect(disable(name)).toBeNull();
      expect(runs('__x64_sys_getpid')).toBe(names.at(-1));
    }
  });

  it('a series of atomic replaces', () => {
    for (const name of names) {
      expect(load(getpid(name, true))).toBeNull();
      kernel.pass(0.1);
      expect(foldersOf()).toEqual([name]);
    }
  });

  it('busy CPUs', () => {
    boot({ cpus: 2 });
    for (const tid of [10, 11]) {
      const posture = { calls: ['crypto_loop'], state: 'R', yields: true } as const;
      apply({ do: 'create-thread', thread: { comm: 'busy', tid, kthread: true, posture } });
    }
    load(getpid('klp_tc_5'));
    kernel.pass(2);
    expect(read('klp_tc_5/transition')).toBe('0');
  });

  it('low memory: refused as a whole, and loads when there is some again', () => {
    load(getpid('klp_tc_lower'));
    apply({ do: 'set-memory', exhausted: true });
    logged();
    expect(load({ ...demo, name: 'klp_tc_6' })).toBe('ENOMEM');
    expect(logged()).toContain("livepatch: failed to patch object 'vmlinux'");
    expect(load({ ...demo, name: 'klp_tc_6', replace: true })).toBe('ENOMEM');
    expect([foldersOf(), runs('cmdline_proc_show')]).toEqual([['klp_tc_lower'], null]);
    // Its klp_ops is there, so a second livepatch of a function needs no memory.
    expect(load(getpid('klp_tc_6'))).toBeNull();
    apply({ do: 'set-memory', exhausted: false });
    expect(load({ ...demo, name: 'klp_tc_6_again' })).toBeNull();
  });

  it('low memory: a shadow variable is not attached, and one that is there is found', () => {
    const shadow = (action: 'alloc' | 'get-or-alloc', object: string) =>
      apply({ do: 'shadow', action: { action, object, id: 1 } });
    shadow('alloc', 'a');
    apply({ do: 'set-memory', exhausted: true });
    shadow('get-or-alloc', 'a');
    shadow('get-or-alloc', 'b');
    expect(kernel.core.shadow.all().map(({ object }) => object)).toEqual(['a']);
  });

  it('a callee that is traced or has a return probe: its caller is patched all the same', () => {
    for (const name of ['__task_pid_nr_ns', 'ns_of_pid']) {
      apply({ do: 'add-kprobe', function: { name }, postHandler: false });
    }
    const posture = { calls: ['__x64_sys_getpid', '__task_pid_nr_ns'], state: 'S' } as const;
    apply({ do: 'create-thread', thread: { comm: 'caller', tid: 10, posture } });
    expect(load(getpid('klp_tc_10'))).toBeNull();
    expect(kernel.core.patchStateOf(10)).toBe(0);
    apply({ do: 'wake', tid: 10 });
    kernel.pass(2);
    expect(read('klp_tc_10/transition')).toBe('0');
  });

  it('a trampoline on the stack that the unwinder can’t follow holds the thread back', () => {
    const posture = { calls: ['read'], state: 'S', unreliable: true } as const;
    apply({ do: 'create-thread', thread: { comm: 'probed', tid: 10, posture } });
    load(getpid('klp_tc_12'));
    kernel.pass(2);
    expect(logged()).toContain('livepatch: klp_try_switch_task: probed:10 has an unreliable stack');
    apply({ do: 'wake', tid: 10 });
    kernel.pass(2);
    expect(read('klp_tc_12/transition')).toBe('0');
  });

  it('a function that faults: its caller waits for the page within it, and then switches', () => {
    const fault = ['__x64_sys_getpid', 'asm_exc_page_fault', 'exc_page_fault', 'folio_wait_bit'];
    const posture = { calls: fault, state: 'D' } as const;
    apply({ do: 'create-thread', thread: { comm: 'caller', tid: 10, posture } });
    load(getpid('klp_tc_13'));
    kernel.pass(2);
    expect(logged()).toContain(
      'livepatch: klp_try_switch_task: caller:10 is sleeping on function __x64_sys_getpid',
    );
    apply({ do: 'wake', tid: 10 });
    kernel.pass(2);
    expect([read('klp_tc_13/transition'), runs('__x64_sys_getpid')]).toEqual(['0', 'klp_tc_13']);
  });

  it('a function with a kprobe that redirects it must be refused', () => {
    apply({ do: 'add-kprobe', function: { name: '__x64_sys_getpid' }, postHandler: true });
    expect(load(getpid('klp_tc_17'))).toBe('EBUSY');
  });
});
