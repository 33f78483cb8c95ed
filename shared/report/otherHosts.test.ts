/**
 * Hosts put together of what others posted: lines that a machine printed are quoted, with where from;
 * the tree around them is made, since nobody posts one.
 */
import { describe, expect, it } from 'vitest';
import { dmesg, livepatch, modules, readingsOf, thread } from '../../testing/shared/memoryTree';
import type { Files } from '../../testing/shared/memoryTree';
import { noLivepatch, originalText } from './emptyViews';
import { statusOf } from './status';

const read = (...files: readonly Files[]) => statusOf(readingsOf(Object.assign({}, ...files)));
const moving = (patch: string, ...functions: readonly string[]) =>
  livepatch(patch, { vmlinux: functions.map((name) => `${name},1`) }, { transition: '1' });
const settled = (patch: string, ...functions: readonly string[]) =>
  livepatch(patch, { vmlinux: functions.map((name) => `${name},1`) });
const clock = (seconds: number): Files => ({ '/proc/uptime': `${seconds}.00 ${seconds}.00\n` });

/** A thread that sleeps, or does `letter`, with its stack innermost first. */
const sleeper = (comm: string, stack: readonly string[], letter = 'S', kthread = false): Files =>
  thread(7, { comm, letter, stack: [...stack], kthread });

describe('who has not switched', () => {
  it.each([
    {
      // linux-riscv list, Ryo Takakura, arch/riscv/kernel/smp.c: the trace of a CPU.
      host: 'riscv, a system call',
      stack: ['vfs_read+0x94/0x264', 'ksys_read+0x64/0xe4', '__riscv_sys_read+0x20/0x2c'],
      end: ['do_trap_ecall_u+0x60/0x1d4', 'ret_from_exception+0x0/0x64'],
      code: 'waiting-to-return',
    },
    {
      // RISC-V 6.12, lockdep's chain of a writev: the label within handle_exception is the last frame.
      host: 'riscv 6.12, a system call',
      stack: ['do_writev+0x5c/0xca', '__riscv_sys_writev+0x16/0x1e'],
      end: ['do_trap_ecall_u+0x1b6/0x1e2', '_new_vmalloc_restore_context_a0+0xc2/0xce'],
      code: 'waiting-to-return',
    },
    {
      // LoongArch, 4.19 of a vendor: a page fault that waits for mmap_lock (NMI backtraces of Xorg).
      host: 'LoongArch, a page fault',
      stack: ['rwsem_down_read_failed+0xfc/0x164', 'down_read+0x50/0x58'],
      end: ['do_page_fault+0xf4/0x58c', 'tlb_do_page_fault_0+0x110/0x128'],
      code: 'waiting-to-return',
    },
    {
      // LoongArch, live-patching list, September 2025, "Fix unreliable stack for live patching".
      host: 'LoongArch, where the walk does not find the way from do_syscall to handle_syscall',
      stack: ['do_wait+0x130/0x240', 'kernel_wait4+0xb4/0x1a0'],
      end: [],
      code: 'unreliable-stack',
    },
    {
      // arm64 before __switch_to was marked __sched (arch/arm64/kernel/process.c).
      host: 'arm64 5.10',
      stack: ['__switch_to+0xe8/0x150', 'do_wait+0x1b8/0x2e0', '__arm64_sys_wait4+0x24/0x30'],
      end: ['el0_svc_common.constprop.0+0x78/0x1c8', 'el0_svc+0x14/0x20', 'el0_sync+0x180/0x1c0'],
      code: 'waiting-to-return',
    },
    {
      // ppc32 5.19, "[c02...] do_page_fault … DataAccess_virt+0x124/0x17c" (linuxppc-dev, PowerMac G4).
      host: 'powerpc with 32 bits, a page fault',
      stack: ['handle_userfault+0x3f8/0x760', 'handle_mm_fault+0x450/0xd64'],
      end: ['do_page_fault+0x28/0x5c', 'DataAccess_virt+0x124/0x17c'],
      code: 'waiting-to-return',
    },
    {
      // Twitter's 4.9 and others print SYSC_newstat under SyS_newstat (ceph-users, nfs).
      host: 'x86 4.9',
      stack: ['ceph_getattr+0x2c/0x100 [ceph]', 'vfs_statx+0x8e/0xe0', 'SYSC_newstat+0x3d/0x70'],
      end: [],
      code: 'waiting-to-return',
    },
  ])('on $host: $code', ({ stack, end, code }) => {
    const document = read(moving('a', 'f'), sleeper('bash', [...stack, ...end]));
    expect(document.blockers).toMatchObject([{ kthread: false, reason: { code } }]);
    expect(document.blockers[0]?.stack?.[0]?.function).not.toBe('__switch_to');
  });

  it('of the kernel’s own threads on s390 before 5.13 is known by where they were born', () => {
    // linux-mm, May 2017, 4.11: "kswapd+0x330/0x810 … kernel_thread_starter+0x6/0xc".
    const born = ['kernel_thread_starter+0x6/0xc', 'kernel_thread_starter+0x0/0xc'];
    const stack = ['kswapd+0x330/0x810', 'kthread+0x144/0x168', ...born];
    const { blockers } = read(moving('a', 'f'), sleeper('kswapd0', stack, 'S', true));
    expect(blockers).toMatchObject([{ kthread: true, reason: { code: 'kthread-not-switching' } }]);
  });

  it('runs in the function, where it is a kernel thread that never sleeps', () => {
    // kernel-internals.org, "Live Patching War Stories", 1: the stuck transition.
    const stack = ['process_pending_work+0x3a/0x120', 'net_kthread+0x18/0x50'];
    const born = ['kthread+0xd6/0x100', 'ret_from_fork+0x22/0x30'];
    const document = read(
      moving('net_fix', 'process_pending_work'),
      sleeper('net_kthread', [...stack, ...born], 'R', true),
    );
    expect(document.blockers).toMatchObject([
      { state: 'R', kthread: true, reason: { function: 'process_pending_work', frame: 0 } },
    ]);
    // A kernel thread blocks: this is no container's view.
    expect(document.transition?.hiddenBlockersPossible).toBe(false);
    expect(JSON.stringify(document.findings)).not.toContain('container');
  });
});

