import { describe, expect, it } from 'vitest';
import { patch, settled, transition } from '../../testing/shared/documents';
import type { ActiveFunction, PatchEntry, StatusDocument } from '../report/statusDocument';
import { codeOf, possibleStacksOf, runsNow } from './possibleStacks';

const row = (change: Partial<ActiveFunction> = {}): ActiveFunction => ({
  object: 'vmlinux',
  name: 'f',
  sympos: 1,
  stack: [],
  active: null,
  ...change,
});

function having(name: string, nop: boolean | null, change: Partial<PatchEntry> = {}): PatchEntry {
  const functions = [{ name: 'f', sympos: 1, nop }];
  const objects = [{ name: 'vmlinux', loaded: true, patched: true, functions }];
  return patch(name, { objects, ...change });
}

const of = (
  patches: PatchEntry[],
  change: Partial<StatusDocument> = {},
  active: string | null = null,
) => possibleStacksOf({ ...settled, patches, ...change }, row({ active }));
const ordersOf = (stacks: ReturnType<typeof of>) =>
  stacks?.map(({ members }) => members.map((member) => member.patch).join(''));

describe('the order of livepatches', () => {
  const three = ['a', 'b', 'c'].map((name) => having(name, false));

  it('is the document’s where that is known, and every one where it is not', () => {
    expect(ordersOf(of(three))).toEqual(['abc']);
    const open = ordersOf(of(three, { order: 'unknown' })) ?? [];
    expect(open.toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    expect(ordersOf(of(three.slice(0, 1), { order: 'unknown' }))).toEqual(['a']);
  });

  it('leaves on top what is seen to run, and stays open where nothing fits that', () => {
    const seen = ordersOf(of(three, { order: 'unknown' }, 'c')) ?? [];
    expect(seen.toSorted()).toEqual(['abc', 'bac']);
    expect(of(three, { order: 'unknown' }, 'somebody')).toHaveLength(6);
  });

  it('is not gone through for more than four of one function', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => having(`${n}`, false));
    expect(of(many(4), { order: 'unknown' })).toHaveLength(24);
    expect(of(many(5), { order: 'unknown' })).toBeNull();
    expect(of(many(5))).toHaveLength(1);
  });
});

describe('who is on a function’s stack', () => {
  it('is whoever is enabled, or leaves it in a transition', () => {
    const leaving = having('b', false, { enabled: false, inTransition: true });
    const [stack] = of([having('a', false), leaving, having('c', false, { enabled: false })]) ?? [];
    expect(stack?.members).toEqual([
      { patch: 'a', isLeaving: false, nop: false },
      { patch: 'b', isLeaving: true, nop: false },
    ]);
    expect(stack && runsNow(stack)).toBe('a');
  });

  it('is not told where one does not tell whether it is enabled', () => {
    expect(of([having('a', false), having('b', false, { enabled: null })])).toBeNull();
  });

  it('is no livepatch with other functions, or of an object that it did not patch', () => {
    const place = (change: object) => {
      const functions = [{ name: 'f', sympos: 1, nop: false, ...change }];
      return patch('b', { objects: [{ name: 'vmlinux', loaded: true, patched: true, functions }] });
    };
    for (const other of [place({ name: 'g' }), place({ sympos: 2 }), patch('b', { objects: [] })])
      expect(ordersOf(of([having('a', false), other]))).toEqual(['a']);
    const missed = having('b', false);
    const objects = missed.objects.map((one) => ({ ...one, patched: false }));
    expect(ordersOf(of([having('a', false), { ...missed, objects }]))).toEqual(['a']);
  });

  // klp_find_object_module compares names to the letter, and no module has a `-` in its name.
  it('is none for a name that no module can have, unless the kernel says that it is patched', () => {
    const named = (name: string, patched: boolean | null) => {
      const functions = [{ name: 'f', sympos: 1, nop: false }];
      const status = {
        ...settled,
        patches: [patch('a', { objects: [{ name, loaded: true, patched, functions }] })],
      };
      return possibleStacksOf(status, row({ object: name }))?.[0]?.members.length;
    };
    expect([named('a-b', null), named('a-b', true), named('ab', null)]).toEqual([0, 1, 1]);
  });
});

// klp_add_nops of kernel/livepatch/core.c: an atomic replace takes back what others below it have.
describe('what a replacing livepatch may bring', () => {
  const moving = { transitionState: 'running', transition: transition({ patch: 'b' }) } as const;
  const replacing = (replace: boolean | null, nop: boolean | null = null) =>
    having('b', nop, { inTransition: true, replace });
  const nopsOf = (patches: PatchEntry[]) =>
    of(patches, moving)?.map(({ members, replaces }) => [
      replaces,
      ...members.map(({ nop }) => nop),
    ]);

  it('is its own code or a nop, where another lies below it', () => {
    expect(nopsOf([having('a', false), replacing(true)])).toEqual([
      [true, false, true],
      [true, false, false],
    ]);
    expect(nopsOf([replacing(true)])).toEqual([[true, false]]);
  });

  it('is its own code where it replaces none, and all of it where that is not told', () => {
    expect(nopsOf([having('a', false), replacing(false)])).toEqual([[false, false, false]]);
    expect(nopsOf([having('a', false), replacing(null)])).toEqual([
      [true, false, true],
      [true, false, false],
      [false, false, false],
    ]);
    expect(nopsOf([having('a', false), replacing(true, true)])).toEqual([[true, false, true]]);
  });
});

it('a nop runs the original, and so does an empty stack', () => {
  expect(codeOf({ patch: 'a', isLeaving: false, nop: true })).toBe('original');
  expect(codeOf({ patch: 'a', isLeaving: false, nop: false })).toBe('a');
  expect(codeOf(undefined)).toBe('original');
});
