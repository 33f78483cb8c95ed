import { describe, expect, it } from 'vitest';
import { livepatch, modules, readingsOf, thread, type Files } from '../testing/memoryTree';
import { statusOf } from './status';
import { whatIf, whatIfSchema, type WhatIfAction } from './whatIf';

const answer = (action: WhatIfAction, ...parts: readonly Files[]) =>
  whatIfSchema.parse(
    whatIf(statusOf(readingsOf(Object.assign({ '/sys/kernel/livepatch/': '' }, ...parts))), action),
  );
const order = modules('b 1 1 - Live 0x0 (OEK)', 'a 1 1 - Live 0x0 (OEK)');
const a = livepatch('a', { vmlinux: ['f,1', 'g,1'] });
const b = livepatch('b', { vmlinux: ['f,1'] });

describe('disabling', () => {
  it('lets a function fall back to the livepatch below, and others to the original', () => {
    const top = answer({ do: 'disable', patch: 'b' }, a, b, order);
    expect(top.functions).toEqual([
      { object: 'vmlinux', name: 'f', sympos: 1, now: 'b', then: 'a' },
    ]);
    expect(top).toMatchObject({ allowed: true, leaving: ['b'], leftover: ['b'], pinned: [] });
    expect(top.command).toBe('echo 0 > /sys/kernel/livepatch/b/enabled');
  });

  it('changes nothing that a livepatch in the middle does not run', () => {
    const middle = answer({ do: 'disable', patch: 'a' }, a, b, order);
    expect(middle.functions).toEqual([
      { object: 'vmlinux', name: 'g', sympos: 1, now: 'a', then: 'original' },
    ]);
  });

  it('carries an unknown order into the answer', () => {
    const c = livepatch('c', { vmlinux: ['f,1'] });
    const unknown = answer({ do: 'disable', patch: 'c' }, a, b, c);
    expect(unknown.functions).toContainEqual({
      object: 'vmlinux',
      name: 'f',
      sympos: 1,
      now: null,
      then: null,
    });
    expect(unknown.assumptions.join(' ')).toContain('unknown');
  });

  it('is refused while another transition runs, of what is not there, and twice', () => {
    const moving = livepatch('c', { vmlinux: ['h,1'] }, { transition: '1' });
    expect(answer({ do: 'disable', patch: 'a' }, a, moving).refusal?.errno).toBe('EBUSY');
    expect(answer({ do: 'disable', patch: 'zz' }, a).refusal?.errno).toBe('ENOENT');
    const off = livepatch('a', { vmlinux: ['f,1'] }, { enabled: '0' });
    expect(answer({ do: 'disable', patch: 'a' }, off).refusal?.errno).toBe('EINVAL');
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
    expect(back.functions).toEqual([
      { object: 'vmlinux', name: 'f', sympos: 1, now: 'a', then: 'b' },
    ]);
    expect(back.command).toBe('echo 1 > /sys/kernel/livepatch/b/enabled');
    expect(answer({ do: 'reverse', patch: 'a' }, a, leaving, order).refusal?.errno).toBe('EINVAL');
  });

  it('names the threads that would block a reversed application', () => {
    const applying = livepatch('b', { vmlinux: ['f,1'] }, { transition: '1', replace: '0' });
    const early = thread(7, { state: '0', stack: ['klpp_f+0x1/0x2 [b]'] });
    const back = answer(
      { do: 'reverse', patch: 'b' },
      applying,
      order,
      early,
      thread(8, { state: '1' }),
    );
    expect(back.wouldBlock.map(({ tid }) => tid)).toEqual([7]);
    expect(back.unchecked).toBe(1);
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
      { object: 'vmlinux', name: 'f', sympos: 1, now: 'b', then: 'replacement' },
      { object: 'vmlinux', name: 'g', sympos: 1, now: 'a', then: 'original' },
      { object: 'nfs', name: 'n', sympos: 1, now: 'original', then: 'replacement' },
    ]);
    expect(all.leaving).toEqual(['a', 'b']);
  });
});
