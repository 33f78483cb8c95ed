/**
 * The four callbacks of an object (kernel/livepatch/core.h; Documentation/livepatch/callbacks.rst).
 */
import type { KernelCore } from '../state/core';
import { done, refuse, type Outcome } from '../state/errno';
import { coreKernel, type ObjectState, type PatchState } from '../state/livepatch';
import type { CallbackLine, CallbackLiteral } from '../state/literals';
import { shadowId } from '../state/shadow';
import { callShadow } from './shadowApi';
import { typeOf } from './shadowTypes';
import { previousState } from '../state/systemState';

/** Its failure refuses the livepatch, or the module that it was to patch. */
export function prePatch(core: KernelCore, patch: PatchState, object: ObjectState): Outcome {
  const callback = object.callbacks.prePatch;
  if (core.version.callbacks && callback) run(core, patch, object, callback);
  const errno = callback && (core.failingCallbacks.get(patch.name) ?? callback.fails);
  const isRefused = core.version.callbacks && errno !== undefined;
  object.postUnpatchEnabled = !isRefused;
  return isRefused ? refuse(errno) : done;
}

export function postPatch(core: KernelCore, patch: PatchState, object: ObjectState): void {
  runIfPresent(core, patch, object, object.callbacks.postPatch);
}

export function preUnpatch(core: KernelCore, patch: PatchState, object: ObjectState): void {
  runIfPresent(core, patch, object, object.callbacks.preUnpatch);
}

/** Only where the pre-patch callback had succeeded. */
export function postUnpatch(core: KernelCore, patch: PatchState, object: ObjectState): void {
  if (object.postUnpatchEnabled) {
    runIfPresent(core, patch, object, object.callbacks.postUnpatch);
  }
  object.postUnpatchEnabled = false;
}

function runIfPresent(
  core: KernelCore,
  patch: PatchState,
  object: ObjectState,
  callback: CallbackLiteral | undefined,
): void {
  if (core.version.callbacks && callback) run(core, patch, object, callback);
}

function run(
  core: KernelCore,
  patch: PatchState,
  object: ObjectState,
  { says = [], shadow = [] }: CallbackLiteral,
): void {
  for (const line of says) {
    const text = wordsOf(core, patch, line).replaceAll('{object}', describe(core, object));
    core.print(`${patch.name}: ${text}`);
  }
  for (const action of shadow) {
    const type = typeOf(patch, shadowId(action.id) ?? 0n, object);
    callShadow(core, action, { livepatch: patch.name, type, failure: null });
  }
}

function wordsOf(core: KernelCore, patch: PatchState, line: CallbackLine): string {
  if (typeof line === 'string') return line;
  const known = previousState(core.patches, patch, line.ifPreviousState);
  return known ? line.whenKnown : line.whenNew;
}

/** As the kernel's test modules print an object (test_klp_callbacks_demo.c, callback_info). */
function describe(core: KernelCore, { name }: ObjectState): string {
  if (name === coreKernel) return name;
  switch (core.modules.get(name)?.state) {
    case 'coming':
      return `${name} -> [MODULE_STATE_COMING] Full formed, running module_init`;
    case 'going':
      return `${name} -> [MODULE_STATE_GOING] Going away`;
    default:
      return `${name} -> [MODULE_STATE_LIVE] Normal state`;
  }
}
