/** What is said of a livepatch and a function in each state; rules: design, section 4. */
import { expect, test } from 'vitest';
import type { StatusDocument } from './statusDocument';
import { patch, settled, transition } from '../../testing/shared/documents';
import { runnersOf } from './runners';
import { certaintyOf } from './certainty';
import {
  below,
  functionKey,
  functionRole,
  implementationName,
  isLeaving,
  patchRole,
} from './roles';

const [a, b] = [patch('livepatch_a'), patch('livepatch_b')];
const entry = {
  object: 'vmlinux',
  name: 'cmdline_proc_show',
  sympos: 1,
  stack: ['livepatch_a', 'livepatch_b'],
  active: 'livepatch_b',
};

/** Two livepatches on one function, the upper one in a transition. */
function moving(
  change: Parameters<typeof transition>[0],
  upper: Parameters<typeof patch>[1] = {},
): StatusDocument {
  return {
    ...settled,
    patches: [a, patch('livepatch_b', { inTransition: true, ...upper })],
    functions: [entry],
    transitionState: 'running',
    transition: transition(change),
  };
}

function roleOf(status: StatusDocument, place: number) {
  const each = status.patches[place];
  const [object] = each?.objects ?? [];
  const [one] = object?.functions ?? [];
  if (!each || !object || !one) throw new Error('no function');
  return functionRole(status, each, object, one);
}

test('while unpatching it is the one in transition that leaves, and no other', () => {
  const removed = moving({ direction: 'unpatching' }, { enabled: false });
  expect(removed.patches.map((each) => isLeaving(each, removed))).toEqual([false, true]);
  // Also where the one that is removed was an atomic replace: what lies below stays.
  const replacing = moving({ direction: 'unpatching' }, { enabled: false, replace: true });
  expect(replacing.patches.map((each) => isLeaving(each, replacing))).toEqual([false, true]);
});

test('while patching others leave only for an atomic replace, and nobody where nothing is known', () => {
  const leaving = (status: StatusDocument) => status.patches.map((each) => isLeaving(each, status));
  expect(leaving(moving({}, { replace: true }))).toEqual([true, false]);
  expect(leaving(moving({}, { replace: false }))).toEqual([false, false]);
  expect(leaving(moving({ patch: 'nobody' }))).toEqual([null, null]);
  expect(leaving(moving({ direction: null }, { replace: true }))).toEqual([false, false]);
  expect(leaving({ ...settled, patches: [a, b] })).toEqual([false, false]);
});

test.each<[StatusDocument, number, string, string]>([
  [moving({}), 1, 'being applied', 'moving'],
  [moving({ direction: 'unpatching' }), 1, 'being removed', 'moving'],
  [moving({ direction: null }), 1, 'in transition, direction unknown', 'unknown'],
  [moving({}, { replace: true }), 0, 'leaves when it completes', 'stuck'],
  [moving({}, { replace: null }), 0, 'applied', 'settled'],
  [{ ...settled, patches: [a] }, 0, 'applied', 'settled'],
  [{ ...settled, patches: [{ ...a, enabled: false }] }, 0, 'disabled', 'unknown'],
  [{ ...settled, patches: [{ ...a, enabled: null }] }, 0, 'not known whether enabled', 'unknown'],
  [
    { ...settled, patches: [{ ...a, enabled: null, inTransition: null }] },
    0,
    'state unknown',
    'unknown',
  ],
  [{ ...settled, patches: [{ ...a, inTransition: null }] }, 0, 'applied', 'settled'],
])('the role of a livepatch %#', (status, place, text, tone) => {
  const each = status.patches[place];
  if (!each) throw new Error('no livepatch');
  expect(patchRole(each, status)).toEqual({ text, tone });
});

const threads = (blocking: number | null) => ({
  threads: { total: 812, done: 812 - (blocking ?? 0), blocking, undefined: 0 },
});

test.each([
  [moving(threads(3)), 'runs in 3 threads', 'stuck'],
  [moving(threads(1)), 'runs in 1 thread', 'stuck'],
  [moving(threads(1204)), 'runs in 1,204 threads', 'stuck'],
  [moving(threads(0)), 'no thread seen runs it', null],
  [moving(threads(null)), 'runs in threads not switched', 'stuck'],
  [moving({ direction: null }), 'shadowed by livepatch_b', null],
  [moving({ patch: 'another' }), 'shadowed by livepatch_b', null],
])('what the lower one does while the upper one moves %#', (status, text, tone) => {
  expect(roleOf(status, 0)).toEqual({ text, tone });
});

test.each<[StatusDocument, string, string | null]>([
  [moving({}), 'runs in switched threads', 'settled'],
  [moving({ direction: null }), 'direction unknown', 'unknown'],
  [moving({ direction: 'unpatching' }), 'left when it completes', 'stuck'],
  [{ ...settled, patches: [a, b], functions: [entry] }, 'runs', 'settled'],
  [
    { ...settled, patches: [a, b], functions: [{ ...entry, active: null }] },
    'not known',
    'unknown',
  ],
  [{ ...settled, patches: [a, b], functions: [] }, 'not in use', null],
  [
    { ...settled, patches: [a, b], functions: [{ ...entry, stack: ['livepatch_a'] }] },
    'not in use',
    null,
  ],
])('what the upper one does %#', (status, text, tone) => {
  expect(roleOf(status, 1)).toEqual({
    text,
    tone,
  });
});

