import { describe, expect, it } from 'vitest';
import { searchTree } from '../readings/stackSearch';
import {
  livepatch,
  MemoryTree,
  modules,
  readingsOf,
  thread,
  type Files,
} from '../../testing/shared/memoryTree';
import { settled } from '../../testing/shared/documents';
import { statusOf } from '../report';
import { soughtFor } from './blocking';
import { whatIfSchema, type WhatIfAction } from './document';
import { renderWhatIf } from './text';
import { whatIf } from './whatIf';

const answer = (action: WhatIfAction, ...parts: readonly Files[]) => {
  const files: Files = Object.assign({ '/sys/kernel/livepatch/': '' }, ...parts);
  const status = statusOf(readingsOf(files));
  const sought = soughtFor(status, action);
  const search = sought && searchTree(new MemoryTree(files), sought);
  return whatIfSchema.parse(whatIf(status, action, search));
};
const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
const a = livepatch('a', { vmlinux: ['f,1', 'g,1'] });
const b = livepatch('b', { vmlinux: ['f,1'] });
/** A change of which nothing is open. */
const change = (name: string, now: string, then: string, object = 'vmlinux') => ({
  object,
  name,
  sympos: 1,
  now,
  then,
  cases: [],
});

describe('disabling', () => {
  it('lets a function fall back to the livepatch below, and others to the original', () => {
    const top = answer({ do: 'disable', patch: 'b' }, a, b, order);
    expect(top.functions).toEqual([change('f', 'b', 'a')]);
    expect(top).toMatchObject({
      allowed: true,
      leaving: ['b'],
      leftover: [],
      maybe: { leftover: ['b'], pinned: ['b'] },
      pinned: [],
    });
    expect(top.command).toBe('echo 0 | sudo tee /sys/kernel/livepatch/b/enabled');
  });

  it('changes nothing that a livepatch in the middle does not run', () => {
    const middle = answer({ do: 'disable', patch: 'a' }, a, b, order);
    expect(middle.functions).toEqual([change('g', 'a', 'original')]);
  });

  it('carries an unknown order into the answer', () => {
    const unknown = answer({ do: 'disable', patch: 'b' }, a, b);
    expect(unknown.functions).toEqual([
      {
        object: 'vmlinux',
        name: 'f',
        sympos: 1,
        now: null,
        then: 'a',
        cases: [
          { if: 'b lies above a', now: 'b', then: 'a' },
          { if: 'a lies above b', now: 'a', then: 'a' },
        ],
      },
    ]);
    expect(unknown.assumptions.join(' ')).toContain('unknown');
    expect(renderWhatIf(settled, unknown, 80)).toContain('if b lies above a: b → a');
  });

  it('of three in an unknown order, says what the top and the next decide', () => {
    const c = livepatch('c', { vmlinux: ['f,1'] });
    const [f] = answer({ do: 'disable', patch: 'c' }, a, b, c).functions;
    expect(f).toMatchObject({ now: null, then: null });
    expect(f?.cases).toHaveLength(4);
    expect(f?.cases).toContainEqual({ if: 'b lies on top', now: 'b', then: 'b' });
    expect(f?.cases).toContainEqual({ if: 'c lies on top and a next', now: 'c', then: 'a' });
  });

  it('says nothing of the functions of a module that is not loaded', () => {
    const absent = livepatch('a', { nfs: ['n,1'] });
    const files = { ...absent, '/sys/kernel/livepatch/a/nfs/patched': '0\n' };
    expect(answer({ do: 'disable', patch: 'a' }, files, order).functions).toEqual([]);
  });

  it('owns up that a capture without threads tells of none', () => {
    const asked = answer({ do: 'disable', patch: 'b' }, a, b, order);
    expect(asked).toMatchObject({ wouldBlock: [], unchecked: null, running: null });
    expect(renderWhatIf(settled, asked, 80)).toContain('who would block is unknown');
  });

  it('is refused while another transition runs, of what is not there, and twice', () => {
    const moving = livepatch('c', { vmlinux: ['h,1'] }, { transition: '1' });
    expect(answer({ do: 'disable', patch: 'a' }, a, moving).refusal?.errno).toBe('EBUSY');
    expect(answer({ do: 'disable', patch: 'zz' }, a).refusal?.errno).toBe('ENOENT');
    const off = livepatch('a', { vmlinux: ['f,1'] }, { enabled: '0' });
    expect(answer({ do: 'disable', patch: 'a' }, off).refusal?.errno).toBe('EINVAL');
  });

  it('tells of what is refused nothing but why, and how one would try', () => {
    const moving = livepatch('c', { vmlinux: ['h,1'] }, { transition: '1' });
    const refused = answer({ do: 'disable', patch: 'a' }, a, b, moving, thread(7));
    expect(refused).toMatchObject({
      allowed: false,
      functions: [],
      leaving: [],
      leftover: [],
      pinned: [],
      maybe: { leaving: [], leftover: [], pinned: [] },
      wouldBlock: [],
      unchecked: null,
      running: null,
      irreversible: [],
      assumptions: [],
    });
  });
});

