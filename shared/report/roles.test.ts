/** Expected values from the document's rules: design, section 4, "Functions" and "Nop". */
import { expect, test } from 'vitest';
import type { StatusDocument } from './statusDocument';
import { patch, settled, transition } from '../../testing/shared/documents';
import { runnersOf } from './runners';
import { certaintyOf } from './certainty';
import { functionRole, isLeaving, patchRole, symposText } from './roles';

const entry = {
  object: 'vmlinux',
  name: 'cmdline_proc_show',
  sympos: 1,
  stack: ['livepatch_a', 'livepatch_b'],
  active: 'livepatch_b',
};

const stacked: StatusDocument = {
  ...settled,
  patches: [patch('livepatch_a'), patch('livepatch_b')],
  functions: [entry],
};

function rolesIn(status: StatusDocument): readonly string[] {
  return status.patches.map((each) => {
    const [object] = each.objects;
    const [name] = object?.functions ?? [];
    if (object === undefined || name === undefined) throw new Error('a patch without functions');
    return functionRole(status, each, object, name).text;
  });
}

test('of two on one function the upper runs and the lower is shadowed', () => {
  expect(rolesIn(stacked)).toEqual(['shadowed by livepatch_b', 'runs']);
});

test('with the order unknown nobody is said to win', () => {
  const open = { ...entry, active: null };
  const status: StatusDocument = { ...stacked, order: 'unknown', functions: [open] };
  expect(rolesIn(status)).toEqual(['not known', 'not known']);
  expect(runnersOf(open, status).map(({ word }) => word)).toEqual([
    'not known',
    'not known',
    'not known',
  ]);
});

const replacing = patch('cumulative', {
  replace: true,
  inTransition: true,
  objects: [
    {
      name: 'vmlinux',
      loaded: true,
      patched: true,
      functions: [{ name: 'cmdline_proc_show', sympos: 1, nop: null }],
    },
  ],
});
const replaced: StatusDocument = {
  ...settled,
  patches: [patch('livepatch_a'), patch('livepatch_b'), replacing],
  functions: [{ ...entry, stack: [...entry.stack, 'cumulative'], active: null }],
  transitionState: 'running',
  transition: transition({ patch: 'cumulative' }),
};

test('in an atomic replace the older ones leave, and a possible nop is left open', () => {
  expect(rolesIn(replaced)).toEqual([
    'shadowed by livepatch_b',
    'runs in 3 threads',
    'taken over or reverted',
  ]);
  expect(replaced.patches.map((each) => isLeaving(each, replaced))).toEqual([true, true, false]);
  const [open] = replaced.functions;
  if (open === undefined) throw new Error('no function');
  expect(certaintyOf(open, replaced)).toBe('nop');
  expect(runnersOf(open, replaced).map(({ threads }) => threads)).toEqual([null, 3, null, null]);
});

test('a proven nop reverts to the original, and what is lost is named', () => {
  const nop = patch('cumulative', {
    ...replacing,
    objects: [
      {
        name: 'vmlinux',
        loaded: true,
        patched: true,
        functions: [{ name: 'cmdline_proc_show', sympos: 1, nop: true }],
      },
    ],
  });
  const reverting = { ...entry, stack: [...entry.stack, 'cumulative'], active: 'original' };
  const status: StatusDocument = {
    ...replaced,
    patches: [patch('livepatch_a'), patch('livepatch_b'), nop],
    functions: [reverting],
  };
  expect(rolesIn(status).at(-1)).toBe('reverts to the original');
});

test('whether others leave is open where the kernel does not say replace', () => {
  const status: StatusDocument = {
    ...stacked,
    patches: [patch('livepatch_a'), patch('livepatch_b', { replace: null, inTransition: true })],
    transitionState: 'running',
    transition: transition(),
  };
  expect(status.patches.map((each) => isLeaving(each, status))).toEqual([null, false]);
});

test('while unpatching the leaving one is left, and blocking threads are in its code', () => {
  const status: StatusDocument = {
    ...settled,
    patches: [patch('livepatch_a'), patch('livepatch_b', { enabled: false, inTransition: true })],
    functions: [{ ...entry, active: 'livepatch_a' }],
    transitionState: 'running',
    transition: transition({ direction: 'unpatching' }),
  };
  const [leaving] = status.functions;
  if (leaving === undefined) throw new Error('no function');
  expect(rolesIn(status)[1]).toBe('left when it completes');
  expect(runnersOf(leaving, status).map(({ name, threads }) => [name, threads])).toEqual([
    ['livepatch_b', 3],
    ['livepatch_a', 809],
    ['original', null],
  ]);
});

test('an object that is not loaded waits, one that should be patched and is not says so', () => {
  const waiting = patch('livepatch_a', {
    objects: [
      {
        name: 'nf_tables',
        loaded: false,
        patched: false,
        functions: [{ name: 'nft_expr_init', sympos: 1, nop: false }],
      },
    ],
  });
  const broken = patch('livepatch_b', {
    objects: [
      {
        name: 'nf_tables',
        loaded: true,
        patched: false,
        functions: [{ name: 'nft_expr_init', sympos: 1, nop: false }],
      },
    ],
  });
  expect(rolesIn({ ...settled, patches: [waiting, broken] })).toEqual([
    'waits for the module to load',
    'not patched',
  ]);
});

test('unknown is said as unknown, not as disabled', () => {
  expect(patchRole(patch('a', { enabled: null, inTransition: null }), settled).text).toBe(
    'state unknown',
  );
  expect(patchRole(patch('a', { enabled: false }), settled).text).toBe('disabled');
});

test.each([
  [null, 'position among symbols of that name unknown'],
  [0, 'the only symbol of that name'],
  [1, 'first symbol of that name'],
  [7, 'symbol number 7 of that name'],
])('sympos %s is %s', (sympos, text) => {
  expect(symposText(sympos)).toBe(text);
});
