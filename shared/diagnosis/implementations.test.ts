import { describe, expect, it } from 'vitest';
import type { Livepatch, Order } from '../model/systemState';
import type { StackFrame } from '../readings/files/stack';
import {
  findCulprit,
  implementationsToLeave,
  nameFit,
  type Implementation,
} from './implementations';

interface Named {
  readonly enabled?: boolean | null;
  readonly nop?: boolean | null;
  readonly loaded?: boolean | null;
  readonly patched?: boolean | null;
  readonly object?: string;
  readonly sympos?: number;
}

const patch = (name: string, functions: readonly string[], more: Named = {}): Livepatch => ({
  name,
  enabled: more.enabled === undefined ? true : more.enabled,
  inTransition: null,
  replace: null,
  stackOrder: null,
  forced: null,
  objects: [
    {
      name: more.object ?? 'vmlinux',
      loaded: more.loaded === undefined ? true : more.loaded,
      patched: more.patched === undefined ? true : more.patched,
      functions: functions.map((one) => ({
        name: one,
        sympos: more.sympos ?? 1,
        nop: more.nop === undefined ? false : more.nop,
      })),
    },
  ],
});

/** What is left, as `function of livepatch`; what stays in brackets. */
function leftBy(
  patches: readonly Livepatch[],
  direction: 'patching' | 'unpatching' | null,
  order: Order = 'reported',
  moving = 'new',
) {
  return implementationsToLeave({
    patches,
    order,
    transition: { patch: moving, direction },
    equalNames: [['vmlinux:f', 'vmlinux:f_alias'], ['vmlinux:alone']],
  }).map((one) => {
    const text = `${one.function} of ${one.patch ?? 'the kernel'}`;
    return one.isLeft ? text : `(${text})`;
  });
}

// klp_check_stack_func of kernel/livepatch/transition.c.
describe('the code that a transition leaves', () => {
  const mine = patch('new', ['f']);

  it('is the original below the only livepatch, while patching', () => {
    expect(leftBy([mine], 'patching')).toEqual(['f of the kernel']);
  });

  it('is that of the livepatch right below, and not what lies under that or above', () => {
    const stack = [patch('a', ['f']), patch('b', ['f']), mine, patch('c', ['f'])];
    expect(leftBy(stack, 'patching')).toEqual(['f of b']);
  });

  it('is that of the livepatch below which has the same function by another name', () => {
    expect(leftBy([patch('a', ['f_alias']), mine], 'patching')).toEqual([
      'f of a',
      '(f_alias of a)',
    ]);
    expect(leftBy([patch('a', ['alone']), mine], 'patching')).toEqual(['f of the kernel']);
  });

  it('is that of any other where the order is unknown', () => {
    const stack = [patch('a', ['f']), mine, patch('c', ['f'])];
    expect(leftBy(stack, 'patching', 'unknown')).toEqual(['f of a', 'f of c']);
  });

  it('is none for the lowest of several: its removal was reversed', () => {
    expect(leftBy([mine, patch('c', ['f'])], 'patching')).toEqual([]);
  });

  it.each([
    ['is disabled', patch('a', ['f'], { enabled: false })],
    ['has it in another object', patch('a', ['f'], { object: 'nfs' })],
    ['has it at another position', patch('a', ['f'], { sympos: 2 })],
    ['has another function', patch('a', ['g'])],
    ['does not patch the object', patch('a', ['f'], { patched: false })],
  ])('is the original where the one below %s', (_, below) => {
    expect(leftBy([below, mine], 'patching')).toEqual(['f of the kernel']);
  });

  it.each([
    ['enabled', patch('a', ['f'], { enabled: null })],
    ['patched', patch('a', ['f'], { patched: null })],
  ])('is that of the one below where %s could not be read', (_, below) => {
    expect(leftBy([below, mine], 'patching')).toEqual(['f of a']);
  });

  it('is the livepatch’s own while unpatching, and the original where a nop is undone', () => {
    expect(leftBy([patch('a', ['f']), mine], 'unpatching')).toEqual(['f of new']);
    expect(leftBy([patch('new', ['f'], { nop: true })], 'unpatching')).toEqual(['f of the kernel']);
    expect(leftBy([patch('new', ['f'], { nop: null })], 'unpatching')).toEqual([
      'f of new',
      'f of the kernel',
    ]);
  });

  it('is none of an object that is not loaded, and may be of one that may be', () => {
    expect(leftBy([patch('new', ['f'], { loaded: false })], 'unpatching')).toEqual([]);
    expect(leftBy([patch('new', ['f'], { loaded: null })], 'unpatching')).toEqual(['f of new']);
  });

  it('is unknown without a direction, or where the livepatch is not listed', () => {
    expect(leftBy([mine], null)).toEqual([]);
    expect(leftBy([mine], 'patching', 'reported', 'other')).toEqual([]);
    expect(
      implementationsToLeave({
        patches: [mine],
        order: 'reported',
        transition: null,
        equalNames: [],
      }),
    ).toEqual([]);
  });

  it('comes with what stays of the same livepatch, so that neither is taken for the other', () => {
    expect(leftBy([patch('a', ['f', 'g']), mine], 'patching')).toEqual(['f of a', '(g of a)']);
    expect(leftBy([patch('a', ['g']), mine], 'patching')).toEqual(['f of the kernel']);
  });
});