test('that an object is patched has to be known for "runs"', () => {
  const open = patch('livepatch_b', {
    objects: [{ ...(b.objects[0] ?? { name: '', loaded: null, functions: [] }), patched: null }],
  });
  expect(roleOf({ ...settled, patches: [a, open], functions: [entry] }, 1).text).toBe('not known');
});

test('a name with what a screen would obey is written out', () => {
  const evil = 'b\u202e';
  const stack = ['livepatch_a', evil];
  const status: StatusDocument = {
    ...settled,
    patches: [a, patch(evil)],
    functions: [{ ...entry, stack, active: evil }],
  };
  expect(roleOf(status, 0).text).toBe('shadowed by b\\u202e');
  expect(implementationName(evil)).toBe('b\\u202e');
  expect(implementationName('original')).toBe('the original');
  expect(implementationName(null)).toBe('not known');
});

test('what lies below, and what runs when the active one is gone', () => {
  expect(below(entry, 'livepatch_b')).toBe('livepatch_a');
  expect(below(entry, 'livepatch_a')).toBe('original');
  expect(below(entry, 'another')).toBeNull();
  expect(below(null, 'livepatch_a')).toBeNull();
  expect(functionKey('vmlinux', 'f', null)).toBe('vmlinux:f,?');
  expect(functionKey('vmlinux', 'f', 2)).toBe('vmlinux:f,2');
});

const unloaded = patch('livepatch_a', {
  objects: [
    {
      name: 'nfs',
      loaded: false,
      patched: false,
      functions: [{ name: 'nfs_wait', sympos: 1, nop: false }],
    },
  ],
});
const waiting = {
  object: 'nfs',
  name: 'nfs_wait',
  sympos: 1,
  stack: ['livepatch_a'],
  active: null,
};

test('why it is not known what runs', () => {
  const of = (one: Parameters<typeof certaintyOf>[0], status: StatusDocument) =>
    certaintyOf(one, status);
  expect(of(entry, settled)).toBe('known');
  expect(of(waiting, { ...settled, patches: [unloaded] })).toBe('not-loaded');
  const loaded = {
    ...unloaded,
    objects: unloaded.objects.map((each) => ({ ...each, loaded: null })),
  };
  // One holder that may be loaded is enough for "not known".
  expect(of(waiting, { ...settled, patches: [unloaded, loaded] })).toBe('unknown');
  expect(of(waiting, settled)).toBe('unknown');
  const open = { ...entry, active: null };
  expect(of(open, { ...settled, patches: [a, b], order: 'unknown' })).toBe('order');
  expect(
    of(
      { ...open, stack: ['livepatch_a'] },
      {
        ...settled,
        patches: [a],
        order: 'unknown',
      },
    ),
  ).toBe('unknown');
});

test('threads are counted where it is known which code they run', () => {
  const counts = (status: StatusDocument, one = entry) =>
    runnersOf(one, status).map(({ name, threads: count }) => [name, count]);
  expect(counts(moving({}))).toEqual([
    ['livepatch_b', 809],
    ['livepatch_a', 3],
    ['original', null],
  ]);
  const nobody = [
    ['livepatch_b', null],
    ['livepatch_a', null],
    ['original', null],
  ];
  expect(counts(moving({ direction: null }))).toEqual(nobody);
  expect(counts(moving({ patch: 'another' }))).toEqual(nobody);
  expect(counts({ ...settled, patches: [a, b] })).toEqual(nobody);
  // While unpatching, those that are not done run what is leaving; what is active is below.
  expect(counts(moving({ direction: 'unpatching' }), { ...entry, active: 'livepatch_a' })).toEqual([
    ['livepatch_b', 3],
    ['livepatch_a', 809],
    ['original', null],
  ]);
  expect(counts(moving({}), { ...entry, stack: ['livepatch_b'] })).toEqual([
    ['livepatch_b', 809],
    ['original', 3],
  ]);
  const open = { ...transition().threads, done: null, blocking: null };
  expect(counts(moving({ threads: open }))).toEqual(nobody);
});

test('the word beside each implementation', () => {
  const words = (status: StatusDocument, one: Parameters<typeof runnersOf>[0] = entry) =>
    runnersOf(one, status).map(({ word, active }) => [word, active]);
  const two: StatusDocument = { ...settled, patches: [a, b], functions: [entry] };
  expect(words(two)).toEqual([
    ['runs', true],
    ['shadowed', false],
    ['not run', false],
  ]);
  expect(words({ ...settled, patches: [unloaded] }, waiting)).toEqual([
    ['module not loaded', false],
    ['module not loaded', false],
  ]);
  const nop = patch('livepatch_b', {
    objects: b.objects.map((object) => ({
      ...object,
      functions: object.functions.map((one) => ({ ...one, nop: null })),
    })),
  });
  expect(words({ ...two, patches: [a, nop] }, { ...entry, active: null })).toEqual([
    ['taken over or reverted', false],
    ['shadowed', false],
    ['perhaps', false],
  ]);
});
