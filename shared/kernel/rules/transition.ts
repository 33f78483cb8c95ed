/**
 * The consistency model: every thread switches on its own, when it is certain that it runs no code
 * that is to be left (seed 001; Documentation/livepatch/livepatch.rst; kernel/livepatch/transition.c,
 * whose function names are quoted).
 */
import { postPatch, postUnpatch } from './callbacks';
import { invert, type KernelCore, type TransitionState } from '../state/core';
import { removeNops, type FunctionState, type PatchState } from '../state/livepatch';
import { newIdle, passIdleLoop, planRetry, planTick } from './schedule';
import { unregisterReplaced, unregisterTypes } from './shadowTypes';
import { signalThreads } from './signals';
import { blockersAmong, findBlockers, type Blocked } from './stackCheck';

/** Tries after which the kernel signals, and again each time: about 15 s. */
const SIGNALS_TIMEOUT = 15;

/** Seconds until the folder of a livepatch that left is gone. */
const FREE_DELAY = 0.02;

/** klp_init_transition: every thread gets the state that is to be left. */
export function initTransition(core: KernelCore, patch: PatchState, target: 0 | 1): void {
  core.transition = {
    patch,
    target,
    common: invert(target),
    exceptions: new Set(),
    attempts: 0,
    started: false,
    idle: newIdle(core),
    since: core.now,
  };
  core.debugStep(`'${patch.name}': initializing ${nameOf(target)} transition`);
  setTransition(core, patch, true);
}

/** klp_start_transition: from here on threads may switch. */
export function startTransition(core: KernelCore, transition: TransitionState): void {
  const { patch, target } = transition;
  core.say(`'${patch.name}': ${beginning(core, target)}`);
  transition.started = true;
  transition.attempts = 0;
  transition.since = core.now;
  planTick(core);
}

function beginning({ version }: KernelCore, target: 0 | 1): string {
  const verb = nameOf(target);
  return version.transitionMessages === 'dots' ? `${verb}...` : `starting ${verb} transition`;
}

/**
 * klp_try_complete_transition. Looks at the threads that could be in the way only: a thread that is
 * not running, has a reliable stack and none of the code to be left on it switches.
 */
export function tryComplete(core: KernelCore): void {
  const { transition } = core;
  if (!transition) return;
  if (transition.patch.immediate) {
    finish(core, transition);
    return;
  }
  const blocked = switchThreads(core, transition);
  waitForIdle(core, transition);
  if (blocked.length === 0 && transition.idle.pending === 0) {
    finish(core, transition);
    return;
  }
  const { attempts } = transition;
  if (core.version.signals === 'automatic' && attempts > 0 && attempts % SIGNALS_TIMEOUT === 0) {
    if (attempts === SIGNALS_TIMEOUT) core.say('signaling remaining tasks');
    signalThreads(core);
  }
  transition.attempts += 1;
  planRetry(core);
}

/** klp_reverse_transition: the other direction becomes the target; who had switched must go back. */
export function reverseTransition(core: KernelCore, transition: TransitionState): void {
  const { patch, target } = transition;
  const [from, to] = [nameOf(target), nameOf(invert(target))];
  core.debugStep(`'${patch.name}': reversing transition from ${from} to ${to}`);
  transition.target = invert(target);
  transition.idle.pending = transition.idle.total - transition.idle.pending;
  patch.enabled = !patch.enabled;
  startTransition(core, transition);
}

/** klp_force_transition: whatever they run, all threads count as switched. */
export function forceTransition(core: KernelCore, transition: TransitionState): void {
  core.say('forcing remaining tasks to the patched state');
  transition.common = transition.target;
  transition.exceptions.clear();
  transition.idle.pending = 0;
  core.everForced = true;
  for (const patch of core.patches) {
    if (isPinnedByForce(core, transition, patch)) patch.forced = true;
  }
}

function isPinnedByForce(core: KernelCore, moving: TransitionState, patch: PatchState): boolean {
  switch (core.version.forcePins) {
    case 'ever':
      return true;
    case 'listed':
      return true;
    case 'leaving':
      return moving.target === 0 ? patch === moving.patch : core.replaces(moving.patch, patch);
  }
}

/** klp_cancel_transition: an enabling that failed before it was started. */
export function cancelTransition(core: KernelCore, transition: TransitionState): void {
  core.debugStep(`'${transition.patch.name}': canceling patching transition, going to unpatch`);
  transition.target = 0;
  complete(core, transition);
}

function switchThreads(core: KernelCore, transition: TransitionState): readonly Blocked[] {
  const { common, target, exceptions } = transition;
  const blocked =
    common === target
      ? blockersAmong(core, transition, exceptions)
      : findBlockers(core, transition).filter(({ tid }) => !exceptions.has(tid));
  for (const one of blocked) tellBlocked(core, one);
  transition.common = target;
  transition.exceptions = new Set(blocked.map(({ tid }) => tid));
  return blocked;
}

