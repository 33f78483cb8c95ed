/**
 * Everything worth knowing about a host that one reading can tell. Each file here looks for one kind
 * of thing; a new finding is a new code in `../codes`, a function here, and a row in the docs.
 */
import type { SystemState } from '../../model/systemState';
import { severities } from '../codes';
import type { Helped } from '../remedies';
import { findAlarms } from './alarms';
import type { Finding } from './finding';
import { findConsumers } from './consumers';
import { findAboutHost } from './host';
import { findInLog } from './kernelLog';
import { findAboutModules } from './modules';
import { findAboutObjects } from './objects';
import { findOverlaps } from './overlaps';
import { findAboutTransition } from './transition';

/**
 * The gravest first; within a severity in the order of the files above.
 *
 * @param blockers who is known to block the transition that runs
 */
export function findFindings(state: SystemState, blockers: readonly Helped[] = []): Finding[] {
  const found = [
    ...findAboutTransition(state, blockers),
    ...findAboutObjects(state),
    ...findInLog(state),
    ...findAlarms(state),
    ...findOverlaps(state),
    ...findAboutModules(state),
    ...findConsumers(state),
    ...findAboutHost(state),
  ];
  // What a finding would say may stand on what was not read: then there is none.
  const told = found.filter(({ message }) => message !== '');
  return told.sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
}
