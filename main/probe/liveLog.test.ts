/** What the log of a live host tells is what the same log tells of a saved tree. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseKernelLog } from '../../shared/readings/log/kernelLog';
import { statusOf } from '../../shared/report';
import { skipping } from '../../testing/main/skipping';
import { cannotFabricate, fabricateRoot, stalledCapture } from '../../testing/sshd/fabricatedRoot';
import { probe } from '../../testing/sshd/probedHost';

const impossible = skipping(import.meta.filename, cannotFabricate());

/** One of each: of kernel/livepatch, of apply_relocate_add of each architecture, and alarms. */
const telling = [
  "livepatch: enabling patch 'lp_one'",
  'lp_one: tainting kernel with TAINT_LIVEPATCH',
  'Duplicate shadow variable <00000000d1b4e2a3, 3e8>',
  'x86/modules: Invalid relocation target, existing value is nonzero for type 1, loc 0, val 1',
  'nfsd: Expected nop after call, got e8410018 at x+0x1/0x2',
  'nfsd: Expect noop after relocate, got e8410018',
  'nfsd: REL24 33554436 out of range!',
  'module nfsd: unknown relocation: 26',
  'module nfsd: unsupported RELA relocation: 311',
  'kmod: nfsd: Unsupport relocation type 99, please add its support.',
  'nfsd: target 0000000000000001 can not be addressed by the 32-bit offset from PC = 2',
  'WARNING: CPU: 1 PID: 7 at kernel/livepatch/patch.c:99 klp_unpatch_func+0x1/0x2',
  'WARNING: kernel/livepatch/patch.c:99 at klp_unpatch_func+0x1/0x2, CPU#1: cat/7',
  'NMI watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:7]',
  'NMI watchdog: Watchdog detected hard LOCKUP on cpu 3',
  'specification exception: 0006 ilc:2 [#1] SMP',
  'CPU 1 Unable to handle kernel paging request at virtual address 0000000000000008',
  'INFO: task cat:7 blocked in I/O wait for more than 122 seconds.',
  "transition: 'lp_one': starting patching transition",
  "patch: failed to register ftrace handler for function 'f' (-16)",
  'BUG: kernel NULL pointer dereference, address: 0000000000000008',
  'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:7]',
  'kernel BUG at fs/inode.c:1!',
  'Oops: 0002 [#1] PREEMPT SMP',
  ' lp_busy_wait_d+0x1/0x2 [lp_busy]',
  '---[ end trace 0000000000000000 ]---',
  'Internal error: Oops: 96000004 [#1] SMP',
  'Unable to handle kernel paging request at virtual address 0000000000000008',
  'general protection fault, probably for non-canonical address 0x1',
  'divide error: 0000 [#1] SMP',
  'Kernel panic - not syncing: x',
  'INFO: task cat:7 blocked for more than 120 seconds.',
  'rcu: INFO: rcu_preempt self-detected stall on CPU',
  'INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 1-... }',
];
const lines = telling.flatMap((text, index) => [
  `[  ${200 + index}.000000] e1000 0000:00:01.0: of no interest`,
  `[  ${200 + index}.500000] ${text}`,
]);

describe.skipIf(impossible)('the log of a live host', () => {
  const host = impossible ? null : fabricateRoot(stalledCapture);
  afterAll(() => host?.remove());

  it('holds all that a saved one would tell', async () => {
    if (!host) throw new Error('no host');
    const text = `${lines.join('\n')}\n`;
    writeFileSync(join(host.path, 'log'), text);
    const { live, read } = await probe([...host.busyboxOnly, 'sh']);
    const readings = await read();
    live.close();
    const reading = readings.files.get(readings.logPath ?? '');
    if (!reading || !('text' in reading)) throw new Error('no log');
    const saved = parseKernelLog(text);
    const { entries, alarms } = parseKernelLog(reading.text);
    expect(alarms).toEqual(saved.alarms);
    expect(entries.map((one) => one.text)).toEqual(saved.entries.map((one) => one.text));
    // Each line but the two of a trace is an event or an alarm.
    expect(entries.length + alarms.length).toBe(telling.length - 2);
    expect(statusOf(readings).findings.map(({ code }) => code)).toContain('kernel-warning');
    expect(reading.text).not.toContain('of no interest');
  });
});