describe('the frame that is to be left', () => {
  const frame = (name: string, module: string | null = null): StackFrame => ({
    function: name,
    offset: 1,
    size: 2,
    module,
  });
  const of = (name: string, from: string | null, more: Partial<Implementation> = {}) => ({
    object: 'vmlinux',
    function: name,
    names: [name],
    patch: from,
    isLeft: true,
    ...more,
  });

  it('is the innermost of several', () => {
    const stack = [frame('schedule'), frame('g'), frame('f')];
    expect(findCulprit(stack, [of('f', null), of('g', null)])).toEqual({
      frame: 1,
      symbol: 'g',
      object: 'vmlinux',
      function: 'g',
    });
    expect(findCulprit([frame('schedule')], [of('f', null)])).toBeNull();
    expect(findCulprit([], [of('f', null)])).toBeNull();
  });

  it('is of the object’s own module, whose name has _ where the object’s has -', () => {
    const inModule = [of('f', null, { object: 'nf-nat' })];
    expect(findCulprit([frame('f', 'nf_nat')], inModule)?.object).toBe('nf-nat');
    expect(findCulprit([frame('f')], inModule)).toBeNull();
    expect(findCulprit([frame('f', 'nf_nat')], [of('f', null)])).toBeNull();
  });

  it('is one that the stack calls by another of its names', () => {
    const names = ['__x64_sys_getpid', '__ia32_sys_getpid', '__do_sys_getpid'];
    const original = of('__x64_sys_getpid', null, { names });
    expect(findCulprit([frame('schedule'), frame('__do_sys_getpid')], [original])).toEqual({
      frame: 1,
      symbol: '__do_sys_getpid',
      object: 'vmlinux',
      function: '__x64_sys_getpid',
    });
    const replaced = of('__x64_sys_getpid', 'new', { names });
    expect(findCulprit([frame('klpp___do_sys_getpid', 'new')], [replaced])?.function).toBe(
      '__x64_sys_getpid',
    );
  });

  it('is one whose name fits, before any other code of the livepatch', () => {
    const stack = [frame('helper', 'new'), frame('lp_busy_wait', 'new')];
    expect(findCulprit(stack, [of('klp_busy_wait', 'new')])).toMatchObject({
      frame: 1,
      function: 'klp_busy_wait',
    });
    expect(findCulprit([frame('helper', 'new')], [of('klp_busy_wait', 'new')])).toEqual({
      frame: 0,
      symbol: 'helper',
      object: null,
      function: null,
    });
    expect(findCulprit([frame('helper', 'other')], [of('klp_busy_wait', 'new')])).toBeNull();
  });

  it('is named after the function that fits best, and after none of two that fit alike', () => {
    const both = [of('read', 'new'), of('vfs_read', 'new')];
    expect(findCulprit([frame('klpp_vfs_read', 'new')], both)?.function).toBe('vfs_read');
    const alike = [of('a_busy_wait', 'new'), of('b_busy_wait', 'new')];
    expect(findCulprit([frame('lp_busy_wait', 'new')], alike)).toEqual({
      frame: 0,
      symbol: 'lp_busy_wait',
      object: null,
      function: null,
    });
    const twice = [of('f', 'new'), of('f', 'new', { object: 'nfs' })];
    expect(findCulprit([frame('f', 'new')], twice)?.function).toBe('f');
  });

  it('is none that is known to be code that stays', () => {
    const stays = [of('f', 'new'), of('vfs_write', 'new', { isLeft: false })];
    expect(findCulprit([frame('klpp_vfs_write', 'new')], stays)).toBeNull();
    expect(findCulprit([frame('vfs_write', 'new'), frame('f', 'new')], stays)?.frame).toBe(1);
    const onlyStays = [of('g', 'new', { isLeft: false })];
    expect(findCulprit([frame('helper', 'new')], onlyStays)).toBeNull();
  });

  it.each([
    ['vfs_read', 'vfs_read', Infinity],
    ['klpp_vfs_read', 'vfs_read', 9],
    ['livepatch_vfs_read', 'vfs_read', 9],
    ['klpp_read', 'read', 5],
    ['lp_busy_wait', 'klp_busy_wait', 1],
    ['xvfs_read', 'vfs_read', 0],
    ['lp_wait', 'klp_wait', 0],
    ['other', 'vfs_read', 0],
    ['vfs_read_iter', 'vfs_read', 0],
  ])('%s fits %s: %d', (symbol, name, fit) => {
    expect(nameFit(symbol, name)).toBe(fit);
  });
});