describe('what a report and files without a log tell', () => {
  it('of whom kpatch lists as stalled is also what their stacks say of their kind', () => {
    // kpatch/kpatch, show_stalled_processes, `kpatch list` during a stall (github.com/dynup/kpatch).
    const list = [
      'Loaded patch modules:',
      'kpatch_5_14_0_70_13_1_1_1 [enabling...]',
      '',
      'Stalled processes:',
      '1234 kworker/u8:3',
      'stack:',
      '[<0>] worker_thread+0xb8/0x4d0',
      '[<0>] kthread+0x108/0x110',
      '[<0>] ret_from_fork+0x1f/0x30',
      '5678 my daemon',
      'stack:',
      '[<0>] f+0x10/0x20',
      '[<0>] do_syscall_64+0x5c/0x90',
      '[<0>] entry_SYSCALL_64_after_hwframe+0x44/0xae',
      '',
    ].join('\n');
    const { blockers } = read(moving('a', 'f'), { '/sos_commands/kpatch/kpatch_list': list });
    expect(blockers).toMatchObject([
      { tid: 1234, source: 'report', kthread: null, reason: { code: 'kthread-not-switching' } },
      { tid: 5678, comm: 'my daemon', source: 'report', reason: { function: 'f' } },
    ]);
  });

  it('of a kernel with a signal file is that it has to be written, whatever the log holds', () => {
    // Documentation/ABI/testing/sysfs-kernel-livepatch of 4.15 to 5.0, `signal`.
    const files = { ...moving('a', 'f'), '/sys/kernel/livepatch/a/signal': '' };
    const said = 'only when 1 is written to /sys/kernel/livepatch/a/signal';
    const began = dmesg("[  100.000000] livepatch: 'a': starting patching transition");
    for (const more of [{}, began, { ...began, ...clock(200) }]) {
      const { findings } = read(files, thread(7), more);
      const told = findings.filter(({ message }) => message.includes(said));
      expect(told).toHaveLength(1);
    }
    const nobody = read(files, thread(7, { state: '1' }));
    expect(JSON.stringify(nobody.findings)).not.toContain(said);
  });
});

