/** For each patched function: who patches it, and whose code newly switched threads run. */
import { functionKey } from './functionKey';
import type {
  FunctionStack,
  Livepatch,
  Order,
  PatchedFunction,
  PatchedObject,
} from './systemState';

interface Implementation {
  readonly patch: Livepatch;
  readonly object: PatchedObject;
  readonly patched: PatchedFunction;
}

/**
 * One row per (object, function, sympos), ordered by object (`vmlinux` first) and name.
 *
 * The kernel runs the top of a function's stack (kernel/livepatch/patch.c, klp_ftrace_handler); a
 * thread that a livepatch's removal has already switched runs what lies below it.
 */
export function buildFunctionStacks(patches: readonly Livepatch[], order: Order): FunctionStack[] {
  const byFunction = new Map<string, Implementation[]>();
  for (const patch of patches) {
    for (const object of patch.objects) {
      for (const patched of object.functions) {
        const key = functionKey(object.name, patched.name, patched.sympos);
        const known = byFunction.get(key);
        if (known) known.push({ patch, object, patched });
        else byFunction.set(key, [{ patch, object, patched }]);
      }
    }
  }
  return [...byFunction.values()].flatMap((all) => stackOf(all, order)).sort(byPlace);
}

function stackOf(all: readonly Implementation[], order: Order): FunctionStack[] {
  const [first] = all;
  if (!first) return [];
  const members = all.filter(({ patch }) => patch.enabled === true || patch.inTransition === true);
  return [
    {
      object: first.object.name,
      name: first.patched.name,
      sympos: first.patched.sympos,
      stack: members.map(({ patch }) => patch.name),
      active: activeOf(all, members, order),
    },
  ];
}

/** Looks from the top down for the first implementation that stays, and gives up where one is unclear. */
function activeOf(
  all: readonly Implementation[],
  members: readonly Implementation[],
  order: Order,
): string | null {
  if (!all.some(({ object }) => object.loaded === true)) return null;
  if (order === 'unknown' && members.length > 1) return null;
  for (const { patch, object, patched } of all.toReversed()) {
    if (patch.enabled === null) return null;
    if (!patch.enabled || isMissed(object)) continue;
    if (patched.nop === null) return null;
    return patched.nop ? 'original' : patch.name;
  }
  return 'original';
}

/**
 * Whether a loaded object has none of its livepatch's code: `patched` is 0, or, before 6.1 had that
 * file, its name has a `-`, which no loaded module's has (kernel/livepatch/core.c,
 * klp_find_object_module compares names to the letter).
 */
function isMissed({ name, patched }: PatchedObject): boolean {
  return patched === false || (patched === null && name.includes('-'));
}

function byPlace(a: FunctionStack, b: FunctionStack): number {
  const core = Number(b.object === 'vmlinux') - Number(a.object === 'vmlinux');
  return (
    core ||
    compare(a.object, b.object) ||
    compare(a.name, b.name) ||
    (a.sympos ?? 0) - (b.sympos ?? 0)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
