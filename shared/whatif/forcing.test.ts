/** Who leaves, and whose module stays for ever: klp_force_transition of kernel/livepatch/transition.c. */
import { describe, expect, it } from 'vitest';
import { finding, patch, settled, transition } from '../../testing/shared/documents';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import { whatIf } from './whatIf';

const off = { enabled: false } as const;
const moving = (
  direction: 'patching' | 'unpatching',
  patches: PatchEntry[],
  change: Partial<StatusDocument> = {},
): StatusDocument => ({
  ...settled,
  order: 'reported',
  patches,
  transitionState: 'running',
  transition: transition({ patch: 'z', direction }),
  ...change,
});
const z = (change: Partial<PatchEntry> = {}) => patch('z', { replace: true, ...change });
/** As before 6.1, where no file tells whether an object is patched. */
const untold = (name: string, change: Partial<PatchEntry> = {}) =>
  patch(name, {
    objects: [{ name: 'vmlinux', loaded: true, patched: null, functions: [] }],
    ...change,
  });
const strict = { supported: true, tainted: true, strictStack: true } as const;
const ofSet = (name: string, replaceSet: number | null) =>
  patch(name, { replace: true, replaceSet });
const wasForced = { findings: [finding('was-forced')] };

const inShort = ({ leaving, leftover, pinned, maybe, assumptions }: ReturnType<typeof whatIf>) => ({
  leaving,
  leftover,
  pinned,
  maybe: [
    ...maybe.leaving.map((n) => `leaving ${n}`),
    ...maybe.leftover.map((n) => `leftover ${n}`),
    ...maybe.pinned.map((n) => `pinned ${n}`),
  ],
  ifs: assumptions.filter((one) => /^If |forced since|Before 5\.18/.test(one)),
});
const nobody = { leaving: [], leftover: [], pinned: [], maybe: [], ifs: [] };

describe('forcing', () => {
  const forced = (status: StatusDocument) =>
    inShort(whatIf(status, { do: 'force', patch: 'z' }, null));

  it.each([
    [
      'an atomic replace pins who is replaced, and one above it that stays',
      moving('patching', [patch('a'), z(), patch('b'), patch('c', off)]),
      { leaving: ['a'], pinned: ['a', 'b'] },
    ],
    [
      'an atomic replace leaves alone who is off already',
      moving('patching', [patch('a'), patch('d', off), z()]),
      { leaving: ['a'], pinned: ['a'] },
    ],
    [
      'a livepatch that does not replace pins nobody',
      moving('patching', [patch('a'), z({ replace: false })]),
      {},
    ],
    [
      'one that may replace pins who may leave',
      moving('patching', [patch('a'), z({ replace: null }), patch('b')]),
      {
        maybe: ['leaving a', 'pinned a', 'pinned b'],
        ifs: ['If z replaces the others, a leaves, too.'],
      },
    ],
    [
      'a removal pins the livepatch that goes',
      moving('unpatching', [patch('a'), z({ enabled: false })]),
      { leaving: ['z'], pinned: ['z'] },
    ],
    [
      'within sets pins its own, and perhaps who does not tell',
      moving('patching', [ofSet('a', 1), ofSet('b', 2), ofSet('c', null), ofSet('z', 1)]),
      {
        leaving: ['a'],
        pinned: ['a'],
        maybe: ['leaving c', 'pinned c'],
        ifs: ['If z is of the same set, c leaves, too.'],
      },
    ],
    [
      'in an unknown order pins for certain, but who leaves depends on who lies below',
      moving('patching', [patch('a'), patch('b'), z()], { order: 'unknown' }),
      {
        pinned: ['a', 'b'],
        maybe: ['leaving a', 'leaving b'],
        ifs: ['If z lies above them, all of a and b leave, too.'],
      },
    ],
    [
      'until 5.18 may pin every livepatch',
      moving('patching', [untold('a', off), untold('z', { replace: false })]),
      {
        maybe: ['pinned a', 'pinned z'],
        ifs: ['Before 5.18 the kernel pins the modules of all livepatches when one is forced.'],
      },
    ],
    [
      'before 5.1 pins all that are on, and nobody leaves',
      moving('unpatching', [untold('a'), untold('b', off), untold('z', off)], {
        livepatch: strict,
      }),
      { pinned: ['a', 'z'] },
    ],
  ])('%s', (_, status, expected) => {
    expect(forced(status)).toEqual({ ...nobody, ...expected });
  });

  it('can’t be undone', () => {
    const whole = (status: StatusDocument) =>
      whatIf(status, { do: 'force', patch: 'z' }, null).irreversible.at(-1);
    expect(whole(moving('unpatching', [z({ enabled: false })]))).toBe(
      'The module of z can never be unloaded.',
    );
    expect(whole(moving('patching', [z({ replace: false })]))).toBe('Forcing can’t be taken back.');
  });

  it('asks for no stack: nobody has to switch', () => {
    const answer = whatIf(moving('patching', [z()]), { do: 'force', patch: 'z' }, null);
    expect(answer).toMatchObject({ wouldBlock: [], unchecked: 0, running: 0 });
  });
});

