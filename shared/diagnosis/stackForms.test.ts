import { expect, test } from 'vitest';
import type { StackFrame } from '../readings/files/stack';
import { breaksUnwinding, endsEarly, isOfTracer } from './stackForms';

const frame = (name: string, change: Partial<StackFrame> = {}): StackFrame => ({
  function: name,
  offset: 0x1,
  size: 0x2,
  module: null,
  ...change,
});

// Where user threads enter the kernel, by the sources of each architecture that has livepatching.
test.each([
  ['x86', 'entry_SYSCALL_64_after_hwframe'],
  ['x86', 'do_syscall_64'],
  ['x86', 'do_fast_syscall_32'],
  ['x86', '__do_fast_syscall_32'],
  ['x86', 'do_int80_syscall_32'],
  ['x86', 'do_SYSENTER_32'],
  ['x86', 'asm_exc_page_fault'],
  ['x86', 'exc_page_fault'],
  ['x86', 'irqentry_exit_to_user_mode'],
  ['x86', 'syscall_exit_to_user_mode'],
  ['x86', 'ret_from_fork_asm'],
  ['x86 before 5.8', 'page_fault'],
  ['x86 before 5.8', 'async_page_fault'],
  ['x86 before 5.8', 'error_entry'],
  ['x86 before 5.8', 'general_protection'],
  ['x86 before 5.8', 'retint_user'],
  ['x86 before 4.15', 'int_ret_from_sys_call'],
  ['x86 before 4.15', 'stub_clone'],
  ['arm64', 'el0t_64_sync'],
  ['arm64', 'el0_svc'],
  ['arm64', 'ret_to_user'],
  ['powerpc', 'system_call_exception'],
  ['powerpc, with descriptors', '.system_call_exception'],
  ['powerpc', 'interrupt_exit_user_prepare'],
  ['powerpc', 'data_access_common_virt'],
  ['powerpc', 'start_kernel_thread'],
  ['powerpc', 'ret_from_kernel_user_thread'],
  ['s390', '__do_syscall'],
  ['s390', 'system_call'],
  ['s390', 'pgm_check_handler'],
  ['s390', '__do_pgm_check'],
  ['s390', 'io_int_handler'],
  ['LoongArch', 'handle_syscall'],
  ['LoongArch', 'handle_tlb_load'],
  ['riscv', 'handle_exception'],
  ['riscv', 'do_trap_ecall_u'],
  // No capture has these: made from the sources that stackForms.ts names.
  ['x86, compat', 'entry_SYSENTER_compat_after_hwframe'],
  ['x86, compat', 'entry_SYSCALL_compat_after_hwframe'],
  ['x86, compat', 'entry_INT80_compat'],
  ['x86, compat since 6.7', 'asm_int80_emulation'],
  ['x86, compat since 6.7', 'int80_emulation'],
  ['x86, compat before 4.15', 'stub32_clone'],
  ['x86, compat before 4.15', 'ia32_sysret'],
  ['x86 with FRED', 'asm_fred_entrypoint_user'],
  ['x86 with FRED', 'fred_entry_from_user'],
  ['arm64, compat', 'el0t_32_sync'],
  ['arm64, compat', 'el0_svc_compat'],
  ['arm64, compat before 5.14', 'el0_sync_compat_handler'],
  ['arm64, page fault', 'el0_da'],
  ['powerpc, other exceptions', 'alignment_common_virt'],
  ['powerpc, other exceptions', 'program_check_common'],
  ['powerpc, 32 bits', 'DataAccess_virt'],
  ['s390', 'mcck_int_handler'],
  ['s390 before 5.13', 'kernel_thread_starter'],
  ['s390 since 5.13', '__ret_from_fork'],
  ['LoongArch, page fault', 'tlb_do_page_fault_0'],
  ['LoongArch, page fault', 'handle_tlb_protect'],
  ['LoongArch, page fault', 'handle_tlb_load_ptw'],
  ['LoongArch, exceptions', 'handle_vint'],
  ['LoongArch, exceptions', 'handle_bp'],
  ['LoongArch, exceptions', 'handle_ri'],
  ['riscv 6.12', '_new_vmalloc_restore_context_a0'],
  ['riscv before 6.5', 'ret_from_syscall'],
  ['riscv', 'ret_from_exception'],
  ['riscv, compat', '__riscv_compat_sys_ioctl'],
  ['riscv, 32 bits', '___se_sys_read'],
  ['s390, compat', '__s390_compat_sys_ioctl'],
  ['before 4.17', 'SYSC_newstat'],
  ['before 4.17', 'C_SYSC_ioctl'],
  ['before 4.17', 'compat_SyS_ioctl'],
  ['x32', '__x64_compat_sys_ioctl'],
  ['the system call itself', '__x64_sys_read'],
  ['the system call itself', '__arm64_compat_sys_openat'],
  ['the system call itself', '__se_sys_read'],
  ['the system call itself', '__do_sys_clone'],
  ['the system call itself', '__ia32_sys_read'],
  ['the system call itself', '__ia32_compat_sys_open'],
  ['the system call itself', '__x32_compat_sys_ioctl'],
  ['the system call itself', '__s390_sys_read'],
  ['the system call itself', '__s390x_sys_read'],
  ['the system call itself', '__riscv_sys_read'],
  ['the system call itself', 'sys_read'],
  ['the system call itself', 'compat_sys_open'],
  ['the system call itself, with descriptors', '.sys_read'],
  ['the system call itself', 'ksys_read'],
  ['the system call itself', 'SyS_read'],
])('a stack that gets back to where its thread came in is whole: %s, %s', (_, name) => {
  expect(endsEarly([frame('schedule'), frame(name)])).toBe(false);
  expect(endsEarly([frame(name), frame('beyond')])).toBe(false);
});

