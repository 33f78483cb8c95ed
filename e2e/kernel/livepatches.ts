/** The modules of `e2e/lab/modules` as the executable model writes them. */
import type { LivepatchLiteral, ModuleLiteral } from '../../shared/kernel/state/literals';
import { livepatchLiteral as livepatch } from '../../testing/shared/literals';
import type { Livepatch, Target } from '../lab/guest.js';

const busyFunctions = {
  vmlinux: ['version_proc_show'],
  klp_busy: ['klp_busy_wait_d', 'klp_busy_wait_s'],
};

const cmdline = { vmlinux: ['cmdline_proc_show'] };

export const livepatches: Readonly<Record<Livepatch, LivepatchLiteral>> = {
  lp_one: livepatch('lp_one', cmdline),
  lp_two: livepatch('lp_two', cmdline),
  lp_three: livepatch('lp_three', cmdline),
  lp_busy: livepatch('lp_busy', busyFunctions),
  lp_cumul_busy: livepatch('lp_cumul_busy', busyFunctions, { replace: true }),
  lp_guard: livepatch('lp_guard', { vmlinux: ['security_task_setnice'] }),
  lp_kthread: livepatch('lp_kthread', { klp_busy: ['klp_busy_kwait'] }),
  lp_later: livepatch('lp_later', {
    vmlinux: ['loadavg_proc_show'],
    klp_later: ['klp_later_show'],
  }),
  lp_objects: livepatch('lp_objects', {
    klp_busy: ['klp_busy_wait_d'],
    klp_later: ['klp_later_show'],
  }),
  lp_shadow: livepatch('lp_shadow', { vmlinux: ['uptime_proc_show'] }),
  lp_sleepers: livepatch('lp_sleepers', {
    klp_busy: ['klp_busy_wait_d', 'klp_busy_wait_s', 'klp_busy_kwait'],
  }),
};

export const targets: Readonly<Record<Target, ModuleLiteral>> = {
  klp_busy: { name: 'klp_busy', foreign: true },
  klp_later: { name: 'klp_later', foreign: true },
  klp_probe: { name: 'klp_probe', foreign: true },
};
