/** Functions that several livepatches patch although none replaces the other. */
import { patchPath } from '../../readings/paths';
import { visible } from '../../base/text';
import { mayReplaceNow } from '../../model/nops';
import type { FunctionStack, Livepatch, SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { listed } from '../../base/words';

/**
 * The one on top hides the others' version. The kernel allows it; independent livepatches must not
 * do it (Documentation/livepatch/cumulative-patches.rst).
 */
export function findOverlaps(state: SystemState): Finding[] {
  const patches = new Map(state.patches.map((patch) => [patch.name, patch]));
  return state.functions.flatMap((row) => overlapOf(row, patches));
}

function overlapOf(row: FunctionStack, patches: ReadonlyMap<string, Livepatch>): Finding[] {
  const enabled = row.stack
    .map((name) => patches.get(name))
    .filter((patch) => patch !== undefined)
    .filter((patch) => patch.enabled === true);
  // A settled livepatch that lies on another did not replace it: the replaced one would be gone.
  const apart = enabled.filter((patch, position) => position === 0 || !mayReplaceNow(patch));
  if (apart.length < 2) return [];
  const names = apart.map(({ name }) => visible(name));
  const winner =
    row.active === null ? 'Which one runs is not known' : `What runs is ${visible(row.active)}`;
  return [
    {
      code: 'overlap',
      severity: 'warning',
      subject: `${row.object}:${row.name}`,
      message: `${listed(names)} patch ${visible(row.name)} in ${visible(row.object)}, and none replaces the other. ${winner}.`,
      evidence: apart.map(({ name }) => functionPath(name, row)),
      remedies: ['ask-vendor'],
    },
  ];
}

function functionPath(patch: string, { object, name, sympos }: FunctionStack): string {
  const folder = sympos === null ? name : `${name},${sympos}`;
  return `${patchPath(patch)}/${object}/${folder}`;
}
