/** Modules come and go: kernel/module/main.c, and klp_module_coming and klp_module_going of core.c. */
import { postPatch, postUnpatch, preUnpatch, prePatch } from './callbacks';
import type { KernelCore } from '../state/core';
import { done, negative, refuse, type Errno, type Outcome } from '../state/errno';
import { copyModule } from '../state/copies';
import { coreKernel, findObject, type ObjectState, type PatchState } from '../state/livepatch';
import type { ModuleLiteral } from '../state/literals';
import { patchObject, resolve } from './registration';
import { registerTypes, unregisterTypes } from './shadowTypes';
import { exitThread } from './threadEnd';

/** Bits of /proc/sys/kernel/tainted: Documentation/admin-guide/tainted-kernels.rst. */
const TAINT_OOT_MODULE = 2 ** 12;
const TAINT_UNSIGNED_MODULE = 2 ** 13;
const TAINT_LIVEPATCH = 2 ** 15;

/** What marks the kernel when such a module is loaded; each mark is printed once. */
export function taintBy(core: KernelCore, name: string, letters: string): void {
  const mark = (bit: number, message: string) => {
    if ((core.taint & bit) === 0) core.print(message);
    core.taint |= bit;
  };
  if (letters.includes('O')) {
    mark(TAINT_OOT_MODULE, `${name}: loading out-of-tree module taints kernel.`);
  }
  if (letters.includes('K')) {
    mark(TAINT_LIVEPATCH, `${name}: tainting kernel with TAINT_LIVEPATCH`);
  }
  if (letters.includes('E')) {
    mark(
      TAINT_UNSIGNED_MODULE,
      `${name}: module verification failed: signature and/or required key missing - tainting kernel`,
    );
  }
}

/** The init function of a livepatch's module has returned. */
export function loadEnded(core: KernelCore, name: string, outcome: Outcome): void {
  const module = core.modules.get(name);
  if (module?.state !== 'coming') return;
  if (!outcome.ok) {
    core.patches = core.patches.filter((patch) => patch.name !== name);
    // The failure path of do_init_module calls klp_module_going, as unloading does.
    module.state = 'going';
    revertGoing(core, name);
    core.modules.remove(name);
    return;
  }
  module.state = 'live';
  module.references -= 1;
}

/** Where a name is one whose symbols nobody exports, loading ends with ENOENT ("Unknown symbol"). */
export function loadModule(core: KernelCore, literal: ModuleLiteral): Outcome {
  if (core.modules.get(literal.name)) return refuse('EEXIST');
  if (literal.uses?.some((name) => core.modules.get(name) === null)) return refuse('ENOENT');
  const taint = literal.foreign ? 'OE' : '';
  taintBy(core, literal.name, taint);
  if (literal.name === coreKernel) {
    core.say('vmlinux.ko: invalid module name');
    return refuse('EINVAL');
  }
  const module = core.modules.add({
    name: literal.name,
    size: literal.size ?? 16_384,
    isLivepatch: false,
    taint,
    literal: copyModule(literal),
    state: 'coming',
    references: 0,
  });
  const coming = patchComing(core, literal.name);
  if (!coming.ok) {
    core.modules.remove(literal.name);
    return coming;
  }
  if (literal.init) core.print(`${literal.name}: ${literal.init}`);
  module.state = 'live';
  return done;
}

interface Concerned {
  readonly patch: PatchState;
  readonly object: ObjectState;
}

/** Livepatches that have the module among their objects, oldest first. */
function concernedBy(core: KernelCore, name: string): Concerned[] {
  return core.patches.flatMap((patch) => {
    const object = findObject(patch, name);
    return object ? [{ patch, object }] : [];
  });
}

/** Before 5.1 the list held disabled livepatches, too: those leave the module alone. */
function isActive(core: KernelCore, patch: PatchState): boolean {
  return patch.enabled || patch === core.transition?.patch;
}

/** Every livepatch of the list patches the module before its init function runs. */
export function patchComing(core: KernelCore, name: string): Outcome {
  const concerned = concernedBy(core, name);
  for (const [index, one] of concerned.entries()) {
    const errno = applyTo(core, one);
    if (errno === null) continue;
    core.say(
      `patch '${one.patch.name}' failed for module '${name}', refusing to load module '${name}'`,
    );
    // As posted the types of the livepatch that failed stay registered; the mail of 2023-01-30 wants
    // them unregistered on errors.
    if (core.version.shadowCollection === 'intended') unregisterTypes(core, one.object);
    one.object.loaded = false;
    for (const earlier of concerned.slice(0, index)) revert(core, earlier);
    return refuse(errno);
  }
  return done;
}

function applyTo(core: KernelCore, { patch, object }: Concerned): Errno | null {
  object.loaded = true;
  const resolved = resolve(core, object);
  if (!resolved.ok) {
    core.say(
      `failed to initialize patch '${patch.name}' for module '${object.name}' (${negative(resolved.errno)})`,
    );
    return resolved.errno;
  }
  if (!isActive(core, patch)) return null;
  core.say(`applying patch '${patch.name}' to loading module '${object.name}'`);
  const registered = registerTypes(core, object);
  if (!registered.ok) return registered.errno;
  const prepared = prePatch(core, patch, object);
  if (!prepared.ok) {
    core.say(`pre-patch callback failed for object '${object.name}'`);
    return prepared.errno;
  }
  const patched = patchObject(core, object);
  if (!patched.ok) {
    core.say(
      `failed to apply patch '${patch.name}' to module '${object.name}' (${negative(patched.errno)})`,
    );
    postUnpatch(core, patch, object);
    return patched.errno;
  }
  if (patch !== core.transition?.patch) postPatch(core, patch, object);
  return null;
}

function revert(core: KernelCore, { patch, object }: Concerned): void {
  if (isActive(core, patch) && object.loaded) {
    if (patch !== core.transition?.patch) preUnpatch(core, patch, object);
    core.say(`reverting patch '${patch.name}' on unloading module '${object.name}'`);
    for (const one of object.functions) if (one.patched) core.stacks.remove(one);
    object.patched = false;
    postUnpatch(core, patch, object);
    unregisterTypes(core, object);
  }
  object.loaded = false;
}

/** rmmod: ENOENT where it isn't loaded, EAGAIN where it is in use (delete_module(2)). */
export function unloadModule(core: KernelCore, name: string): Outcome {
  const module = core.modules.get(name);
  if (!module) return refuse('ENOENT');
  if (module.state !== 'live') return refuse('EBUSY');
  if (core.modules.refcount(name) + core.threads.usersOf(name) > 0) return refuse('EAGAIN');
  module.state = 'going';
  if (module.literal.exit) core.print(`${name}: ${module.literal.exit}`);
  endThreadsOf(core, name);
  revertGoing(core, name);
  core.modules.remove(name);
  return done;
}

/** klp_module_going. */
function revertGoing(core: KernelCore, name: string): void {
  for (const one of concernedBy(core, name)) revert(core, one);
}

/** The exit function of a module stops the kernel threads that run its code. */
function endThreadsOf(core: KernelCore, name: string): void {
  for (const thread of core.threads.kthreadsOf(name)) exitThread(core, thread, false);
}
