/** What the answer about one function is, and what it leaves open. */
import { describe, expect, it } from 'vitest';
import { patch, settled, transition } from '../../testing/shared/documents';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import type { WhatIfAction } from './document';
import { whatIf } from './whatIf';

const having = (
  name: string,
  nop: boolean | null,
  change: Partial<PatchEntry> & { loaded?: boolean | null } = {},
): PatchEntry => {
  const { loaded = true, ...own } = change;
  const functions = [{ name: 'f', sympos: 1, nop }];
  return patch(name, { objects: [{ name: 'nfs', loaded, patched: true, functions }], ...own });
};

function changesOf(
  patches: PatchEntry[],
  active: string | null,
  action: WhatIfAction,
  change: Partial<StatusDocument> = {},
) {
  const stack = patches.map(({ name }) => name);
  const functions = [{ object: 'nfs', name: 'f', sympos: 1, stack, active }];
  const status = { ...settled, order: 'reported', patches, functions, ...change } as const;
  return whatIf(status, action, null).functions.map(({ now, then, cases }) => ({
    now,
    then,
    cases: cases.map((one) => `${one.if}: ${one.now} → ${one.then}`),
  }));
}
const disable = (name: string): WhatIfAction => ({ do: 'disable', patch: name });
const reverse = (name: string): WhatIfAction => ({ do: 'reverse', patch: name });
const moving = (name: string, direction: 'patching' | 'unpatching') =>
  ({ transitionState: 'running', transition: transition({ patch: name, direction }) }) as const;

describe('a function', () => {
  it('of which nothing is known but its row may become anything', () => {
    const unread = [having('a', false, { loaded: null })];
    expect(changesOf(unread, 'a', disable('a'))).toEqual([{ now: 'a', then: null, cases: [] }]);
    expect(changesOf([having('a', false, { loaded: false })], null, disable('a'))).toEqual([]);
    const unclear = [having('a', false), having('b', false, { enabled: null })];
    expect(changesOf(unclear, null, disable('a'))).toEqual([{ now: null, then: null, cases: [] }]);
  });

  it('of four livepatches in an unknown order is answered case by case, of five not', () => {
    const of = (names: string) => names.split('').map((name) => having(name, false));
    const unknown = { order: 'unknown' } as const;
    const [four] = changesOf(of('abcd'), null, disable('d'), unknown);
    // The top is a, b or c, or d with one of those next.
    expect(four?.cases).toHaveLength(6);
    expect(changesOf(of('abcde'), null, disable('e'), unknown)).toEqual([
      { now: null, then: null, cases: [] },
    ]);
    const [five] = changesOf(of('abcde'), 'e', disable('e'));
    expect(five).toEqual({ now: 'e', then: 'd', cases: [] });
  });

  it('is the livepatch’s again when the removal of a replacing one is reversed', () => {
    const z = having('z', false, { enabled: false, replace: true, inTransition: true });
    const status = moving('z', 'unpatching');
    expect(changesOf([having('a', false), z], 'a', reverse('z'), status)).toEqual([
      { now: 'a', then: 'z', cases: [] },
    ]);
    // What lies above stays on top, also of one that replaces.
    expect(changesOf([z, having('c', false)], 'c', reverse('z'), status)).toEqual([]);
  });

  it('of the lowest livepatch is no nop: there is nothing below it to be undone', () => {
    const z = having('z', null, { replace: true, inTransition: true });
    expect(changesOf([z], null, reverse('z'), moving('z', 'patching'))).toEqual([
      { now: 'z', then: 'original', cases: [] },
    ]);
  });

  it('that may be a nop, of a livepatch that may replace, is told in cases', () => {
    const z = having('z', null, { replace: null, inTransition: true });
    const patches = [having('a', false), z];
    expect(changesOf(patches, null, reverse('z'), moving('z', 'patching'))).toEqual([
      {
        now: null,
        then: 'a',
        cases: [
          'z only takes it back to the original: original → a',
          'z has code of its own for it: z → a',
        ],
      },
    ]);
  });

  it('that runs the original already does not fall back to it', () => {
    const off = having('a', false, { replaceSet: 1, enabled: true });
    const come: WhatIfAction = {
      do: 'replace',
      functions: [{ object: 'nfs', name: 'other', sympos: 1 }],
    };
    expect(changesOf([off], 'original', come).map(({ now }) => now)).toEqual(['original']);
    expect(changesOf([off], 'a', come)).toContainEqual({
      now: 'a',
      then: null,
      cases: ['it is of the set of a: a → original', 'it is not of the set of a: a → a'],
    });
  });
});
