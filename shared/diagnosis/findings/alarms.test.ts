import { describe, expect, it } from 'vitest';
import { buildState } from '../../model/buildState';
import { dmesg, livepatch, modules, readingsOf, thread } from '../../../testing/shared/memoryTree';
import { findAlarms } from './alarms';

const moving = {
  ...livepatch('lp-a', { vmlinux: ['f,1'] }, { transition: '1' }),
  ...modules('lp_a 1 1 - Live 0x0 (OEK)'),
  ...thread(1),
};
const found = (...lines: readonly string[]) =>
  findAlarms(buildState(readingsOf({ ...moving, ...dmesg(...lines) })));
const start = "[  100.000000] livepatch: 'lp-a': starting patching transition";

describe('the kernel’s own alarms', () => {
  // kernel/panic.c, kernel/hung_task.c, kernel/rcu/tree_stall.h, kernel/watchdog.c, arch/x86/mm/fault.c.
  it.each([
    'WARNING: CPU: 1 PID: 77 at kernel/livepatch/transition.c:125 klp_complete_transition+0x1/0x2',
    'INFO: task cat:389 blocked for more than 120 seconds.',
    'rcu: INFO: rcu_preempt self-detected stall on CPU',
    'rcu: INFO: rcu_sched detected stalls on CPUs/tasks:',
    'watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [cat:389]',
    'BUG: kernel NULL pointer dereference, address: 0000000000000008',
    'kernel BUG at mm/slub.c:305!',
    'general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP',
  ])('since the transition began: %s', (alarm) => {
    expect(found(start, `[  101.000000] ${alarm}`)).toEqual([
      {
        code: 'kernel-warning',
        severity: 'warning',
        subject: null,
        message: `The kernel raised 1 alarm of its own since the transition began: ${alarm}`,
        evidence: [`[  101.000000] ${alarm}`],
        remedies: ['ask-vendor'],
      },
    ]);
  });

  const warning = 'WARNING: CPU: 1 PID: 77 at net/x.c:1 f+0x1/0x2';

  it('are nobody’s where they lie before it, or are none', () => {
    expect(found(`[   99.000000] ${warning}`, start)).toEqual([]);
    expect(found(start, '[  101.000000] usb 1-1: WARNING: CPU: hot')).toEqual([]);
    expect(found(start, '[  101.000000] warning: task cat:1 blocked')).toEqual([]);
  });

  it('are told where the trace names a livepatch’s module, up to its end', () => {
    const trace = (...lines: readonly string[]) =>
      found(
        `[   50.000000] ${warning}`,
        ...lines.map((line) => `[   50.000001] ${line}`),
        start,
      ).map(({ message }) => message);
    const said = [
      `The kernel raised 1 alarm of its own with a livepatch’s code in its trace: ${warning}`,
    ];
    expect(trace(' klpp_f+0x1/0x2 [lp_a]')).toEqual(said);
    expect(trace(' klpp_f+0x1/0x2 [other]')).toEqual([]);
    expect(trace('---[ end trace 0000 ]---', ' klpp_f+0x1/0x2 [lp_a]')).toEqual([]);
  });
});