function tellBlocked(core: KernelCore, { tid, why }: Blocked): void {
  if (!core.dynamicDebug || why.is === 'no-reliable-stacks') return;
  const who = `${core.threads.get(tid)?.comm}:${tid}`;
  const stackChecker = core.version.checkStackPrefix ? 'klp_check_stack' : 'klp_try_switch_task';
  switch (why.is) {
    case 'running':
      return core.debug(`klp_try_switch_task: ${who} is running`);
    case 'unreliable':
      return core.debug(`${stackChecker}: ${who} has an unreliable stack`);
    case 'sleeping':
      return core.debug(`${stackChecker}: ${who} is sleeping on function ${why.function}`);
  }
}

/** The idle task of an idle CPU is running, so that the stack check can't switch it. */
function waitForIdle(core: KernelCore, { idle }: TransitionState): void {
  if (idle.pending === 0) return;
  for (let cpu = 1; cpu <= idle.pending; cpu += 1) {
    core.debug(`klp_try_switch_task: swapper/${cpu}:0 is running`);
  }
  passIdleLoop(core);
}

function finish(core: KernelCore, transition: TransitionState): void {
  const { patch } = transition;
  complete(core, transition);
  if (core.version.strictStack) {
    if (!patch.enabled) releaseModule(core, patch);
    return;
  }
  if (!patch.enabled) free(core, patch);
  else for (const older of replacedBy(core, patch)) free(core, older);
}

/** klp_complete_transition. */
function complete(core: KernelCore, transition: TransitionState): void {
  const { patch, target } = transition;
  core.debugStep(`'${patch.name}': completing ${nameOf(target)} transition`);
  if (target === 1) {
    for (const older of replacedBy(core, patch)) {
      older.enabled = false;
      unpatchAll(core, older);
    }
    for (const one of functionsOf(patch)) if (one.nop && one.patched) core.stacks.remove(one);
    removeNops(patch);
  } else {
    unpatchAll(core, patch);
  }
  setTransition(core, patch, false);
  core.transition = null;
  for (const object of patch.objects) {
    if (!object.loaded) continue;
    if (target === 1) postPatch(core, patch, object);
    else {
      postUnpatch(core, patch, object);
      unregisterTypes(core, object);
    }
  }
  if (target === 1) for (const older of replacedBy(core, patch)) unregisterReplaced(core, older);
  core.say(`'${patch.name}': ${nameOf(target)} complete`);
}

/** Livepatches below it in the list that it takes the place of. */
function replacedBy(core: KernelCore, patch: PatchState): PatchState[] {
  return core.patches
    .slice(0, core.patches.indexOf(patch))
    .filter((older) => core.replaces(patch, older));
}

export function unpatchAll(core: KernelCore, patch: PatchState): void {
  for (const object of patch.objects) {
    for (const one of object.functions) if (one.patched) core.stacks.remove(one);
    object.patched = false;
  }
}

/** klp_free_patch_async: it leaves the list; a work item takes its folder away. */
function free(core: KernelCore, patch: PatchState): void {
  core.patches = core.patches.filter((other) => other !== patch);
  patch.objects = [];
  core.leaving.push(patch);
  core.events.plan(core.now + FREE_DELAY, { kind: 'free', patch: patch.name });
}

/** klp_free_patch_finish: the folder goes, and the hold on the module, unless it was forced. */
export function finishFreeing(core: KernelCore, name: string): void {
  const patch = core.leaving.find((one) => one.name === name);
  if (!patch) return;
  core.leaving = core.leaving.filter((one) => one !== patch);
  releaseModule(core, patch);
}

export function releaseModule(core: KernelCore, patch: PatchState): void {
  const module = core.modules.get(patch.name);
  const isPinned =
    core.version.forcePins === 'ever' ? core.everForced || hasImmediate(patch) : patch.forced;
  if (module && !isPinned) module.references -= 1;
}

/** Nobody knows when threads leave immediate code: its module stays (4.12 to 4.15). */
function hasImmediate(patch: PatchState): boolean {
  return patch.immediate || functionsOf(patch).some(({ immediate }) => immediate);
}

function functionsOf({ objects }: PatchState): FunctionState[] {
  return objects.flatMap(({ functions }) => functions);
}

/**
 * In Linux 4.12 to 4.15 klp_init_transition marks immediate functions, too, so that a thread which has
 * not switched calls the old one; only klp_check_stack_func looks at `immediate`. Of a livepatch that
 * is immediate as a whole it marks none.
 */
export function setTransition({ version }: KernelCore, patch: PatchState, value: boolean): void {
  for (const one of functionsOf(patch)) {
    one.transition = value && !patch.immediate && !(version.immediateIsUnmarked && one.immediate);
  }
}

export function nameOf(target: 0 | 1): 'patching' | 'unpatching' {
  return target === 1 ? 'patching' : 'unpatching';
}
