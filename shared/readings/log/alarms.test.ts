/** How each kind of alarm begins, as kernels printed it; where from stands beside it. */
import { expect, it } from 'vitest';
import { parseKernelLog } from './kernelLog';

const alarms = (text: string) => parseKernelLog(`[    5.000000] ${text}\n`).alarms;

it.each([
  // kernel/panic.c, __warn: to 6.18; since 6.19; without a file; 3.10 and before.
  'WARNING: CPU: 1 PID: 88 at kernel/irq/manage.c:1893 free_irq+0xbf/0x350',
  'WARNING: fs/exec.c:119 at path_noexec+0x1af/0x200, CPU#1: syz-executor260/5835',
  'WARNING: at path_noexec+0x1af/0x200, CPU#1: syz-executor260/5835',
  'WARNING: at kernel/trace/ftrace.c:1844 ftrace_bug+0x25d/0x270()',
  // kernel/locking/lockdep.c.
  'WARNING: possible circular locking dependency detected',
  'WARNING: inconsistent lock state',
  // kernel/watchdog.c, kernel/watchdog_hld.c: of 4.9, of newer ones.
  'NMI watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/u64:0:6]',
  'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:7]',
  'NMI watchdog: Watchdog detected hard LOCKUP on cpu 45',
  'watchdog: Watchdog detected hard LOCKUP on cpu 284',
  // kernel/hung_task.c.
  'INFO: task cat:222 blocked for more than 120 seconds.',
  'INFO: task dd:456 blocked in I/O wait for more than 122 seconds.',
  // kernel/rcu/tree_stall.h.
  'INFO: rcu_sched self-detected stall on CPU',
  'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
  // arch/s390/kernel/dumpstack.c, die; arch/loongarch/mm/fault.c, no_context.
  'illegal operation: 0001 ilc:1 [#1] SMP',
  'specification exception: 0006 ilc:2 [#1] SMP',
  'CPU 1 Unable to handle kernel paging request at virtual address 0000000000000008, era == 9000000000223d3c',
  'Unable to handle kernel pointer dereference in virtual kernel address space',
])('%j is an alarm', (text) => {
  expect(alarms(text).map((one) => one.text)).toEqual([text]);
});

it.each([
  'WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!',
  'WARNING: The mand mount option has been deprecated',
  'e1000: BUG: none',
  'usb 1-1: New device: 0001 ilc:1',
  'NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.',
  'INFO: lockdep is turned off.',
])('%j is none', (text) => {
  expect(alarms(text)).toEqual([]);
});
