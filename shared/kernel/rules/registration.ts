/** A livepatch's way into the kernel's lists: klp_enable_patch and klp_init_patch of core.c. */
import type { KernelCore } from '../state/core';
import { done, negative, refuse, type Outcome } from '../state/errno';
import {
  addNops,
  hasNops,
  coreKernel,
  functionFolder,
  keyOf,
  registerLists,
  type FunctionState,
  type ObjectState,
  type PatchState,
} from '../state/livepatch';
import type { LivepatchLiteral } from '../state/literals';
import { shadowId } from '../state/shadow';
import { findSymbol } from '../state/symbols';
import { isCompatible } from '../state/systemState';

/** MODULE_NAME_LEN of include/linux/module.h, on 64 bits. */
const MODULE_NAME_LENGTH = 56;

/** Checks a livepatch and puts it into the list; refused, it leaves no trace but its messages. */
export function register(core: KernelCore, literal: LivepatchLiteral): Outcome<PatchState> {
  const allowed = mayRegister(core, literal);
  if (!allowed.ok) return allowed;
  const patch = registerLists(literal, core.version.immediate);
  if (!fits(core, patch)) {
    core.say(
      `Livepatch patch (${patch.name}) is not compatible with the already installed livepatches.`,
    );
    return refuse('EINVAL');
  }
  const replaced = core.patches.filter((older) => core.replaces(patch, older));
  addNops(patch, replaced, core.version.symposZeroIsOne);
  if (core.outOfMemory && hasNops(patch)) return refuse('ENOMEM');
  const isDuplicate = [...core.patches, ...core.leaving].some(({ name }) => name === patch.name);
  if (isDuplicate) return duplicate(core, patch.name, `/kernel/livepatch/${patch.name}`);
  const names = new Set<string>();
  for (const object of patch.objects) {
    if (names.has(object.name)) {
      return duplicate(core, object.name, `/kernel/livepatch/${patch.name}/${object.name}`);
    }
    names.add(object.name);
    const outcome = initObject(core, patch, object);
    if (!outcome.ok) return outcome;
  }
  core.patches.push(patch);
  noteShadowIds(core, patch);
  return { ok: true, value: patch };
}

/** It has code for the variables whose types it lists, and for those that its callbacks handle. */
function noteShadowIds(core: KernelCore, { name, objects }: PatchState): void {
  for (const { shadowTypes, callbacks } of objects) {
    const called = Object.values(callbacks).flatMap(({ shadow = [] }) => shadow);
    for (const { id } of [...shadowTypes, ...called]) {
      const known = shadowId(id);
      if (known !== null) core.shadow.know(known, name);
    }
  }
}

/**
 * Empty lists are lists: klp_init_patch_early refuses null pointers only (to 5.0 klp_init_patch and
 * klp_init_object). A livepatch may have callbacks and no functions, or nothing at all.
 */
function mayRegister(core: KernelCore, { name, marked }: LivepatchLiteral): Outcome {
  if (marked === false) {
    core.say(`module ${name} is not marked as a livepatch module`);
    return refuse('EINVAL');
  }
  if (core.setup.architecture === 'no-reliable-stacks') {
    const missing = "This architecture doesn't have support for the livepatch consistency model.";
    core.say(missing);
    if (core.version.needsReliableStacks) return refuse('ENOSYS');
    core.say('The livepatch transition may never complete.');
  }
  return done;
}

/**
 * The check of system states; with the proposed replace_set also that no other set patches the same
 * function or has the same state (cover letter of its second version, May 2026).
 */
function fits(core: KernelCore, patch: PatchState): boolean {
  const { version, patches } = core;
  const isState =
    !version.systemState || isCompatible(patch, patches, (older) => core.replaces(patch, older));
  if (!isState || !version.files.replaceSet) return isState;
  return patches
    .filter(({ replaceSet }) => replaceSet !== patch.replaceSet)
    .every((other) => !sharesFunction(patch, other) && !sharesState(patch, other));
}

function sharesFunction(a: PatchState, b: PatchState): boolean {
  const of = ({ objects }: PatchState) =>
    objects.flatMap(({ name, functions }) => functions.map((f) => `${name}/${functionFolder(f)}`));
  const known = new Set(of(b));
  return of(a).some((path) => known.has(path));
}

function sharesState(a: PatchState, b: PatchState): boolean {
  return a.states.some(({ id }) => b.states.some((other) => other.id === id));
}

function initObject(core: KernelCore, patch: PatchState, object: ObjectState): Outcome {
  if (object.name !== coreKernel && object.name.length >= MODULE_NAME_LENGTH) {
    return refuse('EINVAL');
  }
  // klp_find_object_module: a module that klp_module_coming has seen, which may be its own.
  const state = core.modules.get(object.name)?.state ?? 'going';
  object.loaded = object.name === coreKernel || state !== 'going';
  const folders = new Set<string>();
  for (const one of object.functions) {
    if (one.name === '' || one.name.length >= core.version.symbolLimit) return refuse('EINVAL');
    const folder = functionFolder(one);
    if (folders.has(folder)) {
      return duplicate(core, folder, `/kernel/livepatch/${patch.name}/${object.name}/${folder}`);
    }
    folders.add(folder);
  }
  return object.loaded ? resolve(core, object) : done;
}

/** klp_init_object_loaded: every function must be found before anything is patched. */
export function resolve(core: KernelCore, object: ObjectState): Outcome {
  for (const { name, sympos } of object.functions) {
    const found = findSymbol(core, object.name, name, sympos);
    if (!found.ok) return found;
  }
  return done;
}

/** fs/sysfs/dir.c, sysfs_warn_dup, and lib/kobject.c, kobject_add_internal. */
function duplicate(
  core: KernelCore,
  folder: string,
  path: string,
): { readonly ok: false; readonly errno: 'EEXIST' } {
  core.print(`sysfs: cannot create duplicate filename '${path}'`);
  core.print(
    `kobject: kobject_add_internal failed for ${folder} with -EEXIST, don't try to register things with the same name in the same directory.`,
  );
  return { ok: false, errno: 'EEXIST' };
}

/** klp_patch_object: all functions of an object go onto their stacks, or none. */
export function patchObject(core: KernelCore, object: ObjectState): Outcome {
  for (const one of object.functions) {
    const outcome = patchFunction(core, one);
    if (!outcome.ok) {
      for (const other of object.functions) if (other.patched) core.stacks.remove(other);
      return outcome;
    }
  }
  object.patched = true;
  return done;
}

/** klp_patch_func of patch.c: the first livepatch of a function needs a new klp_ops. */
function patchFunction(core: KernelCore, one: FunctionState): Outcome {
  const key = keyOf(one);
  const isFirst = core.stacks.of(key).length === 0;
  if (isFirst && core.outOfMemory) return refuse('ENOMEM');
  if (isFirst && (!core.ftrace.enabled || core.ftrace.redirected.has(key))) {
    core.say(`failed to register ftrace handler for function '${one.name}' (${negative('EBUSY')})`);
    return refuse('EBUSY');
  }
  core.stacks.push(one);
  return done;
}