// Real functions, where there are any, whose names only look like one of those.
test.each([
  'dentry_open',
  'vfs_do_syscall_64',
  'do_page_fault',
  'page_fault_oops',
  'cancel0',
  'nfs_system_call',
  'my_start_kernel_thread',
  'start_kernel_threads',
  'rpc_sysc_tracepoint',
  'fs_handle_exception',
  'handle_userfault',
  'handle_mm_fault',
  'handle_irq_event',
  'nfs_alignment_common',
  'kernel_thread_starters',
  'proc_sys_read',
])('%s is no way into the kernel', (name) => {
  expect(endsEarly([frame('schedule'), frame(name)])).toBe(true);
});

// fs/proc/base.c: MAX_STACK_TRACE_DEPTH is 64.
test('a stack that the kernel cut off, or an empty one, does not end early', () => {
  const deep = (frames: number) => Array.from({ length: frames }, (_, n) => frame(`f${n}`));
  expect(endsEarly(deep(63))).toBe(true);
  expect(endsEarly(deep(64))).toBe(false);
  expect(endsEarly([])).toBe(false);
});

// arch/powerpc/kernel/stacktrace.c: a trampoline's address is printed by the symbol before it.
test('an address right behind a function hides who called it', () => {
  expect(isOfTracer(frame('f', { offset: 0x40, size: 0x40 }))).toBe(true);
  expect(isOfTracer(frame('f', { offset: 0x3f, size: 0x40 }))).toBe(false);
  expect(isOfTracer(frame('f', { offset: 0, size: 0 }))).toBe(false);
  expect(isOfTracer(frame('f', { offset: null, size: null }))).toBe(false);
});

test('an address without a symbol breaks the way back, and is nobody’s tracer', () => {
  const bare = frame('0xffffffffc0a1b2c3', { offset: null, size: null });
  expect([breaksUnwinding(bare), isOfTracer(bare)]).toEqual([true, false]);
  expect(breaksUnwinding(frame('0xdeadbeef'))).toBe(false);
  expect(breaksUnwinding(frame('f', { offset: null, size: null }))).toBe(false);
  const program = frame('bpf_prog_6deef7357e7b4530_x');
  expect([breaksUnwinding(program), isOfTracer(program)]).toEqual([true, true]);
});
