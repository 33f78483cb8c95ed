import { describe, expect, it } from 'vitest';
import { patch, settled, transition } from '../../testing/shared/documents';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import { assumptionsOf } from './assumptions';
import type { WhatIfAction } from './document';

const bare = (name: string, change: Partial<PatchEntry> = {}) =>
  patch(name, {
    replace: null,
    objects: [
      {
        name: 'vmlinux',
        loaded: true,
        patched: null,
        functions: [{ name: 'f', sympos: 1, nop: false }],
      },
    ],
    ...change,
  });
const host = (change: Partial<StatusDocument>): StatusDocument => ({
  ...settled,
  order: 'reported',
  ...change,
});
const strict = { supported: true, tainted: true, strictStack: true } as const;
const disable = (name: string): WhatIfAction => ({ do: 'disable', patch: name });
const reverse = (name: string): WhatIfAction => ({ do: 'reverse', patch: name });
const force = (name: string): WhatIfAction => ({ do: 'force', patch: name });
const replace = (object = 'vmlinux', name = 'f', sympos = 1): WhatIfAction => ({
  do: 'replace',
  functions: [{ object, name, sympos }],
});
const running = (name: string, direction: 'patching' | 'unpatching' | null = 'patching') =>
  ({ transitionState: 'running', transition: transition({ patch: name, direction }) }) as const;

/** Which of these pieces of sentences are among what is assumed; each kind of assumption has one. */
const pieces = {
  noTransition: 'No transition runs: what was read does not tell.',
  direction: 'is being applied: its direction could not be read',
  inferred: 'in the order in which they were loaded',
  unordered: 'lies above which is unknown',
  found: 'Each function is found exactly once',
  fits: 'fits the system state',
  immediate: 'No function is marked immediate',
  oldForce: 'never gives up its module',
  oldReplace: 'none is replaced, and the livepatch would lie on top',
  notOnTop: 'not on top; else the kernel refuses (EBUSY)',
  oldStays: 'stays in sysfs, and can be enabled again',
  onTop: 'lies on top; right below another that is enabled',
  ifOldReplace: 'on one before, the livepatch would lie on top and replace none',
  ifOldStays: 'stays in sysfs, disabled',
  ifOldAbove: 'because c lies above it',
  ifOldOpen: 'or, if another lies above it, the kernel refuses (EBUSY)',
  positions: 'before 6.19 the kernel refuses 0 where that has 1',
  unread: 'Loaded, as far as anybody knows: nfs; nothing was read of it.',
  absent: 'Not loaded: nfs; its functions change when it is.',
  ownSet: 'It has a set of its own, or one of those there',
  sameSet: 'It is of the same set as a; else the kernel refuses (EINVAL)',
} as const;

function assumed(status: StatusDocument, action: WhatIfAction): string[] {
  const sentences = assumptionsOf(status, action);
  const found = Object.entries(pieces)
    .filter(([, piece]) => sentences.some((sentence) => sentence.includes(piece)))
    .map(([name]) => name);
  expect(sentences.every((one) => Object.values(pieces).some((piece) => one.includes(piece)))).toBe(
    true,
  );
  return found;
}

const two = [patch('a'), patch('b')];
const a = bare('a');
const c = bare('c');
const withNfs = (loaded: boolean) =>
  patch('a', { objects: [{ name: 'nfs', loaded, patched: null, functions: [] }] });
const ofSet = (replaceSet: number | null) => patch('a', { replaceSet });

