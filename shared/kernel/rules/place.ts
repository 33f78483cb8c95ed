/**
 * A kernel put together from what is known of a live host, without its past: livepatches that lie
 * there, a transition that runs, threads where they sleep. Nothing is printed, checked or waited for.
 * From there on it goes its own way, so that one may ask what would happen.
 */
import { copyModule } from '../state/copies';
import type { KernelCore } from '../state/core';
import {
  coreKernel,
  findObject,
  registerLists,
  type FunctionState,
  type PatchState,
} from '../state/livepatch';
import type {
  CallLiteral,
  LivepatchLiteral,
  ModuleLiteral,
  ThreadLiteral,
} from '../state/literals';
import { newIdle, planRetry } from './schedule';
import { createThread } from './threadLife';
import { setTransition } from './transition';
import type { Frame, Thread } from '../state/threads';

/** A module that is there, live and unpatched. */
export function placeModule(core: KernelCore, literal: ModuleLiteral): void {
  core.modules.add({
    name: literal.name,
    size: literal.size ?? 16_384,
    isLivepatch: false,
    taint: literal.foreign ? 'OE' : '',
    literal: copyModule(literal),
    state: 'live',
    references: 0,
  });
}

/**
 * A livepatch on top of those that are there, applied to every loaded object.
 *
 * @param nops functions that a running atomic replace leads back to the original
 */
export function placeLivepatch(
  core: KernelCore,
  literal: LivepatchLiteral,
  nops: readonly CallLiteral[] = [],
): PatchState {
  const patch = registerLists(literal, core.version.immediate);
  for (const nop of nops) addNop(patch, nop);
  core.modules.add({
    name: literal.name,
    size: literal.size ?? 16_384,
    isLivepatch: true,
    taint: 'OEK',
    literal: { name: literal.name },
    state: 'live',
    references: 1,
  });
  patch.enabled = true;
  for (const object of patch.objects) {
    object.loaded = object.name === coreKernel || core.modules.get(object.name) !== null;
    object.postUnpatchEnabled = object.loaded;
    object.patched = object.loaded;
    if (object.loaded) for (const one of object.functions) core.stacks.push(one);
  }
  core.patches.push(patch);
  return patch;
}

function addNop(patch: PatchState, { object = coreKernel, name, sympos = 1 }: CallLiteral): void {
  const nop: FunctionState = {
    name,
    sympos,
    patch: patch.name,
    object,
    nop: true,
    immediate: false,
    symbol: name,
    patched: false,
    transition: false,
  };
  const known = findObject(patch, object);
  if (known) {
    known.functions.push(nop);
    return;
  }
  patch.objects.push({
    name: object,
    dynamic: true,
    callbacks: {},
    shadowTypes: [],
    functions: [nop],
    loaded: false,
    patched: false,
    postUnpatchEnabled: false,
  });
}

/**
 * One of the livepatches is in transition. The threads are there already.
 *
 * @param pending threads that have not switched
 */
export function placeTransition(
  core: KernelCore,
  patch: PatchState,
  target: 0 | 1,
  pending: readonly number[],
): void {
  patch.enabled = target === 1;
  setTransition(core, patch, true);
  core.transition = {
    patch,
    target,
    common: target,
    exceptions: new Set(pending),
    attempts: 0,
    started: true,
    idle: { ...newIdle(core), pending: 0 },
    since: core.now,
  };
  planRetry(core);
}

/**
 * A thread with the frames that its stack shows, innermost first (see `codeOf` for their code).
 *
 * @returns the thread as it is now in the kernel
 */
export function placeThread(
  core: KernelCore,
  literal: ThreadLiteral,
  frames: readonly Frame[],
): Thread {
  const { posture, ...rest } = literal;
  const thread = createThread(core, rest, 0);
  const placed: Thread = {
    ...thread,
    posture: posture ?? null,
    state: posture?.state ?? thread.state,
    stack: core.threads.stackOf(frames),
  };
  core.threads.put(placed);
  return placed;
}
