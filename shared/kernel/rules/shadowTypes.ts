/**
 * The types of shadow variables that an object of a livepatch lists: registered and unregistered by the
 * kernel, which frees the variables of a type that nobody uses any more. In no release: the series of
 * 2022-10-26 (v2 4/4, klp_shadow_register and klp_shadow_unregister), at the four places that the mail
 * of 2023-02-02 names.
 */
import type { KernelCore } from '../state/core';
import { done, refuse, type Outcome } from '../state/errno';
import type { ObjectState, PatchState, ShadowTypeState } from '../state/livepatch';
import { freeAll } from './shadowApi';

/** klp_register_shadow_types: in __klp_enable_patch for loaded objects, and in klp_module_coming. */
export function registerTypes(core: KernelCore, { name, shadowTypes }: ObjectState): Outcome {
  if (core.version.shadowCollection === 'none') return done;
  for (const type of shadowTypes) {
    // It allocates before it looks whether there is an entry already.
    if (core.outOfMemory) {
      core.say(`failed to register shadow types for object '${name}'`);
      return refuse('ENOMEM');
    }
    core.shadow.register(type.id, type.livepatch);
    type.registered = true;
  }
  return done;
}

/** klp_unregister_shadow_types: at the end of an unpatching transition, and when a module goes. */
export function unregisterTypes(core: KernelCore, { shadowTypes }: ObjectState): void {
  if (core.version.shadowCollection === 'none') return;
  for (const type of shadowTypes) unregister(core, type);
}

function unregister(core: KernelCore, type: ShadowTypeState): void {
  if (!type.registered) {
    // The mail of 2023-01-31: "We have to make sure that it does not complain".
    if (core.version.shadowCollection === 'posted') {
      core.say(`Trying to unregister shadow variable type that is not registered: ${type.id}`);
    }
    return;
  }
  type.registered = false;
  if (core.shadow.unregister(type.id, type.livepatch) === 0) freeAll(core, type.id, type);
}

/**
 * The types of a livepatch that was replaced. As posted nobody unregisters them, so that their
 * variables are never collected; that the last user's going frees them is what its commit message
 * intends ("All shadow variables of the given type are freed when the reference count reaches zero").
 */
export function unregisterReplaced(core: KernelCore, { objects }: PatchState): void {
  if (core.version.shadowCollection !== 'intended') return;
  for (const object of objects) if (object.loaded) unregisterTypes(core, object);
}

/** The livepatch's type of that id: a registered one before others, the object's before others'. */
export function typeOf(
  patch: PatchState | null,
  id: bigint,
  object: ObjectState | null = null,
): ShadowTypeState | null {
  const others = patch?.objects.flatMap(({ shadowTypes }) => shadowTypes) ?? [];
  const own = [...(object?.shadowTypes ?? []), ...others].filter((type) => type.id === id);
  return own.find(({ registered }) => registered) ?? own[0] ?? null;
}
