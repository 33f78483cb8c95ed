/** Which code the kernel looks for on a thread's stack before it switches the thread. */
import type { StackFrame } from '../readings/files/stack';
import { areOneFunction, namesOf, type EqualNames } from '../model/otherNames';
import type { Livepatch, PatchedFunction, SystemState, Transition } from '../model/systemState';

/** Code that must not be on the stack: of the original, or of a livepatch. */
export interface Implementation {
  readonly object: string;
  /** The patched function, as sysfs names it. */
  readonly function: string;
  /** What a stack may call it: this name, and others that are known to be of the same function. */
  readonly names: readonly string[];
  /** The livepatch whose code it is; null: the original. */
  readonly patch: string | null;
  /** False: code of the same livepatch that may stay, so that it is not taken for the other. */
  readonly isLeft: boolean;
}

/** Of a host's state, what decides it; the transition may be one that has not begun. */
interface Livepatching extends Pick<SystemState, 'patches' | 'order'> {
  readonly transition: Pick<Transition, 'patch' | 'direction'> | null;
  readonly equalNames: EqualNames;
}

export interface Culprit {
  /** Index into the stack. */
  readonly frame: number;
  readonly symbol: string;
  readonly object: string | null;
  readonly function: string | null;
}

/**
 * kernel/livepatch/transition.c, klp_check_stack_func: while patching, what is now on top below the
 * new livepatch, the original or an older livepatch's code; while unpatching, the livepatch's own
 * code, or the original where its function is a nop. Where one reading leaves several possible (an
 * unknown order, a possible nop), each of them.
 */
export function implementationsToLeave(state: Livepatching): Implementation[] {
  const { transition } = state;
  const moving = state.patches.find(({ name }) => name === transition?.patch);
  if (!transition?.direction || !moving) return [];
  const left = moving.objects.flatMap((object) =>
    object.loaded === false
      ? []
      : object.functions.flatMap((patched) =>
          transition.direction === 'patching'
            ? below(state, moving, object.name, patched)
            : own(state, moving, object.name, patched),
        ),
  );
  return [...left, ...bystanders(state, left)];
}

/** Functions of the same livepatches that the transition does not touch. */
function bystanders(state: Livepatching, left: readonly Implementation[]): Implementation[] {
  const key = (one: Implementation) => JSON.stringify([one.patch, one.object, one.function]);
  const known = new Set(left.map(key));
  return state.patches
    .filter(({ name }) => left.some(({ patch }) => patch === name))
    .flatMap(({ name: patch, objects }) =>
      objects.flatMap(({ name: object, functions }) =>
        functions.map(({ name }) => ({ ...codeOf(state, object, name, patch), isLeft: false })),
      ),
    )
    .filter((one) => !known.has(key(one)));
}

function codeOf(
  { equalNames }: Livepatching,
  object: string,
  name: string,
  patch: string | null,
): Implementation {
  const names = namesOf({ object, name }, equalNames);
  return { object, function: name, names, patch, isLeft: true };
}

function own(
  state: Livepatching,
  moving: Livepatch,
  object: string,
  patched: PatchedFunction,
): Implementation[] {
  const livepatch = codeOf(state, object, patched.name, moving.name);
  const original = { ...livepatch, patch: null };
  if (patched.nop === true) return [original];
  return patched.nop === null ? [livepatch, original] : [livepatch];
}

function below(
  state: Livepatching,
  moving: Livepatch,
  object: string,
  patched: PatchedFunction,
): Implementation[] {
  // The kernel goes by the address (klp_find_ops).
  const isThis = ({ name, sympos }: { name: string; sympos: number | null }) =>
    name === patched.name
      ? sympos === patched.sympos
      : areOneFunction({ object, name }, { object, name: patched.name }, state.equalNames) === true;
  const others = state.patches
    .filter((patch) => patch !== moving && patch.enabled !== false)
    .filter((patch) =>
      patch.objects.some(
        (other) => other.name === object && other.patched !== false && other.functions.some(isThis),
      ),
    );
  const of = (patch: string | null) => codeOf(state, object, patched.name, patch);
  if (others.length === 0) return [of(null)];
  if (state.order === 'unknown') return others.map(({ name }) => of(name));
  const position = state.patches.indexOf(moving);
  const top = others.findLast((patch) => state.patches.indexOf(patch) < position);
  // Lowest in the stack while it is being patched: possible only where a removal was reversed. The
  // kernel then compares stacks with the head of its list, so no frame can match.
  return top ? [of(top.name)] : [];
}

/**
 * The first frame, from the innermost, that is one of these implementations. A livepatch's
 * replacement may be named anything: where no name fits, code of the livepatch that is not known to
 * be something else is taken for it.
 */
export function findCulprit(
  stack: readonly StackFrame[],
  implementations: readonly Implementation[],
): Culprit | null {
  return (
    firstFrame(stack, (frame) => matchByName(frame, implementations)) ??
    firstFrame(stack, (frame) => matchByModule(frame, implementations))
  );
}

type Patched = Pick<Culprit, 'object' | 'function'>;

function firstFrame(
  stack: readonly StackFrame[],
  match: (frame: StackFrame) => Patched | null,
): Culprit | null {
  for (const [index, frame] of stack.entries()) {
    const patched = match(frame);
    if (patched) return { frame: index, symbol: frame.function, ...patched };
  }
  return null;
}

/** The implementation whose name fits best; without a name where two fit equally well. */
function matchByName(
  frame: StackFrame,
  implementations: readonly Implementation[],
): Patched | null {
  const [best, second] = fitting(frame, implementations);
  if (!best?.one.isLeft) return null;
  const isTie = second?.fit === best.fit && second.one.function !== best.one.function;
  return isTie
    ? { object: null, function: null }
    : { object: best.one.object, function: best.one.function };
}

function matchByModule(
  frame: StackFrame,
  implementations: readonly Implementation[],
): Patched | null {
  const isOfLivepatch = implementations.some(
    ({ patch, isLeft }) => isLeft && patch !== null && patch === frame.module,
  );
  return isOfLivepatch && fitting(frame, implementations).length === 0
    ? { object: null, function: null }
    : null;
}

function fitting(
  frame: StackFrame,
  implementations: readonly Implementation[],
): { readonly one: Implementation; readonly fit: number }[] {
  return implementations
    .map((one) => ({ one, fit: fitOf(frame, one) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit);
}

/** How well a frame fits an implementation: 0 not at all, higher is better. */
function fitOf(frame: StackFrame, { object, names, patch }: Implementation): number {
  if (patch === null) {
    return names.includes(frame.function) && frame.module === moduleOf(object) ? Infinity : 0;
  }
  if (frame.module !== patch) return 0;
  return Math.max(...names.map((name) => nameFit(frame.function, name)));
}

/** The module that a stack line names for an object's own code; none for the core kernel. */
function moduleOf(object: string): string | null {
  return object === 'vmlinux' ? null : object.replaceAll('-', '_');
}

/**
 * How well a replacement's symbol tells which function it replaces. kpatch and Ubuntu keep the
 * name, SUSE writes `klpp_NAME`, the kernel's samples `livepatch_NAME`; others put a prefix of
 * their own in place of the function's first word.
 */
export function nameFit(symbol: string, name: string): number {
  if (symbol === name) return Infinity;
  if (symbol.endsWith(`_${name}`)) return 1 + name.length;
  return tail(name).includes('_') && tail(symbol) === tail(name) ? 1 : 0;
}

/** Without its first word: `busy_wait_d` of `lp_busy_wait_d`. */
function tail(name: string): string {
  return name.slice(name.indexOf('_') + 1);
}
