import { describe, expect, it } from 'vitest';
import { areOneFunction, namesOf, type EqualNames } from './otherNames';

const core = (name: string) => ({ object: 'vmlinux', name });
const nothing: EqualNames = [];
const isOne = (a: string, b: string, looked = nothing) => areOneFunction(core(a), core(b), looked);

// arch/*/include/asm/syscall_wrapper.h; pairs of the first two tables as /proc/kallsyms of a 6.18 has them.
describe('without addresses', () => {
  it.each([
    ['__x64_sys_getpid', '__do_sys_getpid'],
    ['__do_sys_getpid', '__ia32_sys_getpid'],
    ['__x64_sys_munlockall', '__do_sys_munlockall'],
    ['__ia32_compat_sys_rt_sigreturn', '__do_compat_sys_rt_sigreturn'],
    ['__s390_sys_getpid', '__s390x_sys_getpid'],
    ['sys_read', 'SyS_read'],
    ['compat_sys_fcntl', 'compat_SyS_fcntl'],
    ['f', 'f'],
  ])('%s and %s are one function', (a, b) => {
    expect(isOne(a, b)).toBe(true);
    expect(isOne(b, a)).toBe(true);
  });

  it.each([
    ['__x64_sys_clone', '__do_sys_clone'],
    ['__x64_sys_clone', '__ia32_sys_clone'],
    ['__x64_sys_getpid', '__do_sys_gettid'],
    ['__x64_sys_getpid', '__s390x_sys_getpid'],
    ['__x64_sys_getpid', 'sys_getpid'],
    ['__x64_sys_', '__do_sys_'],
    ['vfs_read', 'vfs_write'],
  ])('%s and %s may be', (a, b) => {
    expect(isOne(a, b)).toBeNull();
  });

  it('the rule is for the core kernel, and other objects have other functions', () => {
    const inModule = (name: string) => ({ object: 'nf-nat', name });
    expect(areOneFunction(inModule('sys_f'), inModule('SyS_f'), nothing)).toBeNull();
    expect(areOneFunction(inModule('f'), core('f'), nothing)).toBe(false);
    expect(areOneFunction(inModule('f'), { object: 'nf_nat', name: 'f' }, nothing)).toBe(true);
  });
});

describe('with addresses', () => {
  const looked: EqualNames = [
    ['vmlinux:f', 'vmlinux:g'],
    ['vmlinux:alone'],
    ['nf_nat:h', 'nf_nat:i'],
  ];

  it('names of one address are one function, and of two addresses two', () => {
    expect(isOne('f', 'g', looked)).toBe(true);
    expect(isOne('f', 'alone', looked)).toBe(false);
    expect(isOne('x', 'alone', looked)).toBe(false);
    expect(isOne('x', 'y', looked)).toBeNull();
    expect(namesOf({ object: 'nf-nat', name: 'i' }, looked)).toEqual(['i', 'h']);
  });

  it('they stand above the rule', () => {
    expect(isOne('__x64_sys_getpid', '__do_sys_getpid', [['vmlinux:__do_sys_getpid']])).toBe(false);
    expect(namesOf(core('__do_sys_getpid'), [['vmlinux:__do_sys_getpid']])).toEqual([
      '__do_sys_getpid',
    ]);
  });
});