describe('what the log tells', () => {
  const codes = (document: ReturnType<typeof read>) =>
    document.findings.map(({ code, severity }) => `${severity} ${code}`);

  it('of a kernel that prints the name of the core’s file', () => {
    // Kylin, live-patching list, November 2024, "fix test-callbacks.sh execution error".
    const said = dmesg(
      "[  800.000000] livepatch: enabling patch 'test_klp_callbacks_demo'",
      "[  800.100000] transition: 'test_klp_callbacks_demo': initializing patching transition",
      "[  800.200000] transition: 'test_klp_callbacks_demo': starting patching transition",
      '[  815.300000] transition: signaling remaining tasks',
    );
    const document = read(clock(900), moving('test_klp_callbacks_demo', 'f'), thread(7), said);
    expect(codes(document)).toContain('error transition-stalled');
  });

  it('of a refusal while ftrace was switched off is not that a tracer was in the way', () => {
    // tools/testing/selftests/livepatch/test-ftrace.sh, as SUSE ran it (live-patching list).
    const said = dmesg(
      '[  436.186942] livepatch: kernel.ftrace_enabled = 0',
      "[  436.217657] livepatch: enabling patch 'test_klp_livepatch'",
      "[  436.218467] livepatch: 'test_klp_livepatch': initializing patching transition",
      "[  436.219679] livepatch: failed to register ftrace handler for function 'cmdline_proc_show' (-16)",
      "[  436.221003] livepatch: failed to patch object 'vmlinux'",
      "[  436.221786] livepatch: failed to enable patch 'test_klp_livepatch'",
      "[  436.222716] livepatch: 'test_klp_livepatch': canceling patching transition, going to unpatch",
      "[  436.225476] livepatch: 'test_klp_livepatch': unpatching complete",
    );
    const { findings } = read(clock(440), { '/sys/kernel/livepatch/': '' }, said);
    expect(findings.map(({ code, subject }) => [code, subject])).toEqual([
      ['ftrace-conflict', 'test_klp_livepatch'],
    ]);
    expect(findings[0]?.message).toContain('or ftrace is switched off');
    expect(findings[0]?.message).toContain('failed to enable test_klp_livepatch');
    expect(findings[0]?.evidence).toHaveLength(3);
    const off = { '/proc/sys/kernel/ftrace_enabled': '0\n' };
    const known = read(clock(440), { '/sys/kernel/livepatch/': '' }, off, said).findings;
    expect(known).toHaveLength(1);
    expect(known[0]).toMatchObject({ code: 'ftrace-conflict', remedies: [] });
    expect(known[0]?.message).toContain('kernel.ftrace_enabled is 0');
  });

  it.each([
    [
      // live-patching list, 2022, the same reload on ppc64le and on x86: Josh Poimboeuf's report.
      'ppc64le',
      'module_64: livepatch_nfsd: Expected nop after call, got e8410018 at e_show+0x60/0x548 [livepatch_nfsd]',
    ],
    [
      'x86 to 6.2',
      'module: x86/modules: Skipping invalid relocation target, existing value is nonzero for type 2, loc 00000000ba0302e9, val ffffffffa03e293c',
    ],
    [
      // arch/x86/kernel/module.c, __write_relocate_add, since 6.3.
      'x86 since 6.3',
      'x86/modules: Invalid relocation target, existing value is nonzero for type 2, loc 00000000ba0302e9, val ffffffffa03e293c',
    ],
    [
      // arch/s390/kernel/module.c, apply_rela.
      's390',
      'module livepatch_nfsd: relocation error for symbol nfsd_mutex (r_type 19, value 0x3ff8001a2)',
    ],
  ])('of a module that is refused when it comes back, on %s', (_, cause) => {
    const said = dmesg(
      `[  430.000000] ${cause}`,
      "[  430.100000] livepatch: failed to initialize patch 'livepatch_nfsd' for module 'nfsd' (-8)",
      "[  430.200000] livepatch: patch 'livepatch_nfsd' failed for module 'nfsd', refusing to load module 'nfsd'",
    );
    const loaded = modules('livepatch_nfsd 16384 1 - Live 0x0000000000000000 (OEK)');
    const { findings } = read(clock(440), settled('livepatch_nfsd', 'e_show'), loaded, said);
    const refusals = findings.filter(({ code }) => code === 'load-refused');
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.message.startsWith(`The kernel said: “${cause.slice(0, 40)}`)).toBe(true);
    expect(refusals[0]?.message).toContain('-8');
  });

  it.each([
    // Petr Mladek, July 2023, 6.5-rc2 in a Xen guest.
    'WARNING: CPU: 1 PID: 88 at kernel/irq/manage.c:1893 free_irq+0xbf/0x350',
    // The same in the words of 6.19 (kernel/panic.c, __warn).
    'WARNING: kernel/irq/manage.c:1893 at free_irq+0xbf/0x350, CPU#1: xenbus_probe/88',
  ])('of an alarm that the signal to the remaining tasks set off: %s', (alarm) => {
    const said = dmesg(
      "[  337.100000] livepatch: 'test_klp_livepatch': starting patching transition",
      '[  352.168453] livepatch: signaling remaining tasks',
      '[  352.173228] ------------[ cut here ]------------',
      '[  352.175563] Trying to free already-free IRQ 0',
      `[  352.177355] ${alarm}`,
      '[  352.179942] Modules linked in: test_klp_livepatch(EK)',
    );
    const document = read(clock(360), moving('test_klp_livepatch', 'f'), thread(7), said);
    const told = document.findings.find(({ code }) => code === 'kernel-warning');
    expect(told?.evidence).toEqual([`[  352.177355] ${alarm}`]);
  });

  it('of a module of no livepatch that could not be relocated is nothing of ours', () => {
    // github.com/dynup/kpatch, issue 778, 4.14.7.
    const said = dmesg(
      '[117098.379027] module: x86/modules: Skipping invalid relocation target, existing value is nonzero for type 1, loc ffffffffa00624f8, val ffffffffa00608d0',
      '[117105.311368] kpatch_test: Unknown symbol kpatch_register (err 0)',
    );
    const { findings } = read(clock(117110), { '/sys/kernel/livepatch/': '' }, said);
    expect(findings).toEqual([]);
  });

  it('of transitions that are over is history, signalled though they were', () => {
    // live-patching list, September 2025, LoongArch: dmesg -T.
    const said = dmesg(
      "[Sat Sep  6 11:00:20 2025] livepatch: 'livepatch_sample': starting patching transition",
      '[Sat Sep  6 11:00:35 2025] livepatch: signaling remaining tasks',
      "[Sat Sep  6 11:00:36 2025] livepatch: 'livepatch_sample': patching complete",
    );
    const document = read(clock(9000), settled('livepatch_sample', 'cmdline_proc_show'), said);
    expect(document.transitionState).toBe('none');
    expect(document.findings).toEqual([]);
  });
});

describe('where another engine is', () => {
  const folder = { '/sys/kernel/livepatch/': '' };
  const ksplice = modules('ksplice_a1b2c3d4_vmlinux_new 16384 1 - Live 0x0 (OE)');

  it('empty views claim nothing of the whole kernel', () => {
    const status = read(folder, ksplice);
    expect(noLivepatch(status)).toMatchObject({
      tone: 'unknown',
      title: 'No livepatch of the kernel’s own is loaded',
    });
    expect(originalText(status)).toBe('The kernel itself');
    const calm = read(folder, modules('ext4 1 0 - Live 0x0'));
    expect(noLivepatch(calm)).toMatchObject({ tone: 'settled', title: 'No livepatch is loaded' });
    expect(originalText(calm)).toBe('Original kernel');
  });

  it('is not said to have no livepatching, but none of its own', () => {
    const status = read({ '/sys/kernel/notes': '' }, ksplice);
    expect(noLivepatch(status).title).toBe('No livepatching of the kernel’s own was found');
  });
});
