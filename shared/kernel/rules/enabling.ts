/**
 * Enabling and disabling: __klp_enable_patch and __klp_disable_patch of core.c.
 *
 * Between setting the threads' states and flipping `enabled` the kernel runs callbacks and registers
 * functions with ftrace, which takes time: the window. Who wants klp_mutex meanwhile waits.
 */
import { preUnpatch, prePatch } from './callbacks';
import type { KernelCore } from '../state/core';
import { done, refuse, type Outcome } from '../state/errno';
import type { PatchState } from '../state/livepatch';
import { patchObject } from './registration';
import { registerTypes } from './shadowTypes';
import {
  cancelTransition,
  initTransition,
  releaseModule,
  startTransition,
  tryComplete,
} from './transition';

/** @param window seconds that pass within; 0: none */
export function enable(core: KernelCore, patch: PatchState, window: number): Outcome {
  const previous = core.patches[core.patches.indexOf(patch) - 1];
  if (core.transition) return refuse('EBUSY');
  if (patch.enabled) return refuse('EINVAL');
  if (core.version.strictStack && previous && !previous.enabled) return refuse('EBUSY');
  core.sayUnlessQuiet(`enabling patch '${patch.name}'`);
  const module = core.modules.get(patch.name);
  if (module) module.references += 1;
  initTransition(core, patch, 1);
  return inWindow(core, { operation: 'enable', patch }, window);
}

export function disable(core: KernelCore, patch: PatchState, window: number): Outcome {
  const next = core.patches[core.patches.indexOf(patch) + 1];
  if (core.transition) return refuse('EBUSY');
  if (core.version.strictStack && next?.enabled) return refuse('EBUSY');
  initTransition(core, patch, 0);
  return inWindow(core, { operation: 'disable', patch }, window);
}

function inWindow(
  core: KernelCore,
  held: NonNullable<KernelCore['window']>,
  seconds: number,
): Outcome {
  core.window = held;
  if (seconds === 0) return leaveWindow(core);
  core.events.plan(core.now + seconds, { kind: 'window' });
  return done;
}

/** The rest of the operation that holds the mutex. */
export function leaveWindow(core: KernelCore): Outcome {
  const { window } = core;
  core.window = null;
  if (!window) return done;
  return window.operation === 'enable'
    ? finishEnabling(core, window.patch)
    : finishDisabling(core, window.patch);
}

function finishEnabling(core: KernelCore, patch: PatchState): Outcome {
  const { transition } = core;
  if (!transition) return done;
  const patched = patchObjects(core, patch);
  if (!patched.ok) {
    core.say(`failed to enable patch '${patch.name}'`);
    cancelTransition(core, transition);
    releaseModule(core, patch);
    return patched;
  }
  startTransition(core, transition);
  patch.enabled = true;
  tryComplete(core);
  return done;
}

function patchObjects(core: KernelCore, patch: PatchState): Outcome {
  for (const object of patch.objects.filter(({ loaded }) => loaded)) {
    const registered = registerTypes(core, object);
    if (!registered.ok) return registered;
    const prepared = prePatch(core, patch, object);
    if (!prepared.ok) {
      core.say(`pre-patch callback failed for object '${object.name}'`);
      return prepared;
    }
    const patched = patchObject(core, object);
    if (!patched.ok) {
      core.say(`failed to patch object '${object.name}'`);
      return patched;
    }
  }
  return done;
}

function finishDisabling(core: KernelCore, patch: PatchState): Outcome {
  const { transition } = core;
  if (!transition) return done;
  for (const object of patch.objects) if (object.patched) preUnpatch(core, patch, object);
  startTransition(core, transition);
  patch.enabled = false;
  tryComplete(core);
  return done;
}
