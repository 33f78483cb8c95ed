/** Functions that several livepatches patch although none replaces the other. */
import { livepatchRoot, patchPath } from '../../readings/paths';
import { visible } from '../../base/text';
import { mayReplaceNow } from '../../model/nops';
import type { FunctionStack, Livepatch, SystemState } from '../../model/systemState';
import type { Finding } from './finding';
import { countOf, listed } from '../../base/words';
import { overlapWords as words } from '../../words/findings';
import { say } from '../../words/sentence';
import { premisesOf } from '../premises';

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
  return [
    ...[...shared.values()].map((overlap) => overlapFinding(overlap, state)),
    ...hiddenByOlderBuild(state),
  ];
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

function overlapFinding({ patches, rows }: Overlap, state: SystemState): Finding {
  const [first] = rows;
  const only = rows.length === 1 ? first : undefined;
  const active = first?.active ?? null;
  const given = { ...premisesOf(state), enabled: true };
  const winner = say(
    words.whatRuns,
    { ...given, order: active !== null && given.order },
    visible(active ?? ''),
  );
  const what = only
    ? `${visible(only.name)} in ${visible(only.object)}`
    : `the same ${countOf(rows.length, 'function')} (${functionNames(rows)})`;
  return {
    code: 'overlap',
    severity: 'warning',
    subject: only ? `${only.object}:${only.name}` : (patches.at(-1)?.name ?? null),
    message: `${say(words.overlap, given, { patches: patches.map(({ name }) => visible(name)), what })} ${winner}`,
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
function hiddenByOlderBuild(state: SystemState): Finding[] {
  const { patches, functions, order } = state;
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
      const given = { ...premisesOf(state), enabled: true };
      if (!isOlder || !given.functions || !given.oneMoment) return [];
      return [
        {
          code: 'shadowed-fix',
          severity: 'warning',
          subject: upper.name,
          message: say(words.hiddenFixes, given, {
            upper: visible(upper.name),
            lower: visible(lower.name),
            hidden: hidden.length,
            all: all.length,
            names: functionNames(hidden),
          }),
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
