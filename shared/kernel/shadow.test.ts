/**
 * Shadow variables and their collection, under each rule set. Sources: kernel/livepatch/shadow.c; the
 * series of 2022-10-26 ([PATCH v2 4/4] livepatch/shadow: Add garbage collection of shadow variables);
 * the third seed (mail of 2017-07-21) and the fourth (mail of 2023-02-02).
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from './kernel';
import type {
  HostLiteral,
  LivepatchLiteral,
  ObjectLiteral,
  ShadowAction,
  ShadowIdLiteral,
  ShadowTypeLiteral,
} from './state/literals';
import type { Operation } from './operations/operation';
import { findKernelVersion, rulesOf } from './state/version';

let kernel = Kernel.boot({ name: 'host' });

function boot(literal: Partial<HostLiteral> = {}): void {
  kernel = Kernel.boot({ name: 'host', kernel: 'shadow-gc', ...literal });
}

beforeEach(() => boot());

const apply = (operation: Operation) => {
  const outcome = kernel.apply(operation);
  kernel.pass(0.1);
  return outcome.ok ? null : outcome.errno;
};
const using = (
  name: string,
  objects: Readonly<Record<string, readonly ShadowTypeLiteral[]>>,
  more: Partial<LivepatchLiteral> = {},
  callbacks: ObjectLiteral['callbacks'] = {},
) =>
  apply({
    do: 'load',
    livepatch: {
      name,
      objects: Object.entries(objects).map(([object, shadowTypes]) => ({
        name: object,
        functions: [],
        shadowTypes,
        callbacks,
      })),
      ...more,
    },
  });
const call = (action: ShadowAction, by?: string) => {
  const operation = { do: 'shadow', action } as const;
  const outcome = kernel.apply(by === undefined ? operation : { ...operation, by });
  return 'answer' in outcome ? outcome.answer : outcome;
};
const alloc = (object: string, by?: string, id: ShadowIdLiteral = 7) =>
  call({ action: 'alloc', object, id }, by);
const get = (object: string, by?: string, id: ShadowIdLiteral = 7) =>
  call({ action: 'get', object, id }, by);
const disable = (patch: string) => apply({ do: 'write-enabled', patch, value: false });
const uses = (id = 7) => kernel.core.shadow.uses(id);
const objects = () => kernel.core.shadow.all().map(({ object }) => object);
const said = (text: string) =>
  kernel.core.messages.texts().filter((line) => line.includes(text)).length;

describe('released kernels', () => {
  it.each(['4.19', '6.1', '7.2'])(
    '%s leaves variables when their livepatch goes: a leak',
    (name) => {
      boot({ kernel: name });
      using('livepatch', { vmlinux: [{ id: 7 }] });
      alloc('sk', 'livepatch');
      disable('livepatch');
      expect([objects(), uses()]).toEqual([['sk'], 0]);
    },
  );

  // include/linux/livepatch.h has klp_shadow_* since 439e7271dc2b, Linux 4.15.
  it('4.12 has no shadow variables: its modules can’t be linked with them', () => {
    boot({ kernel: '4.12' });
    for (const action of ['get', 'alloc', 'get-or-alloc', 'update', 'free'] as const) {
      expect(call({ action, object: 'sk', id: 7 })).toEqual({ ok: false, errno: 'ENOENT' });
    }
    expect(call({ action: 'free-all', id: 7 })).toEqual({ ok: false, errno: 'ENOENT' });
    expect(kernel.core.shadow.calls).toEqual([]);
  });
});

// klp_shadow_register and klp_shadow_unregister of v2 4/4; the four places of the mail of 2023-02-02:
// "called transparently in __klp_enable_patch()/klp_complete_transition() and
// klp_module_coming()/klp_cleanup_module_patches_limited()".
describe.each(['shadow-gc', 'shadow-gc-intended'])('types under %s', (name) => {
  beforeEach(() => boot({ kernel: name }));

  it('are registered for the objects that are loaded, and when a module comes and goes', () => {
    using('livepatch', { vmlinux: [{ id: 7 }], nfs: [{ id: 7 }, { id: 8 }] });
    expect([uses(7), uses(8)]).toEqual([1, 0]);
    apply({ do: 'load-module', module: { name: 'nfs' } });
    expect([uses(7), uses(8)]).toEqual([2, 1]);
    call({ action: 'alloc', object: 'inode', id: 8 }, 'livepatch');
    alloc('sk', 'livepatch');
    apply({ do: 'unload', module: 'nfs' });
    expect([uses(7), uses(8), objects()]).toEqual([1, 0, ['sk']]);
    disable('livepatch');
    expect([uses(7), objects()]).toEqual([0, []]);
  });

  it('are counted across livepatches; the last user’s destructor runs', () => {
    const type = (text: string) => ({ id: 7, dtor: { says: [`${text} {object}`] } });
    using('first', { vmlinux: [type('old')] });
    using('second', { vmlinux: [type('new')] });
    expect(alloc('sk', 'first')).toEqual({ is: 'new', data: '' });
    disable('first');
    expect([uses(), objects()]).toEqual([1, ['sk']]);
    disable('second');
    expect([uses(), objects()]).toEqual([0, []]);
    expect([said('first: old sk'), said('second: new sk')]).toEqual([0, 1]);
  });

  it('are unregistered after the post-unpatch callback, which still finds its variables', () => {
    const find = { action: 'get', object: 'sk', id: 7 } as const;
    using('livepatch', { vmlinux: [{ id: 7 }] }, {}, { postUnpatch: { shadow: [find] } });
    call({ action: 'alloc', object: 'sk', id: 7, data: 'locked' }, 'livepatch');
    disable('livepatch');
    expect(kernel.core.shadow.calls.at(-1)?.answer).toEqual({ is: 'existing', data: 'locked' });
    expect(objects()).toEqual([]);
  });

  // klp_shadow_get: "Trying to get shadow variable of non-registered type: %lu", and NULL.
  it('that are not registered: each look says so, and a second variable is attached', () => {
    using('careless', { vmlinux: [] });
    expect(alloc('sk', 'careless')).toEqual({ is: 'new', data: '' });
    const message = 'livepatch: Trying to get shadow variable of non-registered type: 7';
    expect(said(message)).toBe(2);
    expect(get('sk', 'careless')).toEqual({ is: 'null' });
    expect(call({ action: 'get-or-alloc', object: 'sk', id: 7 }, 'careless')).toMatchObject({
      is: 'new',
    });
    expect([said(message), objects(), said('Duplicate')]).toEqual([5, ['sk', 'sk'], 0]);
    // Nobody's going frees them.
    disable('careless');
    expect(objects()).toEqual(['sk', 'sk']);
  });
});

describe('a replace', () => {
  const live = (name: string) => {
    boot({ kernel: name });
    using('older', { vmlinux: [{ id: 7 }, { id: 8 }] });
    alloc('kept', 'older', 7);
    alloc('dropped', 'older', 8);
    using('newer', { vmlinux: [{ id: 7 }] }, { replace: true });
    return [uses(7), uses(8), objects()];
  };

  // v2 4/4 changes klp_complete_transition for KLP_UNPATCHED only; klp_unpatch_replaced_patches and
  // klp_free_replaced_patches_async are as before.
  it('as posted leaves the replaced livepatch’s types registered for ever', () => {
    expect(live('shadow-gc')).toEqual([2, 1, ['kept', 'dropped']]);
    disable('newer');
    apply({ do: 'unload', module: 'older' });
    expect([uses(7), uses(8), objects()]).toEqual([1, 1, ['kept', 'dropped']]);
  });

  it('as intended unregisters them: what the newer one lists is kept', () => {
    expect(live('shadow-gc-intended')).toEqual([1, 0, ['kept']]);
    disable('newer');
    expect([uses(7), objects()]).toEqual([0, []]);
  });
});

describe('errors', () => {
  const failing = { prePatch: { fails: 'ENODEV' } } as const;
  const complaint = 'Trying to unregister shadow variable type that is not registered: 8';

  // The mail of 2023-01-31: klp_cancel_transition "tries to unregister all types".
  it.each([
    ['shadow-gc', 1],
    ['shadow-gc-intended', 0],
  ])('an enabling that fails under %s complains of %i types', (name, complaints) => {
    boot({ kernel: name, modules: [{ name: 'nfs' }] });
    expect(using('bad', { vmlinux: [{ id: 7 }], nfs: [{ id: 8 }] }, {}, failing)).toBe('ENODEV');
    expect([uses(7), uses(8), said(complaint)]).toEqual([0, 0, complaints]);
  });

  // klp_module_coming, err: klp_cleanup_module_patches_limited(mod, patch) stops before the one that
  // failed; the mail of 2023-01-30 asks to clean up on errors.
  it.each([
    ['shadow-gc', 1],
    ['shadow-gc-intended', 0],
  ])('a module that is refused under %s leaves %i registrations', (name, left) => {
    boot({ kernel: name });
    using('picky', { nfs: [{ id: 7 }] }, {}, failing);
    expect(apply({ do: 'load-module', module: { name: 'nfs' } })).toBe('ENODEV');
    expect(uses()).toBe(left);
  });

  it('without memory no type is registered, and the livepatch is refused', () => {
    apply({ do: 'set-memory', exhausted: true });
    expect(using('livepatch', { vmlinux: [{ id: 7 }] })).toBe('ENOMEM');
    expect(said("failed to register shadow types for object 'vmlinux'")).toBe(1);
    expect(uses()).toBe(0);
  });
});

describe('the answers', () => {
  beforeEach(() => {
    boot({ kernel: '7.2' });
    using('livepatch', {
      vmlinux: [{ id: 7, ctor: { data: 'unlocked', says: ['new {object}'] } }],
    });
  });

  it('a constructor of the type runs once, and may fail', () => {
    const lock = { action: 'get-or-alloc', object: 'sk', id: 7 } as const;
    expect(call(lock, 'livepatch')).toEqual({ is: 'new', data: 'unlocked' });
    expect(call(lock, 'livepatch')).toEqual({ is: 'existing', data: 'unlocked' });
    expect(said('livepatch: new sk')).toBe(1);
    using('failing', { vmlinux: [{ id: 8, ctor: { fails: 'EINVAL' } }] });
    expect(alloc('sk', 'failing', 8)).toEqual({ is: 'failed' });
    expect(said('Failed to construct shadow variable')).toBe(1);
  });

  // The mail of 2017-07-21, case B against case A: "We would loss the information if it was locked".
  it('get_or_alloc keeps a held lock, update loses it', () => {
    call({ action: 'alloc', object: 'sk', id: 7, data: 'held' }, 'livepatch');
    expect(call({ action: 'get-or-alloc', object: 'sk', id: 7 }, 'livepatch')).toEqual({
      is: 'existing',
      data: 'held',
    });
    const update = { action: 'update', object: 'sk', id: 7 } as const;
    expect(call(update, 'livepatch')).toEqual({ is: 'updated', data: 'unlocked' });
    expect(call({ ...update, object: 'other', data: '1' })).toEqual({ is: 'new', data: '1' });
  });

  it('are kept, with who asked and when', () => {
    alloc('sk', 'livepatch');
    alloc('sk');
    call({ action: 'free-all', id: 7 });
    expect(kernel.core.shadow.calls.map(({ by, answer }) => [by, answer])).toEqual([
      ['livepatch', { is: 'new', data: 'unlocked' }],
      [null, { is: 'duplicate' }],
      [null, { is: 'freed', count: 1 }],
    ]);
    const copy = kernel.clone();
    copy.apply({ do: 'shadow', action: { action: 'alloc', object: 'x', id: 1 } });
    expect(kernel.core.shadow.calls).toHaveLength(3);
  });

  it('without memory nothing is attached, without a word', () => {
    apply({ do: 'set-memory', exhausted: true });
    const before = kernel.core.messages.count;
    expect(alloc('sk')).toEqual({ is: 'no-memory' });
    expect(kernel.core.messages.count).toBe(before);
  });

  // include/linux/livepatch.h: unsigned long id.
  it.each([
    ['18446744073709551615', 2n ** 64n - 1n],
    ['0xfffffffffffffffe', 2n ** 64n - 2n],
    [2n ** 63n, 2n ** 63n],
    [2 ** 53 - 1, 9007199254740991n],
  ])('an id has 64 bits: %s', (id, known) => {
    expect(alloc('sk', undefined, id)).toMatchObject({ is: 'new' });
    expect(kernel.core.shadow.all()).toMatchObject([{ id: known }]);
    expect(get('sk', undefined, known)).toMatchObject({ is: 'existing' });
  });

  it.each(['18446744073709551616', '-1', '', '0x', '1.5', 2 ** 53, -1, 2n ** 64n])(
    'none is %s',
    (id) => {
      expect(alloc('sk', undefined, id)).toEqual({ ok: false, errno: 'EINVAL' });
    },
  );
});

it('a rule set is a released kernel and what deviates from it', () => {
  const rules = (name: string) => {
    const version = findKernelVersion(name);
    return version && rulesOf(version);
  };
  expect(rules('6.1')).toBe('Linux 6.1');
  expect(rules('shadow-gc')).toMatch(/^Linux 6\.1 with .*2022-10-26.*not at a replace$/);
  expect(rules('immediate-agreed')).toMatch(/^Linux 4\.12 with .*2016-04-05$/);
  boot({ kernel: '7.2', deviations: ['collection-intended', 'replace-set'] });
  expect(kernel.core.version).toMatchObject({
    base: '7.2',
    shadowCollection: 'intended',
    files: { replaceSet: true },
  });
  expect(rulesOf(kernel.core.version)).toMatch(/^Linux 7\.2 with shadow .*; and with replace_set/);
});
