/**
 * Whom a livepatch replaces, where the kernel has sets: the proposed `replace_set`. A livepatch takes
 * the place of those of its own set, and may not patch a function of another's (EINVAL).
 */
import { isSameSet } from '../model/replaced';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import type { WantedFunction } from './document';
import { functionKey } from './functionKey';

export function hasSets({ patches }: StatusDocument): boolean {
  return patches.some(({ replaceSet }) => replaceSet !== undefined);
}

/** For each function, the livepatches that have it. */
export function ownerTable({
  patches,
}: StatusDocument): ReadonlyMap<string, readonly PatchEntry[]> {
  const table = new Map<string, PatchEntry[]>();
  for (const patch of patches) {
    for (const { name: object, functions } of patch.objects) {
      for (const one of functions) {
        const key = functionKey({ ...one, object });
        const known = table.get(key);
        if (known) known.push(patch);
        else table.set(key, [patch]);
      }
    }
  }
  return table;
}

/** Livepatches that have one of these functions. */
export function ownersOf(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): PatchEntry[] {
  const table = ownerTable(status);
  const owners = new Set(functions.flatMap((one) => table.get(functionKey(one)) ?? []));
  return status.patches.filter((patch) => owners.has(patch));
}

/** Two livepatches of different sets whose functions a livepatch to come would have. */
export function clashOf(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): readonly [PatchEntry, PatchEntry] | null {
  const owners = ownersOf(status, functions);
  for (const one of owners) {
    const other = owners.find((candidate) => isSameSet(one, candidate) === false);
    if (other) return [one, other];
  }
  return null;
}

export interface Replaced {
  readonly certain: readonly PatchEntry[];
  /** Each group leaves, too, if the livepatch to come is of its set. */
  readonly possible: readonly (readonly PatchEntry[])[];
}

/** Whom a livepatch with these functions would replace: its set is told by the functions it takes over. */
export function replacedByComing(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): Replaced {
  if (status.livepatch.strictStack === true) return { certain: [], possible: [] };
  const there = status.patches.filter(({ enabled }) => enabled !== false);
  if (!hasSets(status)) return { certain: there, possible: [] };
  const owners = ownersOf(status, functions);
  const certain = there.filter((patch) =>
    owners.some((owner) => owner === patch || isSameSet(owner, patch) === true),
  );
  const isDecided = certain.some(({ replaceSet }) => typeof replaceSet === 'number');
  const others = there.filter((patch) => !certain.includes(patch));
  const open = isDecided ? others.filter(({ replaceSet }) => replaceSet === null) : others;
  return { certain, possible: groups(open) };
}

/** Those of one set together; one whose set could not be read by itself. */
function groups(patches: readonly PatchEntry[]): PatchEntry[][] {
  const found: PatchEntry[][] = [];
  for (const patch of patches) {
    const group = found.find(([first]) => first && isSameSet(first, patch) === true);
    if (group) group.push(patch);
    else found.push([patch]);
  }
  return found;
}
