/** Functions that several livepatches patch although none replaces the other. */
import { livepatchRoot, patchPath } from '../../readings/paths';
import { visible } from '../../base/text';
import { mayReplaceNow } from '../../model/nops';
import type { FunctionStack, Livepatch, SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { countOf, listed } from '../../base/words';

/**
 * The one on top hides the others' version. The kernel allows it; independent livepatches must not
 * do it (Documentation/livepatch/cumulative-patches.rst). One finding for the same livepatches,
 * however many functions they share.
 */
export function findOverlaps(state: SystemState): Finding[] {
  const patches = new Map(state.patches.map((patch) => [patch.name, patch]));
  const shared = new Map<string, Overlap>();
  for (const row of state.functions) {
    const apart = apartIn(row, patches);
    if (apart.length < 2) continue;
    const key = JSON.stringify(apart.map(({ name }) => name));
    const overlap = shared.get(key) ?? { patches: apart, rows: [] };
    overlap.rows.push(row);
    shared.set(key, overlap);
  }
  return [...[...shared.values()].map(overlapFinding), ...hiddenByOlderBuild(state)];
}

interface Overlap {
  /** Bottom first. */
  readonly patches: readonly Livepatch[];
  readonly rows: FunctionStack[];
}

/** A settled livepatch that lies on another did not replace it: the replaced one would be gone. */
function apartIn(row: FunctionStack, patches: ReadonlyMap<string, Livepatch>): Livepatch[] {
  return row.stack
    .map((name) => patches.get(name))
    .filter((patch) => patch !== undefined)
    .filter((patch) => patch.enabled === true)
    .filter((patch, position) => position === 0 || !mayReplaceNow(patch));
}

function overlapFinding({ patches, rows }: Overlap): Finding {
  const names = listed(patches.map(({ name }) => visible(name)));
  const [first] = rows;
  const only = rows.length === 1 ? first : undefined;
  const active = first?.active ?? null;
  const winner =
    active === null ? 'Which one runs is not known' : `What runs is ${visible(active)}`;
  const what = only
    ? `${visible(only.name)} in ${visible(only.object)}`
    : `the same ${countOf(rows.length, 'function')} (${functionNames(rows)})`;
  return {
    code: 'overlap',
    severity: 'warning',
    subject: only ? `${only.object}:${only.name}` : (patches.at(-1)?.name ?? null),
    message: `${names} patch ${what}, and none replaces the other. ${winner}.`,
    evidence: only
      ? patches.map(({ name }) => functionPath(name, only))
      : patches.map(({ name }) => patchPath(name)),
    remedies: ['ask-vendor'],
  };
}

function functionNames(rows: readonly Pick<FunctionStack, 'object' | 'name'>[]): string {
  return listed(rows.map(({ object, name }) => `${visible(object)}:${visible(name)}`));
}

/**
 * A livepatch that was loaded without replace over one that has all of its functions and more: an
 * older build of a cumulative livepatch, loaded after the newer one, hides the newer one's fixes.
 */
function hiddenByOlderBuild({ patches, functions, order }: SystemState): Finding[] {
  if (order === 'unknown') return [];
  const settled = patches.filter(
    ({ enabled, inTransition }) => enabled === true && inTransition === false,
  );
  return settled.flatMap((upper, position) =>
    settled.slice(0, position).flatMap((lower): Finding[] => {
      const hidden = functions.filter(({ stack }) => stack.includes(upper.name));
      const all = functions.filter(({ stack }) => stack.includes(lower.name));
      const isOlder =
        upper.replace !== true &&
        hidden.length > 0 &&
        hidden.length < all.length &&
        hidden.every(({ stack }) => stack.includes(lower.name));
      if (!isOlder) return [];
      return [
        {
          code: 'shadowed-fix',
          severity: 'warning',
          subject: upper.name,
          message: `${visible(upper.name)} hides ${hidden.length} of ${countOf(all.length, 'fix', 'fixes')} of ${visible(lower.name)} (${functionNames(hidden)}) and patches nothing else: it is probably an older build, loaded after the newer one without replacing it.`,
          evidence: [livepatchRoot, patchPath(upper.name), patchPath(lower.name)],
          remedies: ['ask-vendor'],
        },
      ];
    }),
  );
}

function functionPath(patch: string, { object, name, sympos }: FunctionStack): string {
  const folder = sympos === null ? name : `${name},${sympos}`;
  return `${patchPath(patch)}/${object}/${folder}`;
}
