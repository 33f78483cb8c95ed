/** Findings about the host and about how much of it could be read. */
import { livepatchRoot, taintFile } from '../../readings/paths';
import type { SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { countOf } from '../../base/words';

export function findAboutHost(state: SystemState): Finding[] {
  return [...partialView(state), ...notSupported(state), ...taintOnly(state)];
}

function partialView({ coverage }: SystemState): Finding[] {
  const denied = coverage.threadsDenied ?? 0;
  if (coverage.privileged !== false && denied === 0) return [];
  const threads = denied > 0 ? ` ${countOf(denied, 'thread')} could not be read.` : '';
  return [
    {
      code: 'partial-view',
      severity: 'warning',
      subject: null,
      message: `Read without root’s rights: livepatches and transitions are shown, but which threads block can only be seen of one’s own.${threads}`,
      evidence: ['/proc/*/task/*/patch_state'],
      remedies: ['become-privileged'],
    },
  ];
}

function notSupported({ livepatch }: SystemState): Finding[] {
  if (livepatch.supported !== false) return [];
  return [
    {
      code: 'not-supported',
      severity: 'info',
      subject: null,
      message: `This kernel has no livepatching: ${livepatchRoot} does not exist (CONFIG_LIVEPATCH is off).`,
      evidence: [livepatchRoot],
      remedies: [],
    },
  ];
}

/** The taint stays until reboot, whatever is unloaded (Documentation/admin-guide/tainted-kernels.rst, K). */
function taintOnly({ livepatch, patches }: SystemState): Finding[] {
  if (livepatch.tainted !== true || patches.length > 0) return [];
  return [
    {
      code: 'tainted-without-livepatch',
      severity: 'info',
      subject: null,
      message:
        'No livepatch is active, but one was loaded since boot: the kernel’s livepatch taint (K) stays until reboot.',
      evidence: [taintFile],
      remedies: [],
    },
  ];
}
