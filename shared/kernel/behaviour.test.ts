/** Rules of the consistency model, of the stack and of force, each with the kernel's own source. */
import { beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../readings/collect';
import { statusOf } from '../report/status';
import { treeOf } from './files/kernelTree';
import { Kernel } from './kernel';
import { functionKey } from './state/livepatch';
import type { HostLiteral, LivepatchLiteral, PostureLiteral } from './state/literals';
import type { Operation } from './operations/operation';

let kernel = Kernel.boot({ name: 'host' });

function boot(literal: Partial<HostLiteral> = {}): void {
  kernel = Kernel.boot({ name: 'host', kernel: '6.14', ...literal });
}

beforeEach(() => boot());

const apply = (operation: Operation) => {
  const outcome = kernel.apply(operation);
  return outcome.ok ? null : outcome.errno;
};
const patchOf = (name: string, functions: string[], more: Partial<LivepatchLiteral> = {}) => ({
  name,
  objects: [{ name: 'vmlinux', functions: functions.map((one) => ({ name: one })) }],
  ...more,
});
const load = (name: string, functions: string[], more: Partial<LivepatchLiteral> = {}) =>
  apply({ do: 'load', livepatch: patchOf(name, functions, more) });
const write = (patch: string, value: boolean) => apply({ do: 'write-enabled', patch, value });
const sleeper = (tid: number, calls: string[], more: Partial<PostureLiteral> = {}) =>
  apply({
    do: 'create-thread',
    thread: { comm: 'sleeper', tid, posture: { calls, state: 'D', ...more } },
  });
const kthread = (tid: number, posture: PostureLiteral) =>
  apply({ do: 'create-thread', thread: { comm: 'kworker/1:0', tid, kthread: true, posture } });
const stateOf = (tid: number) => kernel.core.patchStateOf(tid);
const runs = (name: string) =>
  kernel.core.stacks.implementationFor(functionKey('vmlinux', name, 1), -1)?.patch ?? null;
const read = (path: string) => {
  const reading = treeOf(kernel.core).readFile(`/sys/kernel/livepatch/${path}`, 100);
  return 'text' in reading ? reading.text.trim() : reading.missing;
};
const refcount = (name: string) => kernel.core.modules.refcount(name);
const isMoving = () => kernel.core.transition !== null;
const says = (text: string) =>
  kernel.core.messages.texts().filter((line) => line.includes(text)).length;
const document = () => {
  const result = collect(treeOf(kernel.core), {
    target: 'demo',
    source: 'demo',
    takenAt: null,
    privileged: true,
    live: true,
  });
  if (!result.ok) throw new Error(result.problem.message);
  return statusOf(result.value);
};

describe('which code the stack check looks for', () => {
  it('an older livepatch’s, while patching over it', () => {
    load('lower', ['f']);
    sleeper(10, ['f']);
    load('upper', ['f']);
    expect(stateOf(10)).toBe(0);
    apply({ do: 'wake', tid: 10 });
    kernel.pass(1);
    expect(isMoving()).toBe(false);
  });

  it('not the original, while patching over an older livepatch that was forced', () => {
    sleeper(10, ['f']);
    load('lower', ['f']);
    apply({ do: 'force', patch: 'lower' });
    kernel.pass(1);
    load('upper', ['f']);
    expect(isMoving()).toBe(false);
  });

  it('the original, while a nop is undone', () => {
    load('older', ['f']);
    sleeper(10, ['f']);
    load('newer', ['g'], { replace: true });
    expect(stateOf(10)).toBe(0);
    sleeper(11, ['f']);
    expect(kernel.core.threads.get(11)?.stack.frames[0]).toMatchObject({ module: null });
    write('newer', false);
    kernel.pass(2);
    expect([stateOf(10), stateOf(11)]).toEqual([0, 1]);
  });

  it('nothing, when the removal of one in the middle is reversed', () => {
    load('lower', ['f', 'g']);
    load('upper', ['f']);
    sleeper(10, ['g']);
    write('lower', false);
    expect(stateOf(10)).toBe(1);
    sleeper(11, ['f']);
    write('lower', true);
    kernel.pass(2);
    expect(isMoving()).toBe(false);
  });

  it('deeper frames count like the innermost', () => {
    sleeper(10, ['f', 'vfs_read', 'schedule']);
    load('livepatch', ['f']);
    expect(stateOf(10)).toBe(0);
  });
});

describe('threads', () => {
  it('who forks has children in its own state, and they switch on their way to user space', () => {
    sleeper(10, ['f']);
    kthread(20, { calls: ['f'], state: 'D' });
    load('livepatch', ['f']);
    apply({ do: 'create-thread', maker: 20, thread: { comm: 'kchild', tid: 21, kthread: true } });
    apply({ do: 'create-thread', maker: 10, thread: { comm: 'child', tid: 11 } });
    expect([stateOf(20), stateOf(21), stateOf(10), stateOf(11)]).toEqual([0, 0, 0, 1]);
  });

  it('running ones switch at the next tick if they are in user space', () => {
    apply({ do: 'create-thread', thread: { comm: 'loop', tid: 10 } });
    load('livepatch', ['f']);
    expect(stateOf(10)).toBe(0);
    kernel.pass(0.01);
    expect(stateOf(10)).toBe(1);
  });

  it.each([
    ['6.1', false, false],
    ['6.12', false, false],
    ['6.12', true, true],
    ['7.2', false, true],
  ])('busy kernel threads on %s, calling cond_resched: %s, switch: %s', (version, yields, does) => {
    boot({ kernel: version });
    kthread(10, { calls: ['worker'], state: 'R', yields });
    load('livepatch', ['f']);
    kernel.pass(0.1);
    expect(stateOf(10)).toBe(does ? 1 : 0);
  });

  it('with an unreliable stack they wait until they leave the kernel', () => {
    sleeper(10, ['vfs_read'], { state: 'S', unreliable: true });
    load('livepatch', ['f']);
    kernel.pass(5);
    expect(document().blockers[0]).toMatchObject({ tid: 10, reason: { code: 'unreliable-stack' } });
    apply({ do: 'wake', tid: 10 });
    expect(stateOf(10)).toBe(1);
  });

  it('zombies take part, and switch', () => {
    sleeper(10, ['f']);
    load('livepatch', ['f']);
    apply({ do: 'exit', tid: 10, zombie: true });
    expect(stateOf(10)).toBe(0);
    kernel.pass(1);
    expect(isMoving()).toBe(false);
    expect(apply({ do: 'reap', tid: 10 })).toBeNull();
    expect(apply({ do: 'reap', tid: 10 })).toBe('ESRCH');
  });

  // include/linux/sched.h, TASK_KILLABLE; kernel/signal.c, signal_wake_up_state.
  it('SIGKILL ends who sleeps interruptibly or killably; others when they wake', () => {
    sleeper(10, ['f']);
    sleeper(11, ['f'], { state: 'S' });
    sleeper(12, ['f'], { killable: true });
    load('livepatch', ['f']);
    const kill = (tid: number) => kernel.apply({ do: 'kill', tid });
    expect(kill(10)).toEqual({ ok: true, value: null, answer: { is: 'signal-pending' } });
    for (const tid of [11, 12]) expect(kill(tid)).toEqual({ ok: true, value: null });
    const there = () => [10, 11, 12].map((tid) => kernel.core.threads.get(tid)?.state ?? null);
    expect(there()).toEqual(['D', null, null]);
    expect(apply({ do: 'enter', tid: 10, posture: { calls: ['g'], state: 'S' } })).toBe('ESRCH');
    apply({ do: 'wake', tid: 10 });
    expect(there()).toEqual([null, null, null]);
  });

  // kernel/entry/common.c, exit_to_user_mode_loop: the next system call begins in user space.
  it('user threads come back over the boundary before they call again, kernel threads do not', () => {
    sleeper(10, ['f']);
    kthread(20, { calls: ['f'], state: 'D' });
    load('livepatch', ['f']);
    expect([stateOf(10), stateOf(20)]).toEqual([0, 0]);
    for (const tid of [10, 20]) apply({ do: 'enter', tid, posture: { calls: ['f'], state: 'D' } });
    expect([stateOf(10), stateOf(20)]).toEqual([1, 0]);
    const top = (tid: number) => kernel.core.threads.get(tid)?.stack.frames[0]?.module;
    expect([top(10), top(20)]).toEqual(['livepatch', null]);
  });
});

describe('idle CPUs', () => {
  it('delay the end to the next try', () => {
    boot({ cpus: 4 });
    load('livepatch', ['f']);
    expect(document()).toMatchObject({
      transition: { threads: { blocking: 0 }, hiddenBlockersPossible: true },
    });
    kernel.pass(1);
    expect(isMoving()).toBe(false);
  });

  it.each([
    ['5.15', true],
    ['6.1', false],
  ])('whose tick is off hold it for ever on %s: %s', (version, forEver) => {
    boot({ kernel: version, cpus: 4, deepIdleCpus: 2 });
    load('livepatch', ['f']);
    kernel.pass(60);
    expect(isMoving()).toBe(forEver);
    apply({ do: 'poke-cpus' });
    kernel.pass(1);
    expect(isMoving()).toBe(false);
  });
});

describe('a reversal', () => {
  // klp_reverse_transition and klp_start_transition: an idle task that had switched has to go back, and
  // one that had not is where it is to go.
  it('waits for the idle CPUs that had switched', () => {
    boot({ cpus: 4 });
    sleeper(10, ['f']);
    load('livepatch', ['f']);
    kernel.pass(1.5);
    expect(isMoving()).toBe(true);
    write('livepatch', false);
    kernel.pass(0.5);
    expect([stateOf(10), stateOf(1)]).toEqual([0, 0]);
    expect(document()).toMatchObject({
      transition: { direction: 'unpatching', threads: { blocking: 0 } },
    });
    kernel.pass(1);
    expect(isMoving()).toBe(false);
  });

  it('does not wait for those that had not', () => {
    boot({ kernel: '5.15', cpus: 4, deepIdleCpus: 3 });
    sleeper(10, ['f']);
    load('livepatch', ['f']);
    kernel.pass(1.5);
    write('livepatch', false);
    kernel.pass(0.5);
    expect(isMoving()).toBe(false);
  });
});

// klp_module_coming, klp_cleanup_module_patches_limited and klp_patch_object of core.c.
describe('a module that one of its livepatches can’t patch', () => {
  const inModule = (name: string, functions: string[]): LivepatchLiteral => ({
    name,
    objects: [{ name: 'nfs', functions: functions.map((one) => ({ name: one })) }],
  });
  const probe = { object: 'nfs', name: 'nfs_write' };
  const stackOf = (name: string) =>
    kernel.core.stacks.of(functionKey('nfs', name, 1)).map(({ patch }) => patch);

  const prepare = () => {
    apply({ do: 'load', livepatch: inModule('lower', ['nfs_read']) });
    apply({ do: 'load', livepatch: inModule('upper', ['nfs_read', 'nfs_write']) });
    apply({ do: 'add-kprobe', function: probe, postHandler: true });
  };

  beforeEach(prepare);

  it('is refused, and what had been patched of it is undone, by the others as well', () => {
    const before = kernel.core.messages.count;
    expect(apply({ do: 'load-module', module: { name: 'nfs' } })).toBe('EBUSY');
    expect(kernel.core.messages.texts(before)).toEqual([
      "livepatch: applying patch 'lower' to loading module 'nfs'",
      "livepatch: applying patch 'upper' to loading module 'nfs'",
      "livepatch: failed to register ftrace handler for function 'nfs_write' (-16)",
      "livepatch: failed to apply patch 'upper' to module 'nfs' (-16)",
      "livepatch: patch 'upper' failed for module 'nfs', refusing to load module 'nfs'",
      "livepatch: reverting patch 'lower' on unloading module 'nfs'",
    ]);
    expect([stackOf('nfs_read'), stackOf('nfs_write')]).toEqual([[], []]);
    expect([read('lower/nfs/patched'), read('upper/nfs/patched')]).toEqual(['0', '0']);
    expect(kernel.core.modules.get('nfs')).toBeNull();
  });

  it('is not there for a livepatch that is enabled again', () => {
    boot({ kernel: '4.19' });
    prepare();
    apply({ do: 'load-module', module: { name: 'nfs' } });
    expect([write('upper', false), write('upper', true)]).toEqual([null, null]);
    expect(stackOf('nfs_read')).toEqual([]);
  });

  it('is loaded, and patched by each once, when nothing is in the way any more', () => {
    apply({ do: 'load-module', module: { name: 'nfs' } });
    apply({ do: 'remove-kprobe', function: probe });
    expect(apply({ do: 'load-module', module: { name: 'nfs' } })).toBeNull();
    expect([stackOf('nfs_read'), stackOf('nfs_write')]).toEqual([['lower', 'upper'], ['upper']]);
    expect([read('lower/nfs/patched'), read('upper/nfs/patched')]).toEqual(['1', '1']);
  });
});

describe('signals', () => {
  const three = () => {
    sleeper(10, ['f']);
    sleeper(11, ['f'], { state: 'S' });
    kthread(12, { calls: ['main_loop', 'f'], state: 'S', leavesOnWake: true });
    kthread(13, { calls: ['main_loop', 'f'], state: 'S' });
    load('livepatch', ['f']);
  };
  const states = () => [10, 11, 12, 13].map(stateOf);

  it('after 15 s free interruptible sleepers and kernel threads that leave; logged once', () => {
    three();
    kernel.pass(14.5);
    expect(states()).toEqual([0, 0, 0, 0]);
    kernel.pass(2);
    expect(states()).toEqual([0, 1, 1, 0]);
    expect(kernel.core.threads.get(11)?.stack.frames[0]?.module).toBe('livepatch');
    kernel.pass(60);
    expect(says('signaling remaining tasks')).toBe(1);
  });

  it('are counted anew after a reversal', () => {
    three();
    sleeper(14, ['f']);
    write('livepatch', false);
    kernel.pass(10);
    write('livepatch', true);
    kernel.pass(10);
    expect(says('signaling remaining tasks')).toBe(0);
    kernel.pass(10);
    expect(says('signaling remaining tasks')).toBe(1);
  });

  it('have to be asked for on 4.19, and are unknown on 4.12', () => {
    boot({ kernel: '4.19' });
    three();
    kernel.pass(60);
    expect(states()).toEqual([0, 0, 0, 0]);
    expect(apply({ do: 'signal', patch: 'livepatch' })).toBeNull();
    kernel.pass(1);
    expect(states()).toEqual([0, 1, 1, 0]);
    boot({ kernel: '4.12' });
    three();
    expect(apply({ do: 'signal', patch: 'livepatch' })).toBe('ENOENT');
  });
});

describe('force', () => {
  it('is for the livepatch in transition only, and ends it at the next try', () => {
    sleeper(10, ['f']);
    load('livepatch', ['f']);
    expect(apply({ do: 'force', patch: 'other' })).toBe('ENOENT');
    expect(apply({ do: 'force', patch: 'livepatch' })).toBeNull();
    expect([isMoving(), stateOf(10)]).toEqual([true, 1]);
    kernel.pass(1);
    expect(isMoving()).toBe(false);
    expect(apply({ do: 'force', patch: 'livepatch' })).toBe('EINVAL');
  });

  it.each([
    ['4.19', 2],
    ['5.10', 1],
    ['6.14', 0],
  ])('of an enabling pins on %s: %s modules', (version, pinned) => {
    boot({ kernel: version });
    load('other', ['g']);
    sleeper(10, ['f']);
    load('livepatch', ['f']);
    apply({ do: 'force', patch: 'livepatch' });
    kernel.pass(1);
    apply({ do: 'exit', tid: 10 });
    load('later', ['h']);
    kernel.pass(1);
    for (const name of ['later', 'livepatch']) {
      write(name, false);
      kernel.pass(1);
    }
    expect(refcount('livepatch') + refcount('later')).toBe(pinned);
  });

  it('of an atomic replace pins the replaced one for ever', () => {
    load('older', ['f']);
    sleeper(10, ['f']);
    load('newer', ['f'], { replace: true });
    apply({ do: 'force', patch: 'newer' });
    kernel.pass(2);
    expect(apply({ do: 'unload', module: 'older' })).toBe('EAGAIN');
    expect(document().ghosts).toEqual([{ module: 'older', refcount: 1, kind: 'pinned' }]);
  });
});

describe('the windows', () => {
  const livepatch = patchOf('livepatch', ['f']);

  it('an enabling livepatch first looks like one that is being disabled', () => {
    apply({ do: 'load', livepatch, window: 0.5 });
    expect([read('livepatch/enabled'), read('livepatch/transition'), stateOf(1)]).toEqual([
      '0',
      '1',
      0,
    ]);
    expect(read('livepatch/stack_order')).toBe('timed-out');
    expect(kernel.core.modules.get('livepatch')?.state).toBe('coming');
    kernel.pass(0.6);
    expect([read('livepatch/enabled'), isMoving()]).toEqual(['1', false]);
    expect(kernel.core.modules.get('livepatch')?.state).toBe('live');
  });

  it('a disabling one like one that is applied everywhere', () => {
    apply({ do: 'load', livepatch });
    apply({ do: 'write-enabled', patch: 'livepatch', value: false, window: 0.5 });
    expect([read('livepatch/enabled'), read('livepatch/transition'), stateOf(1)]).toEqual([
      '1',
      '1',
      1,
    ]);
  });

  it('other writers wait for the mutex', () => {
    apply({ do: 'load', livepatch, window: 0.5 });
    expect(load('second', ['g'])).toBeNull();
    expect(kernel.core.now).toBe(0.5);
  });

  it('the folder of one that left stays for a moment, empty', () => {
    load('second', ['f']);
    apply({ do: 'load', livepatch });
    write('livepatch', false);
    expect([read('livepatch/enabled'), read('livepatch/transition')]).toEqual(['0', '0']);
    expect(read('livepatch/stack_order')).toBe('1');
    expect(read('livepatch/vmlinux/patched')).toBe('absent');
    expect(write('livepatch', true)).toBe('EINVAL');
    kernel.pass(0.1);
    expect(read('livepatch/enabled')).toBe('absent');
    expect(write('livepatch', true)).toBe('ENOENT');
  });
});

describe('one transition at a time', () => {
  beforeEach(() => {
    load('settled', ['g']);
    sleeper(10, ['f']);
    load('moving', ['f']);
  });

  it('others get EBUSY', () => {
    expect(load('next', ['h'])).toBe('EBUSY');
    expect(write('settled', false)).toBe('EBUSY');
    expect(kernel.core.modules.get('next')).toBeNull();
  });

  it('the same value is refused, the other reverses, in both directions', () => {
    expect(write('moving', true)).toBe('EINVAL');
    expect(write('moving', false)).toBeNull();
    expect(kernel.core.transition?.target).toBe(0);
    expect(write('moving', true)).toBeNull();
    kernel.pass(1);
    expect([kernel.core.transition?.target, stateOf(10), stateOf(1)]).toEqual([1, 0, 1]);
  });
});

describe('what the log tells of a stalled transition and of its reversal', () => {
  // kernel/livepatch/{core,transition}.c of Linux 4.14, 4.19 and 6.12.
  const notices: readonly (readonly [kernel: string, lines: readonly string[]])[] = [
    ['4.12', ["enabling patch 'upper'", "'upper': patching...", "'upper': unpatching..."]],
    ['4.19', ["'upper': starting patching transition", "'upper': starting unpatching transition"]],
    [
      '6.12',
      [
        "enabling patch 'upper'",
        "'upper': starting patching transition",
        "'upper': starting unpatching transition",
      ],
    ],
  ];

  it.each(notices)('%s', (name, lines) => {
    boot({ kernel: name });
    sleeper(10, ['f']);
    const before = kernel.core.messages.count;
    load('upper', ['f']);
    kernel.pass(2);
    write('upper', false);
    kernel.pass(2);
    const told = kernel.core.messages
      .texts(before)
      .filter((line) => line.startsWith('livepatch: '));
    expect(told).toEqual(
      [...lines, "'upper': unpatching complete"].map((line) => `livepatch: ${line}`),
    );
  });

  it.each(['4.12', '4.19', '6.12'])('is enough to call it stalled after 30 s (%s)', (name) => {
    boot({ kernel: name });
    sleeper(10, ['f']);
    load('upper', ['f']);
    kernel.pass(29);
    const codes = () => document().findings.map(({ code }) => code);
    const signalled = name === '6.12';
    expect(codes().includes('transition-stalled')).toBe(signalled);
    kernel.pass(2);
    expect(codes()).toContain('transition-stalled');
  });
});

describe('before 5.1', () => {
  beforeEach(() => {
    boot({ kernel: '4.19' });
    load('lower', ['f']);
    load('upper', ['f']);
  });

  it('only the top may be disabled, and only the lowest disabled one enabled', () => {
    expect(write('lower', false)).toBe('EBUSY');
    expect(write('upper', false)).toBeNull();
    expect(write('lower', false)).toBeNull();
    expect([read('lower/enabled'), refcount('lower')]).toEqual(['0', 0]);
    expect(write('upper', true)).toBe('EBUSY');
    expect(write('lower', true)).toBeNull();
    expect(write('upper', true)).toBeNull();
    expect([runs('f'), refcount('upper')]).toEqual(['upper', 1]);
  });

  it('a disabled one leaves sysfs with its module', () => {
    write('upper', false);
    expect(apply({ do: 'unload', module: 'upper' })).toBeNull();
    expect(read('upper/enabled')).toBe('absent');
  });

  it('immediate functions wait for nobody, and pin their module (4.12)', () => {
    boot({ kernel: '4.12' });
    sleeper(10, ['f']);
    const objects = [{ name: 'vmlinux', functions: [{ name: 'f', immediate: true }] }];
    expect(apply({ do: 'load', livepatch: { name: 'livepatch', objects } })).toBeNull();
    expect([isMoving(), runs('f')]).toEqual([false, 'livepatch']);
    write('livepatch', false);
    expect(refcount('livepatch')).toBe(1);
  });

  it('immediate livepatches are applied while threads sleep in their functions (4.12)', () => {
    boot({ kernel: '4.12' });
    sleeper(10, ['f']);
    expect(load('livepatch', ['f'], { immediate: true })).toBeNull();
    expect(isMoving()).toBe(false);
  });
});

// kernel/livepatch/transition.c of Linux 4.12 to 4.15: klp_init_transition, klp_check_stack_func.
describe('immediate functions of 4.12', () => {
  const objects = [{ name: 'vmlinux', functions: [{ name: 'f', immediate: true }, { name: 'g' }] }];
  const calls = (kernelName: string) => {
    boot({ kernel: kernelName });
    sleeper(10, ['g']);
    kthread(20, { calls: ['g'], state: 'D' });
    apply({ do: 'load', livepatch: { name: 'livepatch', objects } });
    expect([isMoving(), stateOf(20)]).toEqual([true, 0]);
    apply({ do: 'enter', tid: 20, posture: { calls: ['f'], state: 'D' } });
    return kernel.core.threads.get(20)?.stack.frames[0]?.module ?? null;
  };

  it('are called in the old version by who has not switched', () => {
    expect(calls('4.12')).toBeNull();
  });

  it('… in the new one, had it become as the mail of 2016-04-05 agrees', () => {
    expect(calls('immediate-agreed')).toBe('livepatch');
  });

  it('a livepatch that is immediate as a whole leaves every thread at −1', () => {
    boot({ kernel: '4.12' });
    apply({ do: 'load', livepatch: patchOf('livepatch', ['f'], { immediate: true }), window: 1 });
    expect([read('livepatch/transition'), stateOf(1)]).toEqual(['1', -1]);
    kernel.pass(2);
    expect([isMoving(), runs('f')]).toEqual([false, 'livepatch']);
  });
});

// kernel/livepatch/core.c, klp_init_patch_early (5.1) and klp_init_patch, klp_init_object (4.12): `if
// (!patch->objs)`, `if (!obj->funcs)`. The self-tests' no_funcs[] = { {} } is an empty list.
describe.each(['4.12', '5.10', '7.2'])('lists without functions on %s', (name) => {
  beforeEach(() => boot({ kernel: name }));

  it('an object without functions, and no object at all', () => {
    expect(load('no_functions', [])).toBeNull();
    expect(apply({ do: 'load', livepatch: { name: 'no_objects', objects: [] } })).toBeNull();
    expect([read('no_functions/enabled'), read('no_objects/enabled')]).toEqual(['1', '1']);
    expect(document().findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([write('no_objects', false), write('no_functions', false)]).toEqual([null, null]);
  });
});

it('the empty cumulative livepatch reverts everything', () => {
  load('older', ['f']);
  expect(apply({ do: 'load', livepatch: { name: 'none', replace: true, objects: [] } })).toBeNull();
  kernel.pass(1);
  expect([runs('f'), kernel.core.patches.map((one) => one.name)]).toEqual([null, ['none']]);
});

// kernel/module/main.c: prepare_coming_module calls klp_module_coming for every module, and the
// failure path of do_init_module klp_module_going.
describe('a livepatch module that is an object of another', () => {
  const fixing = (object: string, name = 'fixing', functionName = 'f'): LivepatchLiteral => ({
    name,
    objects: [{ name: object, functions: [{ name: functionName }] }],
  });

  it('is patched when it comes', () => {
    apply({ do: 'load', livepatch: fixing('late') });
    expect(read('fixing/late/patched')).toBe('0');
    expect(load('late', ['g'])).toBeNull();
    expect(read('fixing/late/patched')).toBe('1');
    expect(says("applying patch 'fixing' to loading module 'late'")).toBe(1);
    write('late', false);
    kernel.pass(1);
    expect(apply({ do: 'unload', module: 'late' })).toBeNull();
    expect(read('fixing/late/patched')).toBe('0');
  });

  it('is unpatched again when its own init function fails', () => {
    boot({ symbols: { missing: 0 } });
    apply({ do: 'load', livepatch: fixing('late') });
    expect(load('late', ['missing'])).toBe('EINVAL');
    expect(read('fixing/late/patched')).toBe('0');
    expect(says("reverting patch 'fixing' on unloading module 'late'")).toBe(1);
  });

  it('itself', () => {
    expect(apply({ do: 'load', livepatch: fixing('fixing') })).toBeNull();
    expect(read('fixing/fixing/patched')).toBe('1');
  });
});

// First seed, 2017-10-10: "At registration time, we can convert all the arrays to dynamic lists, and
// then never touch the arrays again."
it('what was registered does not change with the literal', () => {
  const states = [{ id: 1, version: 1 }];
  const says2 = ['before'];
  const symbols: Record<string, number> = { f: 1 };
  const callbacks = { postUnpatch: { says: says2 } };
  apply({
    do: 'load',
    livepatch: {
      name: 'livepatch',
      states,
      objects: [{ name: 'vmlinux', functions: [], callbacks }],
    },
  });
  apply({ do: 'load-module', module: { name: 'target', symbols } });
  states[0] = { id: 2, version: 2 };
  says2[0] = 'after';
  symbols['f'] = 0;
  expect(kernel.core.patches[0]?.states).toEqual([{ id: 1, version: 1 }]);
  expect(kernel.core.modules.get('target')?.literal.symbols).toEqual({ f: 1 });
  write('livepatch', false);
  expect([says('livepatch: before'), says('livepatch: after')]).toEqual([1, 0]);
});

describe('what is refused at registration', () => {
  const objects = (functions: { name: string; sympos?: number }[]) => [
    { name: 'vmlinux', functions },
  ];
  const refusedWith = (livepatch: LivepatchLiteral) => [
    apply({ do: 'load', livepatch }),
    kernel.core.messages.texts().at(-1),
  ];

  beforeEach(() => boot({ symbols: { missing: 0, twice: 2 } }));

  it.each([
    [[{ name: 'missing' }], "livepatch: symbol 'missing' not found in symbol table"],
    [
      [{ name: 'twice' }],
      "livepatch: unresolvable ambiguity for symbol 'twice' in object '(null)'",
    ],
    [
      [{ name: 'twice', sympos: 3 }],
      "livepatch: symbol position 3 for symbol 'twice' in object 'vmlinux' not found",
    ],
  ])('%j', (functions, message) => {
    expect(refusedWith({ name: 'bad', objects: objects(functions) })).toEqual(['EINVAL', message]);
    expect(kernel.core.patches).toEqual([]);
  });

  it('the same function twice', () => {
    const functions = [{ name: 'f' }, { name: 'f', sympos: 1 }];
    expect(refusedWith({ name: 'bad', objects: objects(functions) })).toEqual([
      'EEXIST',
      "kobject: kobject_add_internal failed for f,1 with -EEXIST, don't try to register things with the same name in the same directory.",
    ]);
    const sympos = [
      { name: 'twice', sympos: 1 },
      { name: 'twice', sympos: 2 },
    ];
    expect(apply({ do: 'load', livepatch: { name: 'good', objects: objects(sympos) } })).toBeNull();
  });

  it('no mark, too long names', () => {
    expect(load('bad', ['f'], { marked: false })).toBe('EINVAL');
    expect(load('bad', ['f'.repeat(512)])).toBe('EINVAL');
    const long = [{ name: 'm'.repeat(56), functions: [{ name: 'f' }] }];
    expect(apply({ do: 'load', livepatch: { name: 'bad', objects: long } })).toBe('EINVAL');
  });

  it('a module that is there already, and livepatching switched off', () => {
    load('livepatch', ['f']);
    expect(load('livepatch', ['f'])).toBe('EEXIST');
    boot({ architecture: 'no-livepatch' });
    expect(load('livepatch', ['f'])).toBe('ENOEXEC');
    expect(document().livepatch.supported).toBe(false);
  });

  it('an architecture without reliable stacks: to 5.0; later it waits for every thread', () => {
    boot({ kernel: '4.19', architecture: 'no-reliable-stacks' });
    expect(load('livepatch', ['f'])).toBe('ENOSYS');
    boot({ kernel: '5.10', architecture: 'no-reliable-stacks' });
    expect(load('livepatch', ['f'])).toBeNull();
    expect(says('The livepatch transition may never complete.')).toBe(1);
    kernel.pass(60);
    expect(stateOf(2)).toBe(0);
    expect(stateOf(1)).toBe(1);
  });

  it('a nop beside a replacement, where one livepatch gives position 0 and the other 1 (to 6.18)', () => {
    const withPosition = {
      name: 'newer',
      replace: true,
      objects: objects([{ name: 'f', sympos: 1 }]),
    };
    load('older', ['f']);
    expect(apply({ do: 'load', livepatch: withPosition })).toBe('EEXIST');
    boot({ kernel: '7.2' });
    load('older', ['f']);
    expect(apply({ do: 'load', livepatch: withPosition })).toBeNull();
  });
});

describe('atomic replace', () => {
  it('keeps the replaced ones listed and enabled, with nops, until it ends', () => {
    load('one', ['f', 'g']);
    load('two', ['f']);
    sleeper(10, ['f']);
    load('all', ['g'], { replace: true });
    expect([read('one/enabled'), read('two/enabled'), read('all/enabled')]).toEqual([
      '1',
      '1',
      '1',
    ]);
    const functions = treeOf(kernel.core).readFolder('/sys/kernel/livepatch/all/vmlinux');
    expect(functions).toMatchObject({
      entries: expect.arrayContaining([{ name: 'f,1', kind: 'folder' }]),
    });
    apply({ do: 'exit', tid: 10 });
    kernel.pass(1.1);
    expect([read('one/enabled'), read('two/enabled')]).toEqual(['absent', 'absent']);
    expect(read('all/vmlinux/patched')).toBe('1');
    expect([runs('f'), runs('g')]).toEqual([null, 'all']);
    expect(document().ghosts.map(({ kind }) => kind)).toEqual(['leftover', 'leftover']);
  });

  it('is reported as an overlap where neither replaces', () => {
    load('one', ['f']);
    load('two', ['f']);
    expect(document().findings.map(({ code }) => code)).toContain('overlap');
  });

  it('replaces within its set only where the kernel has sets', () => {
    boot({ kernel: 'replace_set' });
    load('one', ['f'], { replaceSet: 1 });
    load('two', ['g'], { replaceSet: 2 });
    expect(load('three', ['g'], { replaceSet: 1 })).toBe('EINVAL');
    expect(load('three', ['h'], { replaceSet: 1 })).toBeNull();
    kernel.pass(0.1);
    expect(kernel.core.patches.map(({ name }) => name)).toEqual(['two', 'three']);
  });
});
