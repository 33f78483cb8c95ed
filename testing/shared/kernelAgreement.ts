/**
 * Whether the product, reading an emulated host's files, sees what the emulated kernel knows. Where
 * the files of that kernel don't tell, the product must say that it doesn't know.
 */
import type { KernelCore } from '../../shared/kernel/state/core';
import { treeOf } from '../../shared/kernel';
import { kobjectName } from '../../shared/kernel/files/sysfsFiles';
import { keyOf, type ObjectState, type PatchState } from '../../shared/kernel/state/livepatch';
import { codesToLeave } from '../../shared/kernel/rules/stackCheck';
import { pendingTids } from '../../shared/kernel/rules/threadStates';
import { collect } from '../../shared/readings';
import type { Readings, Tree } from '../../shared/readings/readings';
import { statusOf } from '../../shared/report';
import type { PatchEntry, StatusDocument } from '../../shared/report/statusDocument';

/** @param tree what is read of it, where that isn't all */
export function readKernel(core: KernelCore, tree: Tree = treeOf(core)): Readings {
  const result = collect(tree, {
    target: 'demo',
    source: 'demo',
    takenAt: null,
    privileged: true,
    live: true,
  });
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

/** What the document says otherwise than the kernel knows; empty where they agree. */
export function disagreements(
  core: KernelCore,
  document: StatusDocument = statusOf(readKernel(core)),
): string[] {
  const found: string[] = [];
  const expectEqual = (what: string, said: unknown, known: unknown) => {
    const [a, b] = [JSON.stringify(said), JSON.stringify(known)];
    if (a !== b) found.push(`${what}: the document says ${a}, the kernel knows ${b}`);
  };
  comparePatches(core, document, expectEqual);
  compareTransition(core, document, expectEqual);
  compareFunctions(core, document, expectEqual);
  compareGhosts(core, document, expectEqual);
  found.push(...wrongReasons(core, document));
  return found;
}

type Compare = (what: string, said: unknown, known: unknown) => void;

function comparePatches(core: KernelCore, document: StatusDocument, expectEqual: Compare): void {
  const listed = [...core.patches, ...core.leaving];
  const byName = <T extends { name: string }>(items: readonly T[]) =>
    items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expectEqual(
    'livepatches',
    byName(document.patches).map(saidOf),
    byName(listed).map((patch) => knownOf(core, patch)),
  );
  if (document.order === 'unknown' || core.leaving.length > 0) return;
  expectEqual(
    'order',
    document.patches.map(({ name }) => name),
    core.patches.map(({ name }) => kobjectName(name)),
  );
}

function saidOf({ name, enabled, inTransition, replace, ...rest }: PatchEntry): unknown {
  const { replaceSet, objects } = rest;
  return {
    name,
    enabled,
    inTransition,
    replace,
    replaceSet,
    objects: objects.map(saidOfObject).sort(byText),
  };
}

function saidOfObject({ name, patched, functions }: PatchEntry['objects'][number]): unknown {
  return { name, patched, functions: functions.map((f) => `${f.name},${f.sympos}`).sort() };
}

function knownOf(core: KernelCore, patch: PatchState): unknown {
  const { files, strictStack } = core.version;
  return {
    name: kobjectName(patch.name),
    enabled: patch.enabled,
    inTransition: core.transition?.patch === patch,
    replace: files.replaceSet ? true : files.replace ? patch.replace : strictStack ? false : null,
    replaceSet: files.replaceSet ? patch.replaceSet : undefined,
    objects: patch.objects.map((object) => knownOfObject(core, object)).sort(byText),
  };
}

function knownOfObject(core: KernelCore, { name, patched, functions }: ObjectState): unknown {
  return {
    name: kobjectName(name),
    patched: core.version.files.patched ? patched : null,
    functions: functions.map((one) => `${kobjectName(one.name)},${one.sympos || 1}`).sort(),
  };
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function compareTransition(core: KernelCore, document: StatusDocument, expectEqual: Compare): void {
  const { transition } = core;
  expectEqual('transition', document.transitionState, transition ? 'running' : 'none');
  if (!transition) return;
  const { patch, target, started } = transition;
  expectEqual('patch in transition', document.transition?.patch, kobjectName(patch.name));
  const { total, undefined: torn } = document.transition?.threads ?? {};
  // Within the window of a livepatch that is immediate as a whole every thread is at −1 (4.12 to 4.15).
  const without = patch.immediate ? core.threads.count : 0;
  expectEqual('threads', [total, torn], [core.threads.count, without]);
  // In the window the files look like the other direction; nothing in them tells.
  if (!started) return;
  const pending = pendingTids(core);
  expectEqual(
    'direction',
    document.transition?.direction,
    target === 1 ? 'patching' : 'unpatching',
  );
  expectEqual('blocking', document.transition?.threads.blocking, pending.length);
  const blockers = document.blockers
    .map(({ tid }) => tid)
    .filter((tid) => tid !== null)
    .sort((a, b) => a - b);
  expectEqual('blockers', blockers, pending);
}

function compareFunctions(core: KernelCore, document: StatusDocument, expectEqual: Compare): void {
  const { transition } = core;
  if (transition && !transition.started) return;
  const rows = new Map(
    document.functions.map((row) => [`${row.object}/${row.name},${row.sympos}`, row]),
  );
  for (const patch of core.patches) {
    for (const one of patch.objects.flatMap(({ functions }) => functions)) {
      const key = keyOf(one);
      const path = `${kobjectName(one.object)}/${kobjectName(one.name)},${one.sympos || 1}`;
      const row = rows.get(path);
      const members = membersOf(core, key).map(kobjectName);
      const stack = document.order === 'unknown' ? row?.stack.toSorted() : row?.stack;
      expectEqual(
        `stack of ${path}`,
        stack,
        document.order === 'unknown' ? members.toSorted() : members,
      );
      if (transition && isImmediate(core, key)) continue;
      if (row?.active === null && mayBeUnknown(core, document, key, one.object)) continue;
      const active = core.stacks.implementationFor(key, transition ? transition.target : -1);
      expectEqual(
        `active of ${path}`,
        row?.active,
        active ? kobjectName(active.patch) : 'original',
      );
    }
  }
}

function membersOf(core: KernelCore, key: string): string[] {
  return core.patches
    .filter((patch) => patch.enabled || patch === core.transition?.patch)
    .filter(({ objects }) =>
      objects.some(({ functions }) => functions.some((one) => keyOf(one) === key)),
    )
    .map(({ name }) => name);
}

/** Applied without waiting for threads: no file tells which functions are (4.12 to 4.15). */
function isImmediate(core: KernelCore, key: string): boolean {
  return core.stacks.of(key).some(({ immediate }) => immediate);
}

/** An object that is not loaded, an order that nothing tells, a function that may be a nop. */
function mayBeUnknown(
  core: KernelCore,
  document: StatusDocument,
  key: string,
  object: string,
): boolean {
  const isLoaded = object === 'vmlinux' || core.modules.get(object) !== null;
  const members = membersOf(core, key);
  const moving = core.transition?.patch;
  const mayBeNop =
    moving !== undefined &&
    (moving.replace || !core.version.files.replace) &&
    members.includes(moving.name) &&
    members.length > 1;
  return !isLoaded || mayBeNop || (document.order === 'unknown' && members.length > 1);
}

function compareGhosts(core: KernelCore, document: StatusDocument, expectEqual: Compare): void {
  const listed = new Set([...core.patches, ...core.leaving].map(({ name }) => name));
  const known = core.modules
    .all()
    .filter(({ isLivepatch, name, state }) => isLivepatch && state === 'live' && !listed.has(name))
    .map(({ name }) => ({ module: name, refcount: core.modules.refcount(name) }))
    .map((one) => ({ ...one, kind: one.refcount === 0 ? 'leftover' : 'pinned' }));
  expectEqual('ghosts', document.ghosts.toSorted(byText), known.toSorted(byText));
}

/** A reason that names a function must name one whose code to be left is on the thread's stack. */
function wrongReasons(core: KernelCore, document: StatusDocument): string[] {
  const { transition } = core;
  if (!transition?.started) return [];
  const codes = codesToLeave(core, transition);
  const found: string[] = [];
  for (const { tid, stack, reason } of document.blockers) {
    const thread = tid === null ? null : core.threads.get(tid);
    if (!thread || stack === null) continue;
    const onStack = new Set(thread.stack.frames.map(({ code }) => code));
    const sleepsOn = codes.filter(({ code }) => onStack.has(code)).map((one) => one.function);
    const isNamed = reason.code === 'sleeping-on-function';
    if (sleepsOn.length > 0 && !isNamed) {
      found.push(`reason of ${tid}: ${reason.code}, but it sleeps on ${sleepsOn.join(', ')}`);
    } else if (isNamed && isCertain(core, document) && !sleepsOn.includes(reason.function ?? '')) {
      found.push(`reason of ${tid}: ${reason.function}, but it sleeps on ${sleepsOn.join(', ')}`);
    }
  }
  return found;
}

/** Where order, nops and immediate functions are known there is one candidate for each function. */
function isCertain(core: KernelCore, { order, patches }: StatusDocument): boolean {
  return (
    order !== 'unknown' &&
    !core.stacks.keys().some((key) => isImmediate(core, key)) &&
    patches.every(({ objects }) =>
      objects.every(({ functions }) => functions.every(({ nop }) => nop === false)),
    )
  );
}
