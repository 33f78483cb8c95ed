/** The kernel's own alarms that have to do with livepatches. */
import { capText, visible } from '../../base/text';
import { hostWords as words } from '../../words/findings';
import { say } from '../../words/sentence';
import { premisesOf } from '../premises';
import type { SystemState } from '../../model/systemState';
import type { Alarm } from '../../readings/log/alarms';
import { asEvidence, currentTransition } from '../logOfTransition';
import type { Finding } from './finding';

/** Alarms that are quoted. */
const quoted = 3;

/**
 * Those since the running transition began, and those whose trace names a livepatch's module: nothing
 * says that the livepatch caused them, but who looks at it has to know.
 */
export function findAlarms(state: SystemState): Finding[] {
  const alarms = state.log?.alarms ?? [];
  const given = { ...premisesOf(state), transition: state.transition };
  const began = currentTransition(state)?.start?.seconds ?? null;
  const modules = new Set(state.patches.map(({ name }) => name.replaceAll('-', '_')));
  const since = alarms.filter(
    ({ seconds }) => began !== null && seconds !== null && seconds >= began,
  );
  const named = alarms.filter(
    (alarm) => !since.includes(alarm) && alarm.modules.some((name) => modules.has(name)),
  );
  return [
    ...findingOf(state, since, () => say(words.sinceTransition, given, undefined)),
    ...findingOf(state, named, () => say(words.inTrace, given, undefined)),
  ];
}

function findingOf(state: SystemState, alarms: readonly Alarm[], when: () => string): Finding[] {
  const [first] = alarms;
  if (!first) return [];
  return [
    {
      code: 'kernel-warning',
      severity: 'warning',
      subject: null,
      message: say(words.alarms, premisesOf(state), {
        count: alarms.length,
        when: when(),
        first: visible(capText(first.text, 200)),
      }),
      evidence: alarms.slice(0, quoted).map(asEvidence),
      remedies: ['ask-vendor'],
    },
  ];
}
