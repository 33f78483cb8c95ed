/**
 * What one reading leaves open about a function's stack, as the stacks that are possible: in which
 * order livepatches lie, whether a function of an atomic replace is a nop, whether it is one at all.
 */
import { functionKey } from '../model/functionKey';
import type { ActiveFunction, PatchEntry, StatusDocument } from '../report/statusDocument';

export interface Member {
  readonly patch: string;
  /** Threads that have switched don't run it any more. */
  readonly isLeaving: boolean;
  /** It only leads back to the original. */
  readonly nop: boolean;
}

export interface PossibleStack {
  /** Bottom first. */
  readonly members: readonly Member[];
  /** The livepatch in transition takes the place of those below it. */
  readonly replaces: boolean;
}

/** So many livepatches of one function are put into every order; with more, nothing is said. */
const mostOrdered = 4;

/** Whose code a thread runs that has switched (kernel/livepatch/patch.c, klp_ftrace_handler). */
export function runsNow({ members }: PossibleStack): string {
  return codeOf(members.findLast(({ isLeaving }) => !isLeaving));
}

/** The code of what lies on top; the original where nothing does. */
export function codeOf(top: Member | undefined): string {
  return top === undefined || top.nop ? 'original' : top.patch;
}

/** @returns null where too much is open */
export function possibleStacksOf(
  status: StatusDocument,
  row: ActiveFunction,
): PossibleStack[] | null {
  const implementations = implementationsOf(status, row);
  if (implementations.some(({ patch }) => patch.enabled === null)) return null;
  const isOrdered = status.order !== 'unknown' || implementations.length < 2;
  if (!isOrdered && implementations.length > mostOrdered) return null;
  const orders = isOrdered ? [implementations] : permutations(implementations);
  const moving = status.patches.find(({ name }) => name === status.transition?.patch);
  const replaces = moving?.replace === null ? [true, false] : [moving?.replace ?? false];
  const stacks = orders.flatMap((order) => replaces.flatMap((flag) => withNops(order, flag)));
  const seen = stacks.filter((stack) => row.active === null || runsNow(stack) === row.active);
  return seen.length > 0 ? seen : stacks;
}

interface Implementation {
  readonly patch: PatchEntry;
  readonly nop: boolean | null;
}

/** Livepatches that are on the function's stack, in the order of the document. */
function implementationsOf(
  { patches }: StatusDocument,
  { object, name, sympos }: ActiveFunction,
): readonly Implementation[] {
  const all = known.get(patches) ?? implementationsByFunction(patches);
  known.set(patches, all);
  return all.get(functionKey(object, name, sympos)) ?? [];
}

/** Tables ask for every function of a document, one after the other. */
const known = new WeakMap<StatusDocument['patches'], Map<string, Implementation[]>>();

function implementationsByFunction(
  patches: StatusDocument['patches'],
): Map<string, Implementation[]> {
  const all = new Map<string, Implementation[]>();
  for (const patch of patches) {
    if (patch.enabled === false && patch.inTransition !== true) continue;
    for (const object of patch.objects) {
      if (isMissed(object)) continue;
      for (const { name, sympos, nop } of object.functions) {
        const key = functionKey(object.name, name, sympos);
        const before = all.get(key);
        if (before) before.push({ patch, nop });
        else all.set(key, [{ patch, nop }]);
      }
    }
  }
  return all;
}

/**
 * None of the livepatch's code is in the object although that is loaded: `patched` is 0, or, before
 * 6.1 had that file, the name has a `-`, which no loaded module's has.
 */
function isMissed({ name, patched }: PatchEntry['objects'][number]): boolean {
  return patched === false || (patched === null && name.includes('-'));
}

/** An atomic replace has nops for functions of livepatches below it, and only for those. */
function withNops(order: readonly Implementation[], replaces: boolean): PossibleStack[] {
  const options = order.map(({ nop }, place) => {
    if (nop !== null) return [nop];
    return replaces && place > 0 ? [true, false] : [false];
  });
  return combinations(options).map((nops) => ({
    replaces,
    members: order.map(({ patch }, place) => ({
      patch: patch.name,
      isLeaving: patch.enabled === false,
      nop: nops[place] ?? false,
    })),
  }));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, place) =>
    permutations(items.toSpliced(place, 1)).map((rest) => [item, ...rest]),
  );
}

function combinations<T>(options: readonly (readonly T[])[]): T[][] {
  return options.reduce<T[][]>(
    (begun, next) => begun.flatMap((rest) => next.map((option) => [...rest, option])),
    [[]],
  );
}
