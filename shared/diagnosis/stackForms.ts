/**
 * What the forms of kernel stacks tell: code that unwinders can't see through, where a stack has to
 * end, and threads that never leave the kernel. Symbols are those of the architectures that have
 * livepatching: x86, arm64, powerpc, s390, LoongArch, riscv.
 */
import type { StackFrame } from '../readings/files/stack';

/**
 * How the symbols of code begin that unwinders can't see through: BPF programs and trampolines,
 * return probes, the function graph tracer, addresses without a symbol
 * (Documentation/livepatch/reliable-stacktrace.rst).
 */
export const unwindBreakers = [
  '0x',
  'bpf_trampoline',
  'bpf_prog_',
  'return_to_handler',
  'ftrace_graph_caller',
  'kretprobe_trampoline',
  '__kretprobe_trampoline',
  'arch_rethook_trampoline',
] as const;

/** The frame of a tracer, a return probe or a BPF program. */
export function isOfTracer(frame: StackFrame): boolean {
  const { function: name } = frame;
  return (
    hidesItsCaller(frame) ||
    unwindBreakers.some((beginning) => beginning !== '0x' && name.startsWith(beginning))
  );
}

/** A frame that the kernel's own check of a stack can't get past. */
export function breaksUnwinding(frame: StackFrame): boolean {
  return isOfTracer(frame) || (frame.function.startsWith('0x') && frame.offset === null);
}

/**
 * `NAME+0xN/0xN`: the address lies right behind a function. powerpc prints the trampolines of the
 * graph tracer and of return probes so, by the symbol that happens to lie before them: there the
 * kernel's plain walk does not resolve them, but its check does (arch/powerpc/kernel/stacktrace.c).
 */
function hidesItsCaller({ offset, size }: StackFrame): boolean {
  return size !== null && size > 0 && offset === size;
}

/**
 * Where the stack of a thread of user space ends: entries of system calls, interrupts and exceptions,
 * of a thread's birth, or the function of a system call itself.
 *
 * x86: arch/x86/entry/{entry_64.S,entry_64_compat.S,entry_32.S,entry_64_fred.S,common.c,syscall_64.c},
 * `asm_` of idtentry.h, before 5.8 the names of entry_64.S themselves · arm64:
 * arch/arm64/kernel/entry.S, entry-common.c (`el0…`) · powerpc: interrupt_64.S, exceptions-64s.S
 * (EXC_COMMON_BEGIN, with `_virt` and `_real` before 5.9), head_32.h, syscall.c · s390: entry.S,
 * syscall.c; before 5.13 `kernel_thread_starter` · LoongArch: entry.S, genex.S (BUILD_HANDLER:
 * `handle_` and the exception), mm/tlbex.S (`tlb_do_page_fault_0`, `_1`) · riscv: entry.S
 * (handle_exception, of which the unwinder of stacktrace.c prints the return address, in 6.12 by
 * the label `_new_vmalloc_restore_context_a0` within it), traps.c.
 */
const userEntries: readonly RegExp[] = [
  /^(?:asm_|exc_|entry_|irqentry_|syscall_|sysenter_|cstar_|ia32_|stub(?:32)?_|tracesys|int_ret_from_|retint_|ret_from_|fred_)/,
  /^(?:__)?do_(?:syscall|fast_syscall|int80|SYSENTER)/,
  /^(?:page_fault|async_page_fault|error_entry|general_protection|common_interrupt|interrupt_entry|int80_emulation)$/,
  /^(?:el0|ret_to_user)/,
  /^\.?(?:system_call|interrupt_(?:exit|return)|data_access|instruction_access|fast_interrupt)/,
  /^\.?(?:alignment|program_check|fp_unavailable|altivec_unavailable|vsx_unavailable|facility_unavailable|h_facility_unavailable|hardware_interrupt|decrementer|doorbell_super|single_step)_common(?:_virt|_real)?$/,
  /^(?:Data|Instruction)Access(?:_virt)?$/,
  /^(?:start_kernel_thread|ret_from_kernel_user_thread)$/,
  /^(?:sysc_|pgm_|io_int_handler|ext_int_handler|mcck_int_handler|kernel_thread_starter$|__ret_from_fork$|__do_pgm_check|system_call)/,
  /^(?:handle_sys|handle_tlb|tlb_do_page_fault_|handle_exception|_new_vmalloc_restore_context|do_trap_ecall|do_irq)/,
  /^handle_(?:ade|ale|bce|bp|fpe|fpu|lasx|lbt|lsx|reserved|ri|vint|watch)$/,
  /^\.?(?:_?__(?:x64|ia32|x32|arm64|s390x?|riscv|loongarch|powerpc|se|do)_(?:compat_)?sys_|(?:compat_)?(?:sys|SyS|ksys)_|(?:C_)?SYSC_)/,
];

/** The kernel prints so many frames (fs/proc/base.c, MAX_STACK_TRACE_DEPTH); more are cut off. */
const mostFrames = 64;

/**
 * Whether a user thread's stack ends before it gets back to where the thread came in: whoever
 * walked it lost the way, and so does the kernel's check. False of an empty stack, which is none.
 */
export function endsEarly(stack: readonly StackFrame[]): boolean {
  const last = stack.at(-1);
  if (last === undefined || stack.length >= mostFrames) return false;
  return !stack.some(({ function: name }) => userEntries.some((entry) => entry.test(name)));
}
