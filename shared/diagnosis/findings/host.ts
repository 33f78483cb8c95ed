/** Findings about the host and about how much of it could be read. */
import { livepatchRoot, taintFile } from '../../readings/paths';
import type { SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { visible } from '../../base/text';
import { countOf } from '../../base/words';
import { isCoreOfEngine } from '../../model/otherEngines';
import { hostWords as words } from '../../words/findings';
import { say } from '../../words/sentence';
import { viewGaps } from '../../words/views';
import { premisesOf } from '../premises';

export function findAboutHost(state: SystemState): Finding[] {
  return [
    ...partialView(state),
    ...otherEngines(state),
    ...notSupported(state),
    ...taintOnly(state),
  ];
}

function partialView(state: SystemState): Finding[] {
  const { coverage } = state;
  const denied = coverage.threadsDenied ?? 0;
  if (coverage.privileged !== false && denied === 0) return [];
  const given = { ...premisesOf(state), threads: denied };
  const sentences = [
    say(words.partialView, given, undefined),
    denied > 0 ? say(words.denied, given, countOf(denied, 'thread')) : '',
    coverage.unread.includes('processes') ? viewGaps.processesHidden : '',
  ];
  return [
    {
      code: 'partial-view',
      severity: 'warning',
      subject: null,
      message: sentences.filter(Boolean).join(' '),
      evidence: ['/proc/*/task/*/patch_state'],
      remedies: coverage.privileged === true ? [] : ['become-privileged'],
    },
  ];
}

/** What another engine has changed can't be read here, so that nothing else may be taken for all. */
function otherEngines(state: SystemState): Finding[] {
  return state.otherEngines.map(({ name, modules, evidence, inProgress }) => {
    // Its folder, or its own module, is there as well where it has patched nothing.
    const hasPatched = modules.some((module) => !isCoreOfEngine(module));
    const given = { ...premisesOf(state), loaded: hasPatched };
    const sentences = [
      say(words.enginePatches, given, { name, modules: modules.map(visible) }),
      inProgress === true ? say(words.engineWaits, given, undefined) : '',
      inProgress === false ? say(words.engineIsDone, given, undefined) : '',
    ];
    return {
      code: 'other-live-patching',
      severity: 'warning',
      subject: name,
      message: sentences.filter(Boolean).join(' '),
      evidence,
      remedies: [],
    };
  });
}

function notSupported(state: SystemState): Finding[] {
  if (state.livepatch.supported !== false) return [];
  return [
    {
      code: 'not-supported',
      severity: 'info',
      subject: null,
      message: say(words.notSupported, { ...premisesOf(state), sysfs: true }, livepatchRoot),
      evidence: [livepatchRoot],
      remedies: [],
    },
  ];
}

/** The taint stays until reboot, whatever is unloaded (Documentation/admin-guide/tainted-kernels.rst, K). */
function taintOnly(state: SystemState): Finding[] {
  const { livepatch, patches, otherEngines: engines } = state;
  // Another engine's modules may be marked as livepatches too.
  if (livepatch.tainted !== true || patches.length > 0 || engines.length > 0) return [];
  return [
    {
      code: 'tainted-without-livepatch',
      severity: 'info',
      subject: null,
      message: say(words.taintOnly, premisesOf(state), undefined),
      evidence: [taintFile],
      remedies: [],
    },
  ];
}