describe('what an answer takes for granted', () => {
  it.each([
    ['all is known', host({ patches: [patch('a')] }), disable('a'), []],
    [
      'whether one runs is unknown',
      host({ patches: [patch('a')], transitionState: 'unknown' }),
      disable('a'),
      ['noTransition'],
    ],
    [
      'the direction is unknown',
      host({ patches: [patch('a')], ...running('a', null) }),
      reverse('a'),
      ['direction'],
    ],
    [
      'the order is inferred',
      host({ patches: two, order: 'inferred' }),
      disable('a'),
      ['inferred'],
    ],
    ['the order is unknown', host({ patches: two, order: 'unknown' }), disable('a'), ['unordered']],
    ['there is one only', host({ patches: [patch('a')], order: 'unknown' }), disable('a'), []],
    // Kernels of old, told by their files.
    ['forced', host({ patches: [a], livepatch: strict }), force('a'), ['immediate', 'oldForce']],
    [
      'replaced',
      host({ patches: [a], livepatch: strict }),
      replace(),
      ['found', 'fits', 'immediate', 'oldReplace'],
    ],
    [
      'replaced over one that is off somewhere',
      host({ patches: [a, bare('b', { enabled: false })], livepatch: strict, order: 'unknown' }),
      replace('vmlinux', 'g'),
      ['unordered', 'found', 'fits', 'immediate', 'oldReplace', 'notOnTop'],
    ],
    [
      'disabled',
      host({ patches: [a], livepatch: strict }),
      disable('a'),
      ['immediate', 'oldStays'],
    ],
    [
      'disabled amid an unknown order',
      host({ patches: [a, c], livepatch: strict, order: 'unknown' }),
      disable('a'),
      ['unordered', 'immediate', 'oldStays', 'onTop'],
    ],
    [
      'disabled, the others being off',
      host({ patches: [a, bare('c', { enabled: false })], livepatch: strict, order: 'unknown' }),
      disable('a'),
      ['unordered', 'immediate', 'oldStays'],
    ],
    [
      'an application reversed',
      host({ patches: [a], livepatch: strict, ...running('a') }),
      reverse('a'),
      ['immediate', 'oldStays'],
    ],
    [
      'a removal reversed',
      host({ patches: [a], livepatch: strict, ...running('a', 'unpatching') }),
      reverse('a'),
      ['immediate'],
    ],
    // Kernels that may be old.
    ['forced, perhaps', host({ patches: [a] }), force('a'), []],
    [
      'replaced, perhaps',
      host({ patches: [a] }),
      replace('vmlinux', 'g'),
      ['found', 'fits', 'ifOldReplace'],
    ],
    ['nothing to replace', host({ patches: [] }), replace('vmlinux', 'g'), ['found', 'fits']],
    ['disabled, perhaps', host({ patches: [a] }), disable('a'), ['ifOldStays']],
    ['disabled below another', host({ patches: [a, c] }), disable('a'), ['ifOldAbove']],
    ['disabled above another', host({ patches: [c, a] }), disable('a'), ['ifOldStays']],
    [
      'disabled in an unknown order',
      host({ patches: [a, c], order: 'unknown' }),
      disable('a'),
      ['unordered', 'ifOldStays', 'ifOldOpen'],
    ],
    [
      'disabled while it is applied',
      host({ patches: [a, c], ...running('a') }),
      disable('a'),
      ['ifOldStays'],
    ],
    [
      'application reversed, perhaps',
      host({ patches: [a], ...running('a') }),
      reverse('a'),
      ['ifOldStays'],
    ],
    [
      'removal reversed, perhaps',
      host({ patches: [a], ...running('a', 'unpatching') }),
      reverse('a'),
      [],
    ],
    // What only later kernels have.
    ['replace', host({ patches: [bare('a', { replace: false })] }), disable('a'), []],
    ['stack_order', host({ patches: [bare('a', { stackOrder: 1 })] }), disable('a'), []],
    ['replace_set', host({ patches: [bare('a', { replaceSet: null })] }), disable('a'), []],
    ['patched', host({ patches: [patch('a', { replace: null })] }), disable('a'), []],
    // Of a livepatch to come.
    ['no function', host({ patches: [] }), { do: 'replace', functions: [] }, ['fits']],
    [
      'of an absent module',
      host({ patches: [withNfs(false)] }),
      replace('nfs'),
      ['found', 'fits', 'absent'],
    ],
    [
      'of a module that is there',
      host({ patches: [withNfs(true)] }),
      replace('nfs'),
      ['found', 'fits'],
    ],
    ['of an unknown module', host({ patches: [] }), replace('nfs'), ['found', 'fits', 'unread']],
    [
      'of its own set',
      host({ patches: [ofSet(1)] }),
      replace('vmlinux', 'g'),
      ['found', 'fits', 'ownSet'],
    ],
    [
      'of a set',
      host({ patches: [ofSet(1)] }),
      replace('vmlinux', 'cmdline_proc_show'),
      ['found', 'fits', 'sameSet'],
    ],
  ] satisfies [string, StatusDocument, WhatIfAction, (keyof typeof pieces)[]][])(
    '%s',
    (_, status, action, expected) => {
      expect(assumed(status, action)).toEqual(expected);
    },
  );

  it('is the same position where it takes a function over, unless positions can’t be mixed', () => {
    const functions = [
      { object: 'vmlinux', name: 'f', sympos: 1, stack: ['a'], active: 'a' },
      { object: 'vmlinux', name: 'g', sympos: 2, stack: ['a'], active: 'a' },
    ];
    const status = host({ patches: [patch('a')], functions });
    const isAssumed = (document: StatusDocument, action: WhatIfAction) =>
      assumed(document, action).includes('positions');
    expect(isAssumed(status, replace('vmlinux', 'f', 1))).toBe(true);
    expect(isAssumed(status, replace('vmlinux', 'f', 0))).toBe(true);
    expect(isAssumed(status, replace('vmlinux', 'g', 2))).toBe(false);
    expect(isAssumed(status, replace('vmlinux', 'h', 1))).toBe(false);
    expect(isAssumed({ ...status, livepatch: strict }, replace('vmlinux', 'f', 1))).toBe(false);
    expect(isAssumed({ ...status, patches: [ofSet(1)] }, replace('vmlinux', 'f', 1))).toBe(false);
  });
});
