/** Findings about the host and about how much of it could be read. */
import { livepatchRoot, taintFile } from '../../readings/paths';
import type { SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { visible } from '../../base/text';
import { countOf, listed } from '../../base/words';

export function findAboutHost(state: SystemState): Finding[] {
  return [
    ...partialView(state),
    ...otherEngines(state),
    ...notSupported(state),
    ...taintOnly(state),
  ];
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

/** What another engine has changed can't be read here, so that nothing else may be taken for all. */
function otherEngines({ otherEngines: engines }: SystemState): Finding[] {
  return engines.map(({ name, modules, evidence, inProgress }) => {
    const by = modules.length === 0 ? '' : ` (${listed(modules.map(visible))})`;
    const progress =
      inProgress === null
        ? ''
        : inProgress
          ? ' It waits for threads to switch: its in_progress reads 1.'
          : ' It waits for nobody: its in_progress reads 0.';
    return {
      code: 'other-live-patching',
      severity: 'warning',
      subject: name,
      message: `${sentenceStart(name)} patches this kernel${by}; what it has changed can’t be seen here.${progress}`,
      evidence,
      remedies: [],
    };
  });
}

function sentenceStart(name: string): string {
  return name.startsWith('the ') ? `T${name.slice(1)}` : name;
}

function notSupported({ livepatch }: SystemState): Finding[] {
  if (livepatch.supported !== false) return [];
  return [
    {
      code: 'not-supported',
      severity: 'info',
      subject: null,
      message: `This kernel has no livepatching of its own: ${livepatchRoot} does not exist.`,
      evidence: [livepatchRoot],
      remedies: [],
    },
  ];
}

/** The taint stays until reboot, whatever is unloaded (Documentation/admin-guide/tainted-kernels.rst, K). */
function taintOnly({ livepatch, patches, otherEngines: engines }: SystemState): Finding[] {
  // Another engine's modules may be marked as livepatches too.
  if (livepatch.tainted !== true || patches.length > 0 || engines.length > 0) return [];
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