describe('a running transition', () => {
  const leaving = livepatch(
    'b',
    { vmlinux: ['f,1'] },
    { transition: '1', enabled: '0', replace: '0' },
  );
  const inNewCode = thread(7, { state: '1', stack: ['klpp_f+0x1/0x2 [b]'] });

  it('can be reversed, and only it', () => {
    const back = answer({ do: 'reverse', patch: 'b' }, a, leaving, order, inNewCode);
    expect(back.functions).toEqual([change('f', 'a', 'b')]);
    expect(back.command).toBe('echo 1 | sudo tee /sys/kernel/livepatch/b/enabled');
    expect(answer({ do: 'reverse', patch: 'a' }, a, leaving, order).refusal?.errno).toBe('EINVAL');
  });

  it('reversed, is blocked by who has switched and sleeps in the new code', () => {
    const applying = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1', replace: '0' });
    const asleep = { state: '1', stack: ['schedule+0x1/0x2', 'klpp_f+0x1/0x2 [b]'] };
    const back = answer(
      { do: 'reverse', patch: 'b' },
      applying,
      order,
      // Not switched: it is where the reversed transition leads.
      thread(7, { state: '0', stack: ['f+0x1/0x2'] }),
      thread(8, asleep),
      thread(9, { state: '1', letter: 'R' }),
      thread(10, { state: '1', stack: null }),
      thread(11, { state: '1', stack: ['schedule+0x1/0x2'] }),
    );
    expect(back.wouldBlock).toMatchObject([
      {
        tid: 8,
        comm: 'cat',
        reason: { code: 'sleeping-on-function', function: 'f', symbol: 'klpp_f', frame: 1 },
      },
    ]);
    expect(back).toMatchObject({ unchecked: 2, running: 1 });
    expect(renderWhatIf(settled, back, 80)).toContain('cat (8) sleeps in klpp_f');
  });

  it('forced while it leaves, pins its module', () => {
    const forced = answer({ do: 'force', patch: 'b' }, a, leaving, order, inNewCode);
    expect(forced).toMatchObject({ pinned: ['b'], leaving: ['b'], leftover: [] });
    expect(forced.irreversible.join(' ')).toContain('never be unloaded');
    expect(answer({ do: 'force', patch: 'a' }, a).refusal?.errno).toBe('EINVAL');
  });

  it('of an atomic replace, forced, pins what it replaced', () => {
    const replacing = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1', replace: '1' });
    expect(answer({ do: 'force', patch: 'b' }, a, replacing, order).pinned).toEqual(['a']);
  });

  it('that may be an atomic replace, says what would leave then', () => {
    const applying = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1' });
    const forced = answer({ do: 'force', patch: 'b' }, a, applying, order);
    expect(forced).toMatchObject({ leaving: [], maybe: { leaving: ['a'], pinned: ['a'] } });
    expect(forced.assumptions.join(' ')).toContain('If b replaces the others, a leaves, too.');
  });
});

