/**
 * The kernel's own lists of a livepatch: made from its literal once, at registration, and joined
 * later by what an atomic replace allocates (seed 000; kernel/livepatch/core.c, klp_init_patch_early
 * and klp_add_nops).
 */
import { copyCallbacks, copyShadowType } from './copies';
import type {
  FunctionLiteral,
  LivepatchLiteral,
  ObjectLiteral,
  ShadowTypeLiteral,
  StateLiteral,
} from './literals';
import { shadowId } from './shadow';

export interface FunctionState {
  readonly name: string;
  /** As its author gave it: 0 means "the only one". */
  readonly sympos: number;
  /** The livepatch. */
  readonly patch: string;
  readonly object: string;
  /** Allocated by an atomic replace to lead back to the original. */
  readonly nop: boolean;
  readonly immediate: boolean;
  /** Symbol of the replacement. */
  readonly symbol: string;
  /** It is on its function's stack. */
  patched: boolean;
  /** A transition decides per thread whether it runs. */
  transition: boolean;
}

export interface ObjectState {
  readonly name: string;
  /** Allocated by an atomic replace for an object that only older livepatches have. */
  readonly dynamic: boolean;
  readonly callbacks: NonNullable<ObjectLiteral['callbacks']>;
  readonly shadowTypes: readonly ShadowTypeState[];
  functions: FunctionState[];
  /** Its module is there (`obj->mod`; always for `vmlinux`). */
  loaded: boolean;
  patched: boolean;
  postUnpatchEnabled: boolean;
}

/** struct klp_shadow_type of the series of 2022-10-26; released kernels take its parts one by one. */
export interface ShadowTypeState extends Omit<ShadowTypeLiteral, 'id'> {
  readonly id: bigint;
  /** The livepatch that defines it. */
  readonly livepatch: string;
  registered: boolean;
}

export interface PatchState {
  readonly name: string;
  readonly replace: boolean;
  readonly replaceSet: number;
  readonly immediate: boolean;
  readonly states: readonly StateLiteral[];
  objects: ObjectState[];
  enabled: boolean;
  /** Its module is never given up. */
  forced: boolean;
}

export const coreKernel = 'vmlinux';

/** Identifies a patched function: what an `ops->func_stack` belongs to. */
export function functionKey(object: string, name: string, sympos: number): string {
  return `${object}\0${name}\0${sympos === 0 ? 1 : sympos}`;
}

export function keyOf({ object, name, sympos }: FunctionState): string {
  return functionKey(object, name, sympos);
}

/** The folder's name: `"%s,%lu"` with 1 for 0 (klp_init_func). */
export function functionFolder({ name, sympos }: { name: string; sympos: number }): string {
  return `${name},${sympos === 0 ? 1 : sympos}`;
}

/**
 * Copies all of the literal: it is not looked at again (first seed: "convert all the arrays to dynamic
 * lists, and then never touch the arrays again").
 *
 * @param knowsImmediate the kernel has `immediate`; others ignore it
 */
export function registerLists(literal: LivepatchLiteral, knowsImmediate: boolean): PatchState {
  return {
    name: literal.name,
    replace: literal.replace ?? false,
    replaceSet: literal.replaceSet ?? 0,
    immediate: knowsImmediate && literal.immediate === true,
    states: (literal.states ?? []).map((state) => ({ ...state })),
    objects: literal.objects.map((object) => registerObject(literal.name, object, knowsImmediate)),
    enabled: false,
    forced: false,
  };
}

function registerObject(
  patch: string,
  literal: ObjectLiteral,
  knowsImmediate: boolean,
): ObjectState {
  return {
    name: literal.name,
    dynamic: false,
    callbacks: copyCallbacks(literal.callbacks ?? {}),
    shadowTypes: (literal.shadowTypes ?? []).map((type) => registerType(patch, type)),
    functions: literal.functions.map((one) =>
      registerFunction(patch, literal.name, one, knowsImmediate),
    ),
    loaded: false,
    patched: false,
    postUnpatchEnabled: false,
  };
}

/** An id that is no number of 64 bits counts as 0; scenario files have none. */
function registerType(livepatch: string, literal: ShadowTypeLiteral): ShadowTypeState {
  return {
    ...copyShadowType(literal),
    id: shadowId(literal.id) ?? 0n,
    livepatch,
    registered: false,
  };
}

function registerFunction(
  patch: string,
  object: string,
  literal: FunctionLiteral,
  knowsImmediate: boolean,
): FunctionState {
  return {
    name: literal.name,
    sympos: literal.sympos ?? 0,
    patch,
    object,
    nop: false,
    immediate: knowsImmediate && literal.immediate === true,
    symbol: literal.replacement ?? literal.name,
    patched: false,
    transition: false,
  };
}

/**
 * For every function of the livepatches to be replaced that the new one lacks, a nop that leads back
 * to the original.
 *
 * @param symposZeroIsOne positions 0 and 1 count as the same (Linux 6.19). Before, a function given
 *   with 0 by one livepatch and 1 by the other got a nop besides its replacement.
 */
export function addNops(
  patch: PatchState,
  older: readonly PatchState[],
  symposZeroIsOne: boolean,
): void {
  for (const { objects } of older) {
    for (const old of objects) {
      const object = findObject(patch, old.name) ?? addDynamicObject(patch, old.name);
      for (const { name, sympos } of old.functions) {
        const isKnown = object.functions.some(
          (known) =>
            known.name === name &&
            (known.sympos === sympos || (symposZeroIsOne && (known.sympos || 1) === (sympos || 1))),
        );
        if (!isKnown) object.functions.push(nopOf(patch.name, object.name, name, sympos));
      }
    }
  }
}

/** They are allocated one by one (klp_alloc_func_nop), where lists are part of the module. */
export function hasNops({ objects }: PatchState): boolean {
  return objects.some(({ functions }) => functions.some(({ nop }) => nop));
}

export function findObject(patch: PatchState, name: string): ObjectState | null {
  return patch.objects.find((object) => object.name === name) ?? null;
}

function addDynamicObject(patch: PatchState, name: string): ObjectState {
  const object: ObjectState = {
    name,
    dynamic: true,
    callbacks: {},
    shadowTypes: [],
    functions: [],
    loaded: false,
    patched: false,
    postUnpatchEnabled: false,
  };
  patch.objects.push(object);
  return object;
}

function nopOf(patch: string, object: string, name: string, sympos: number): FunctionState {
  return {
    name,
    sympos,
    patch,
    object,
    nop: true,
    immediate: false,
    symbol: name,
    patched: false,
    transition: false,
  };
}

/** klp_free_objects_dynamic: what `addNops` added goes again. */
export function removeNops(patch: PatchState): void {
  patch.objects = patch.objects.filter(({ dynamic }) => !dynamic);
  for (const object of patch.objects) {
    object.functions = object.functions.filter(({ nop }) => !nop);
  }
}

/** A copy, and which of its functions stands for which of the original's. */
export function clonePatch(
  patch: PatchState,
  functions: Map<FunctionState, FunctionState>,
): PatchState {
  return {
    ...patch,
    objects: patch.objects.map((object) => ({
      ...object,
      shadowTypes: object.shadowTypes.map((type) => ({ ...type })),
      functions: object.functions.map((one) => {
        const copy = { ...one };
        functions.set(one, copy);
        return copy;
      }),
    })),
  };
}
