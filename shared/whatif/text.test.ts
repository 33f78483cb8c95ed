import { describe, expect, it } from 'vitest';
import { blocker, settled } from '../../testing/shared/documents';
import { noModules, type WhatIf, type WhatIfAction } from './document';
import { renderWhatIf, uncheckedClause } from './text';

const answer: WhatIf = {
  format: 'klpscope/what-if',
  version: 1,
  target: 'db1',
  action: { do: 'disable', patch: 'a' },
  allowed: true,
  refusal: null,
  functions: [],
  ...noModules,
  maybe: noModules,
  wouldBlock: [],
  unchecked: 0,
  running: 0,
  irreversible: [],
  assumptions: [],
  command: null,
};
const textOf = (change: Partial<WhatIf>, width = 80) =>
  renderWhatIf(settled, { ...answer, ...change }, width);
const change = (name: string, now: string | null, then: string | null) => ({
  object: 'vmlinux',
  name,
  sympos: 1,
  now,
  then,
  cases: [],
});

describe('a what-if at a terminal', () => {
  it('tells all that would change', () => {
    expect(
      textOf({
        functions: [
          change('f', 'a', 'original'),
          {
            ...change('long_name', null, 'b'),
            sympos: 2,
            cases: [{ if: 'a lies above b', now: 'a', then: null }],
          },
        ],
        leaving: ['a'],
        leftover: ['a', 'b'],
        pinned: ['c'],
        maybe: { leaving: ['d'], leftover: ['e'], pinned: ['f'] },
        wouldBlock: [blocker(7), blocker(8, { comm: null })],
        irreversible: ['It is gone.'],
        assumptions: ['Nothing runs.'],
        command: 'echo 0 > /x',
      }),
    ).toBe(
      [
        'If a were disabled: this is what would change.',
        '',
        '  vmlinux:f            a → original',
        '  vmlinux:long_name,2  unknown → b',
        '    if a lies above b: a → unknown',
        'Leaves: a',
        'Leaves, perhaps: d',
        'Stays loaded, unused: a and b',
        'Stays loaded, unused, perhaps: e',
        'Can never be unloaded: c',
        'Can never be unloaded, perhaps: f',
        '',
        '2 threads would block now.',
        '  cat (7) sleeps in klp_busy_wait_d',
        '  thread (8) sleeps in klp_busy_wait_d',
        '',
        'Can’t be undone:',
        '  - It is gone.',
        '',
        'Assumed:',
        '  - Nothing runs.',
        '',
        'As root one would type:',
        '  echo 0 > /x',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing changes', () => {
    expect(textOf({})).toBe(
      [
        'If a were disabled: this is what would change.',
        '',
        'None of the functions that were read would run other code in threads that switch.',
        '',
        'No thread is known that would block now.',
        '',
      ].join('\n'),
    );
  });

  it('says of a refusal why, and nothing else', () => {
    const refusal = { errno: 'EBUSY', why: 'the transition of b runs' } as const;
    expect(textOf({ allowed: false, refusal, command: 'echo 0 > /x' })).toBe(
      'If a were disabled: the kernel would refuse with EBUSY.\nThe transition of b runs.\n',
    );
  });

  it('says first that a demo host is no real machine', () => {
    const demo = { ...settled, source: 'demo' } as const;
    expect(renderWhatIf(demo, answer, 80).split('\n')[0]).toBe('A demo host: no real machine.');
    const refusal = { errno: 'EBUSY', why: 'no' } as const;
    expect(renderWhatIf(demo, { ...answer, refusal }, 80)).toMatch(/^A demo host/);
    expect(renderWhatIf(settled, answer, 80)).not.toContain('demo');
  });

  const wanted = { object: 'vmlinux', name: 'f', sympos: 1 };
  it.each([
    [{ do: 'reverse', patch: 'a' }, 'If the transition of a were reversed: '],
    [{ do: 'force', patch: 'a' }, 'If the transition of a were forced: '],
    [
      { do: 'replace', functions: [wanted] },
      'If a replacing livepatch of 1 function were loaded: ',
    ],
    [
      { do: 'replace', functions: [wanted, wanted] },
      'If a replacing livepatch of 2 functions were loaded: ',
    ],
  ] satisfies [WhatIfAction, string][])('names the action: %j', (action, title) => {
    expect(textOf({ action }).startsWith(title)).toBe(true);
  });

  it('names twenty threads and counts the others', () => {
    const threads = (count: number) => ({
      wouldBlock: Array.from({ length: count }, (_, n) => blocker(n + 1)),
    });
    expect(textOf(threads(20))).not.toContain('more thread');
    expect(textOf(threads(21))).toContain('  cat (20) ');
    expect(textOf(threads(21))).not.toContain('cat (21)');
    expect(textOf(threads(21))).toContain('\n  and 1 more thread\n');
    expect(textOf(threads(22))).toContain('\n  and 2 more threads\n');
    expect(textOf(threads(1))).toContain('1 thread would block now.');
  });

  it.each([
    [null, null, 'The threads’ stacks were not read: who would block is unknown.'],
    [0, 0, 'No thread is known that would block now.'],
    [2, 0, 'No thread is known that would block now. 2 threads could not be checked.'],
    [2, null, 'No thread is known that would block now. 2 threads could not be checked.'],
  ])('tells whom it could not check: %s, %s', (unchecked, running, sentence) => {
    expect(textOf({ unchecked, running }, 200)).toContain(`\n${sentence}\n`);
  });

  it.each([
    [1, 0, '1 thread could not be checked'],
    [1, 1, '1 thread could not be checked: it was running'],
    [3, 3, '3 threads could not be checked: they were running'],
    [3, 1, '3 threads could not be checked, 1 because it was running'],
    [3, 2, '3 threads could not be checked, 2 because they were running'],
  ])('of %d unchecked, %d ran', (unchecked, running, clause) => {
    expect(uncheckedClause(unchecked, running)).toBe(clause);
  });

  it('breaks long lines at the width, further lines further in, and never a word', () => {
    const long = 'aaaa bbbb cccc dddd';
    const cases = [{ if: long, now: 'x', then: 'y' }];
    const text = textOf(
      { irreversible: [long], functions: [{ ...change('f', 'x', 'y'), cases }] },
      16,
    );
    expect(text).toContain('  - aaaa bbbb\n    cccc dddd\n');
    expect(text).toContain('    if aaaa\n      bbbb cccc\n      dddd: x →\n      y\n');
    const word = 'x'.repeat(40);
    expect(textOf({ irreversible: [word] }, 20)).toContain(`\n    ${word}\n`);
  });

  it('escapes what a host named', () => {
    const name = 'x\u001b[2J';
    const text = textOf({
      action: { do: 'force', patch: name },
      functions: [{ ...change(name, name, name), object: name }],
      leaving: [name],
      maybe: { leaving: [name], leftover: [name], pinned: [name] },
      pinned: [name],
      leftover: [name],
      wouldBlock: [blocker(1, { comm: name })],
    });
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text.match(/x\\x1b\[2J/g)).toHaveLength(12);
  });
});
