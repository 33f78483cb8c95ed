/** What-if on kernels that go by other rules, and how their files tell. */
import { describe, expect, it } from 'vitest';
import type { CollectOptions } from '../readings/collect';
import { dmesg, livepatch, modules, readingsOf, type Files } from '../../testing/shared/memoryTree';
import { settled } from '../../testing/shared/documents';
import { statusOf } from '../report';
import { whatIfSchema, type WhatIfAction } from './document';
import { renderWhatIf } from './text';
import { whatIf } from './whatIf';

const live: Partial<CollectOptions> = { live: true, source: 'local' };

const answer = (
  action: WhatIfAction,
  files: readonly Files[],
  options: Partial<CollectOptions> = {},
) => {
  const status = statusOf(readingsOf(Object.assign({}, ...files), options));
  return whatIfSchema.parse(whatIf(status, action, null));
};

/** A livepatch as kernels before 6.1 show it: no file tells whether an object is patched. */
function plain(
  name: string,
  functions: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Files {
  const files = Object.entries(livepatch(name, { vmlinux: functions }));
  const root = `/sys/kernel/livepatch/${name}`;
  return {
    ...Object.fromEntries(files.filter(([path]) => !path.endsWith('/patched'))),
    ...Object.fromEntries(Object.entries(more).map(([file, text]) => [`${root}/${file}`, text])),
  };
}

const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
const f = { object: 'vmlinux', name: 'f', sympos: 1 };

describe('a kernel of 4.15 to 5.0, which has the file signal', () => {
  const marks = { force: '', signal: '' };
  const both = [plain('a', ['f,1', 'g,1'], marks), plain('b', ['f,1'], marks), order];

  it('disables only the livepatch on top, which stays in sysfs', () => {
    const below = answer({ do: 'disable', patch: 'a' }, both);
    expect(below.refusal).toEqual({
      errno: 'EBUSY',
      why: 'b lies above it, and only the livepatch on top can be disabled',
    });
    const top = answer({ do: 'disable', patch: 'b' }, both);
    expect(top).toMatchObject({
      allowed: true,
      leaving: [],
      leftover: [],
      maybe: { leftover: ['b'] },
      irreversible: [],
    });
    expect(top.assumptions.join(' ')).toContain('b stays in sysfs, and can be enabled again.');
  });

  it('says what it takes for granted where the order is unknown', () => {
    const top = answer({ do: 'disable', patch: 'b' }, both.slice(0, 2));
    expect(top.assumptions.join(' ')).toContain('the kernel refuses (EBUSY)');
  });

  it('never replaces: the new livepatch lies on top', () => {
    const loaded = answer({ do: 'replace', functions: [f] }, both);
    expect(loaded).toMatchObject({ leaving: [], leftover: [], irreversible: [] });
    expect(loaded.functions).toMatchObject([{ name: 'f', now: 'b', then: 'replacement' }]);
    expect(loaded.assumptions.join(' ')).toContain('lie on top of those there');
  });

  it('enables none above one that is disabled', () => {
    const off = plain('b', ['f,1'], { ...marks, enabled: '0\n' });
    const loaded = answer({ do: 'replace', functions: [f] }, [...both.slice(0, 1), off, order]);
    expect(loaded.refusal).toEqual({ errno: 'EBUSY', why: 'b lies below it, and is disabled' });
  });

  it('gives up no module any more once a transition was forced', () => {
    const log = dmesg(
      "[    1.000000] livepatch: 'x': starting patching transition",
      '[    2.000000] livepatch: forcing remaining tasks to the patched state',
    );
    const later = answer({ do: 'disable', patch: 'b' }, [...both, log]);
    expect(later).toMatchObject({ leaving: [], leftover: [], pinned: ['b'] });
    const moving = plain('b', ['f,1'], { ...marks, transition: '1\n' });
    const forced = answer({ do: 'force', patch: 'b' }, [...both.slice(0, 1), moving, order]);
    expect(forced).toMatchObject({ leaving: [], pinned: ['a', 'b'], maybe: { pinned: [] } });
  });
});

describe('a kernel of 4.12 to 4.14, which has no file force', () => {
  const both = [plain('a', ['f,1']), plain('b', ['f,1'], { transition: '1\n' }), order];

  it('is known by that where it is read as it runs, and can’t force', () => {
    const forced = answer({ do: 'force', patch: 'b' }, both, live);
    expect(forced.refusal?.errno).toBe('ENOENT');
  });

  it('is not told from a later one by a saved tree, which may lack the file', () => {
    const forced = answer({ do: 'force', patch: 'b' }, both);
    expect(forced.allowed).toBe(true);
    const settled = [plain('a', ['f,1']), plain('b', ['f,1']), order];
    expect(answer({ do: 'disable', patch: 'a' }, settled, live).refusal?.errno).toBe('EBUSY');
    const asked = answer({ do: 'disable', patch: 'a' }, settled);
    expect(asked).toMatchObject({ allowed: true, leaving: ['a'] });
    expect(asked.assumptions).toContain(
      'The kernel is 5.1 or later; on one before, the kernel refuses (EBUSY), because b lies above it.',
    );
  });
});

describe('a kernel that has none of the files that tell', () => {
  const alone = [plain('a', ['f,1'], { force: '' })];

  it('is taken for 5.1 or later, which is said', () => {
    const gone = answer({ do: 'disable', patch: 'a' }, alone, live);
    expect(gone.leaving).toEqual(['a']);
    expect(gone.assumptions.join(' ')).toContain('on one before, a stays in sysfs, disabled.');
    const replaced = answer({ do: 'replace', functions: [f] }, alone, live);
    expect(replaced.assumptions.join(' ')).toContain('would lie on top and replace none');
  });

  it('with `patched`, `replace` or `stack_order` is a later one for certain', () => {
    const later = livepatch('a', { vmlinux: ['f,1'] });
    const { assumptions } = answer({ do: 'disable', patch: 'a' }, [later]);
    expect(assumptions.join(' ')).not.toContain('5.1');
  });
});

describe('positions 0 and 1', () => {
  it('may be mixed only since 6.19, and no file shows which of them a livepatch has', () => {
    const there = [livepatch('a', { vmlinux: ['f,1', 'h,2'] })];
    const over = answer({ do: 'replace', functions: [f] }, there);
    expect(over.assumptions.join(' ')).toContain('(EEXIST)');
    const second = { ...f, name: 'h', sympos: 2 };
    const beside = answer({ do: 'replace', functions: [second] }, there);
    expect(beside.assumptions.join(' ')).not.toContain('EEXIST');
  });
});

describe('a kernel with sets', () => {
  const inSet = (name: string, set: string, functions: readonly string[]) => ({
    ...livepatch(name, { vmlinux: functions }),
    [`/sys/kernel/livepatch/${name}/replace_set`]: set,
  });
  const hosts = [inSet('a', '1\n', ['f,1', 'g,1']), inSet('b', '2\n', ['h,1']), order];

  it('replaces within the set whose functions are taken over', () => {
    const over = answer({ do: 'replace', functions: [f] }, hosts);
    expect(over).toMatchObject({ leaving: ['a'], maybe: { leaving: [] } });
    expect(over.functions.map(({ name, then }) => [name, then])).toEqual([
      ['f', 'replacement'],
      ['g', 'original'],
    ]);
    expect(over.assumptions).toContain(
      'It is of the same set as a; else the kernel refuses (EINVAL).',
    );
  });

  it('refuses functions of two sets', () => {
    const over = answer({ do: 'replace', functions: [f, { ...f, name: 'h' }] }, hosts);
    expect(over.refusal).toMatchObject({ errno: 'EINVAL' });
    expect(over.refusal?.why).toContain('a (1) and b (2)');
  });

  it('says what would leave with which set, where nothing tells its own', () => {
    const fresh = answer({ do: 'replace', functions: [{ ...f, name: 'new' }] }, hosts);
    expect(fresh).toMatchObject({ leaving: [], maybe: { leaving: ['a', 'b'] } });
    expect(fresh.functions.find(({ name }) => name === 'h')).toMatchObject({
      now: 'b',
      then: null,
      cases: [
        { if: 'it is of the set of b', now: 'b', then: 'original' },
        { if: 'it is not of the set of b', now: 'b', then: 'b' },
      ],
    });
    expect(renderWhatIf(settled, fresh, 100)).toContain(
      'If it is of the set of b, that leaves, too.',
    );
  });

  it('forces only those of its own', () => {
    const moving = { ...inSet('c', '2\n', ['h,1']), '/sys/kernel/livepatch/c/transition': '1\n' };
    const loaded = modules('c 1 1 - Live 0x0', 'b 1 1 - Live 0x0', 'a 1 1 - Live 0x0');
    const forced = answer({ do: 'force', patch: 'c' }, [...hosts, moving, loaded]);
    expect(forced).toMatchObject({ leaving: ['b'], pinned: ['b'] });
  });
});