describe('disabling', () => {
  const disabled = (patches: PatchEntry[], change: Partial<StatusDocument> = {}) =>
    whatIf(
      { ...settled, order: 'reported', patches, ...change },
      { do: 'disable', patch: 'a' },
      null,
    );

  it.each([
    [{}, {}, { leaving: ['a'], leftover: ['a'] }],
    [{ forced: false }, wasForced, { leaving: ['a'], leftover: ['a'] }],
    [{ forced: true }, {}, { leaving: ['a'], pinned: ['a'] }],
    [
      {},
      wasForced,
      {
        leaving: ['a'],
        maybe: ['leftover a', 'pinned a'],
        ifs: ['A transition was forced since boot: if that pinned a, it can never be unloaded.'],
      },
    ],
    [{}, { livepatch: strict }, { leftover: ['a'] }],
    [{}, { livepatch: strict, ...wasForced }, { pinned: ['a'] }],
  ] as const)('gives its module up, unless it was forced: %j %j', (own, change, expected) => {
    expect(inShort(disabled([patch('a', own)], change))).toEqual({ ...nobody, ...expected });
  });

  it('can’t be undone since 5.1', () => {
    expect(disabled([patch('a')]).irreversible).toHaveLength(1);
    expect(disabled([patch('a')], { livepatch: strict }).irreversible).toEqual([]);
  });
});

describe('a removal that is reversed', () => {
  it('lets those leave that the livepatch replaces, and there is no way back then', () => {
    const back = (patches: PatchEntry[]) =>
      whatIf(moving('unpatching', patches), { do: 'reverse', patch: 'z' }, null);
    const replacing = back([patch('a'), z({ enabled: false })]);
    expect(inShort(replacing)).toEqual({ ...nobody, leaving: ['a'], leftover: ['a'] });
    expect(replacing.irreversible).toHaveLength(1);
    const alone = back([patch('a'), z({ enabled: false, replace: false })]);
    expect(inShort(alone)).toEqual(nobody);
    expect(alone.irreversible).toEqual([]);
  });
});

describe('a livepatch to come that replaces', () => {
  const come = (patches: PatchEntry[], names: string[], change: Partial<StatusDocument> = {}) =>
    whatIf(
      { ...settled, order: 'reported', patches, ...change },
      {
        do: 'replace',
        functions: names.map((name) => ({ object: 'vmlinux', name, sympos: 1 })),
      },
      null,
    );
  const f = 'cmdline_proc_show';

  it('takes the place of all that are on, and there is no way back', () => {
    const answer = come([patch('a'), patch('b', off), patch('c', { enabled: null })], ['g']);
    expect(answer).toMatchObject({ leaving: ['a', 'c'], leftover: ['a', 'c'] });
    expect(answer.irreversible).toHaveLength(1);
    expect(come([patch('b', off)], ['g']).irreversible).toEqual([]);
  });

  it('replaces nobody before 5.1', () => {
    expect(come([untold('a')], ['g'], { livepatch: strict })).toMatchObject({
      leaving: [],
      leftover: [],
    });
  });

  it('with sets replaces those of the set that its functions are of', () => {
    const elsewhere = (name: string, replaceSet: number | null) =>
      patch(name, { replaceSet, objects: [] });
    const answer = come(
      [ofSet('a', 1), elsewhere('b', 1), elsewhere('c', 2), elsewhere('d', null)],
      [f],
    );
    expect(answer.leaving).toEqual(['a', 'b']);
    expect(answer.maybe.leaving).toEqual(['d']);
    expect(answer.assumptions).toContain('If it is of the set of d, that leaves, too.');
  });

  it('with sets may be of any where its functions are of none', () => {
    const elsewhere = (name: string, replaceSet: number | null) =>
      patch(name, { replaceSet, objects: [] });
    const answer = come(
      [
        elsewhere('a', 1),
        elsewhere('b', 2),
        elsewhere('c', 1),
        elsewhere('d', null),
        elsewhere('e', null),
      ],
      [f],
    );
    expect(answer.leaving).toEqual([]);
    expect(answer.assumptions.filter((one) => one.startsWith('If'))).toEqual([
      'If it is of the set of a and c, those leave, too.',
      'If it is of the set of b, that leaves, too.',
      'If it is of the set of d, that leaves, too.',
      'If it is of the set of e, that leaves, too.',
    ]);
  });
});