describe('replacing', () => {
  it('reverts what the new livepatch does not have, and takes over the rest', () => {
    const all = answer(
      {
        do: 'replace',
        functions: [
          { object: 'vmlinux', name: 'f', sympos: 1 },
          { object: 'nfs', name: 'n', sympos: 1 },
        ],
      },
      a,
      b,
      order,
    );
    expect(all.functions).toEqual([
      change('f', 'b', 'replacement'),
      change('g', 'a', 'original'),
      change('n', 'original', 'replacement', 'nfs'),
    ]);
    expect(all.leaving).toEqual(['a', 'b']);
  });

  const f = { object: 'vmlinux', name: 'f', sympos: 1 };

  it('is blocked by who sleeps in the code on top now, whoever it is of', () => {
    const asked = answer(
      { do: 'replace', functions: [f, { ...f, name: 'h' }] },
      a,
      b,
      order,
      thread(1, { stack: ['klpp_f+0x1/0x2 [b]'] }),
      // Below the one on top: the kernel doesn't look for it.
      thread(2, { stack: ['klpp_f+0x1/0x2 [a]'] }),
      // Taken back to the original.
      thread(3, { stack: ['klpp_g+0x1/0x2 [a]'] }),
      // Patched for the first time.
      thread(4, { stack: ['h+0x1/0x2'] }),
      thread(5, { stack: ['h+0x1/0x2 [other]'] }),
      // Stopped, but its stack can't be relied on.
      thread(6, { letter: 'T', stack: ['bpf_trampoline_6442+0x1/0x2'] }),
    );
    expect(asked.wouldBlock.map(({ tid, reason }) => [tid, reason.code])).toEqual([
      [1, 'sleeping-on-function'],
      [3, 'sleeping-on-function'],
      [4, 'sleeping-on-function'],
      [6, 'unreliable-stack'],
    ]);
    expect(asked.unchecked).toBe(0);
  });

  it('is blocked by who sleeps in a system call that the stack calls by another name', () => {
    const asked = (name: string) =>
      answer(
        { do: 'replace', functions: [{ ...f, name }] },
        thread(1, { stack: ['__do_sys_getpid+0x1/0x2', 'do_syscall_64+0x1/0x2'] }),
        thread(2, { stack: ['__do_sys_clone+0x1/0x2', 'do_syscall_64+0x1/0x2'] }),
      ).wouldBlock.map(({ tid }) => tid);
    expect(asked('__x64_sys_getpid')).toEqual([1]);
    expect(asked('__x64_sys_clone')).toEqual([]);
  });

  it('details the first 200 threads, and names all', () => {
    const threads = Array.from({ length: 250 }, (_, index) =>
      thread(1000 + index, { stack: ['f+0x1/0x2'] }),
    );
    const asked = answer({ do: 'replace', functions: [f] }, ...threads);
    expect(asked.wouldBlock).toHaveLength(250);
    expect(
      asked.wouldBlock.filter(({ comm, stack }) => comm !== null && stack !== null),
    ).toHaveLength(200);
    expect(asked.wouldBlock.at(-1)?.reason).toMatchObject({ function: 'f', frame: null });
  });

  it('is refused where another user of ftrace has the function', () => {
    const enabled = { '/sys/kernel/tracing/enabled_functions': 'f (1) R I     \n' };
    const own = answer({ do: 'replace', functions: [f] }, b, enabled);
    // Of a livepatch, it may be patched once more.
    expect(own.refusal).toBeNull();
    const taken = answer({ do: 'replace', functions: [f] }, enabled);
    expect(taken.refusal?.errno).toBe('EBUSY');
  });
});
