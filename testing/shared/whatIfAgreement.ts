/**
 * Whether an answer of what-if comes true: the action is carried out in the executable model, the
 * transition is led to its end, and what then is there is compared. Where the answer leaves something
 * open, the truth must be among what it leaves open.
 */
import type { KernelCore } from '../../shared/kernel/state/core';
import type { Errno } from '../../shared/kernel/state/errno';
import type { Kernel } from '../../shared/kernel';
import { functionKey } from '../../shared/kernel';
import type { LivepatchLiteral, ObjectLiteral } from '../../shared/kernel/state/literals';
import type { Applied } from '../../shared/kernel/operations/apply';
import { blockersAmong } from '../../shared/kernel/rules/stackCheck';
import { pendingTids } from '../../shared/kernel/rules/threadStates';
import type { Tree } from '../../shared/readings/readings';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { Modules, WantedFunction, WhatIf, WhatIfAction } from '../../shared/whatif/document';

/** A host that does not tell in which order livepatches were loaded, nor whether one replaces. */
export function reticent(tree: Tree): Tree {
  const hidden = /^\/proc\/modules$|^\/sys\/kernel\/livepatch\/[^/]+\/(?:stack_order|replace)$/;
  return {
    ...tree,
    readFile(path, limit) {
      const reading = hidden.test(path)
        ? ({ missing: 'absent' } as const)
        : tree.readFile(path, limit);
      return path.endsWith('/dmesg') && 'text' in reading
        ? { ...reading, text: reading.text.replace(/^.*enabling patch.*\n/gm, '') }
        : reading;
    },
  };
}

/** The name under which the livepatch of a replace is loaded. */
const replacementName = 'livepatch_to_come';

/** What the answer says otherwise than it turns out; empty where it comes true. */
export function untruths(before: Kernel, status: StatusDocument, answer: WhatIf): string[] {
  const versions = versionsOf(before.core, answer.action);
  const sets = versions.map((livepatch) => {
    const applied = carryOut(before.clone(), answer.action, livepatch);
    return applied.ok ? null : applied.errno;
  });
  // Whatever its set is.
  const isHopeless = sets.every((errno) => errno === 'EINVAL');
  return [
    ...(isHopeless && answer.allowed ? ['said to be allowed, refused in every set'] : []),
    ...versions.flatMap((livepatch) => untruthsWith(before, status, answer, livepatch)),
  ];
}

/** What an answer about a livepatch to come can't know of it. */
interface Version {
  readonly replaceSet: number;
  readonly sympos: 0 | 1;
}

/** One of every set that is there and of another; each with either way to name the only symbol. */
function versionsOf({ version, patches }: KernelCore, action: WhatIfAction): Version[] {
  if (action.do !== 'replace') return [{ replaceSet: 0, sympos: 0 }];
  const there = version.files.replaceSet ? patches.map(({ replaceSet }) => replaceSet) : [];
  return [...new Set([...there, 77])].flatMap((replaceSet) => [
    { replaceSet, sympos: 0 },
    { replaceSet, sympos: 1 },
  ]);
}

function untruthsWith(
  before: Kernel,
  status: StatusDocument,
  answer: WhatIf,
  livepatch: Version,
): string[] {
  const after = before.clone();
  const applied = carryOut(after, answer.action, livepatch);
  const known = applied.ok ? null : applied.errno;
  const said = answer.refusal?.errno ?? null;
  if (known !== said && !(known && isForeseen(before.core, known, answer))) {
    return [`refused with ${said}, the kernel says ${known}`];
  }
  if (!applied.ok) return [];
  if (hasImmediate(before.core)) return isImmediateTold(answer);
  const blocking = compareBlocking(after.core, status, answer);
  leadToItsEnd(after);
  return [
    ...blocking,
    ...compareFunctions(before.core, after.core, status, answer),
    ...compareModules(before.core, after.core, answer),
  ];
}

/**
 * An error for something that no file of such a kernel tells. An answer that does not refuse takes
 * for granted that it is not so; one that refuses for another reason has no need to.
 */
function isForeseen(
  { version }: KernelCore,
  errno: Errno,
  { refusal, assumptions }: WhatIf,
): boolean {
  const isOpen =
    (errno === 'EBUSY' && version.strictStack) ||
    (errno === 'EINVAL' && version.files.replaceSet) ||
    (errno === 'EEXIST' && version.atomicReplace && !version.symposZeroIsOne);
  const isSaid = assumptions.some((sentence) => sentence.includes(`(${errno})`));
  return isOpen && (refusal !== null || isSaid);
}

/** No file tells which functions are: 4.12 to 4.15. */
function hasImmediate({ patches }: KernelCore): boolean {
  return patches.some(
    ({ immediate, objects }) =>
      immediate || objects.some(({ functions }) => functions.some((one) => one.immediate)),
  );
}

function isImmediateTold({ assumptions }: WhatIf): string[] {
  const isTold = assumptions.some((sentence) => sentence.includes('immediate'));
  return isTold ? [] : ['that functions may be immediate is not said'];
}

function carryOut(kernel: Kernel, action: WhatIfAction, livepatch: Version): Applied {
  const { core } = kernel;
  switch (action.do) {
    case 'disable':
      return kernel.apply({ do: 'write-enabled', patch: action.patch, value: false });
    case 'reverse': {
      const enabled = core.findPatch(action.patch)?.enabled ?? false;
      const isMoving = core.transition?.patch.name === action.patch;
      const value = isMoving ? !enabled : enabled;
      return kernel.apply({ do: 'write-enabled', patch: action.patch, value });
    }
    case 'force':
      return kernel.apply({ do: 'force', patch: action.patch });
    case 'replace':
      return kernel.apply({
        do: 'load',
        livepatch: replacementFor(core, action.functions, livepatch),
      });
  }
}

/** It takes over every state of its set, so that it is compatible with all that is there. */
function replacementFor(
  core: KernelCore,
  functions: readonly WantedFunction[],
  { replaceSet, sympos }: Version,
): LivepatchLiteral {
  const objects = new Map<string, ObjectLiteral['functions'][number][]>();
  for (const { object, name } of functions) {
    const known = objects.get(object);
    if (known) known.push({ name, sympos });
    else objects.set(object, [{ name, sympos }]);
  }
  const older = core.version.files.replaceSet
    ? core.patches.filter((patch) => patch.replaceSet === replaceSet)
    : core.patches;
  const ids = new Set(older.flatMap(({ states }) => states.map(({ id }) => id)));
  return {
    name: replacementName,
    replace: true,
    replaceSet,
    objects: [...objects].map(([name, own]) => ({ name, functions: own })),
    states: [...ids].map((id) => ({ id, version: 99 })),
  };
}

/** Whoever is in the way ends, and every CPU passes its idle loop. */
function leadToItsEnd(kernel: Kernel): void {
  for (let second = 0; kernel.core.transition && second < 20; second += 1) {
    for (const tid of pendingTids(kernel.core)) {
      const isZombie = kernel.core.threads.get(tid)?.state === 'Z';
      kernel.apply(isZombie ? { do: 'reap', tid } : { do: 'exit', tid });
    }
    kernel.apply({ do: 'poke-cpus' });
    kernel.pass(1);
  }
  kernel.pass(1);
}

function compareBlocking(after: KernelCore, status: StatusDocument, answer: WhatIf): string[] {
  const { transition } = after;
  const pending = new Set(answer.action.do === 'force' ? [] : pendingTids(after));
  const blocked = transition ? blockersAmong(after, transition, pending) : [];
  const known = blocked.filter(({ why }) => why.is !== 'running').map(({ tid }) => tid);
  const said = answer.wouldBlock.map(({ tid }) => tid).filter((tid) => tid !== null);
  const missed = known.filter((tid) => !said.includes(tid));
  const wrong = isCertain(status, answer) ? said.filter((tid) => !known.includes(tid)) : [];
  const running = blocked.length - known.length;
  return [
    ...missed.map((tid) => `${tid} would block, but isn't named`),
    ...wrong.map((tid) => `${tid} is said to block, but switches`),
    ...(running > (answer.unchecked ?? 0)
      ? [`only ${answer.unchecked} unchecked, ${running} run`]
      : []),
  ];
}

/** Nothing that decides which code is left had to be left open. */
function isCertain({ order, patches }: StatusDocument, { maybe }: WhatIf): boolean {
  return (
    order !== 'unknown' &&
    maybe.leaving.length === 0 &&
    patches.every(({ objects }) =>
      objects.every(({ functions }) => functions.every(({ nop }) => nop !== null)),
    )
  );
}

function compareFunctions(
  before: KernelCore,
  after: KernelCore,
  status: StatusDocument,
  answer: WhatIf,
): string[] {
  const changes = new Map(answer.functions.map((one) => [keyOf(one), one]));
  const rows = new Map([...status.functions, ...answer.functions].map((one) => [keyOf(one), one]));
  const target = before.transition?.target ?? -1;
  return [...rows].flatMap(([key, { object, name }]) => {
    if (object !== 'vmlinux' && !before.modules.get(object)) return [];
    const change = changes.get(key);
    const was = before.stacks.implementationFor(key, target)?.patch ?? 'original';
    const found = after.stacks.implementationFor(key, -1)?.patch ?? 'original';
    const is = found === replacementName ? 'replacement' : found;
    const turn = `${object}:${name} turns from ${was} to ${is}`;
    if (!change) return was === is ? [] : [`${turn}, which isn't said`];
    if (was === is && change.cases.length === 0 && change.then !== null) {
      return [`${turn}, said is a change to ${change.then}`];
    }
    const possible = change.cases.length > 0 ? change.cases : [change];
    const isAmong = possible.some(
      ({ now, then }) => (now === null || now === was) && (then === null || then === is),
    );
    return isAmong ? [] : [`${turn}, said is ${JSON.stringify(change)}`];
  });
}

function keyOf({
  object,
  name,
  sympos,
}: {
  object: string;
  name: string;
  sympos: number | null;
}): string {
  return functionKey(object, name, sympos ?? 1);
}

function compareModules(before: KernelCore, after: KernelCore, answer: WhatIf): string[] {
  const truth = before.version.strictStack
    ? modulesOfStrictStack(before, after, answer)
    : modulesOf(before, after);
  return (['leaving', 'leftover', 'pinned'] as const).flatMap((list) => {
    const possible = new Set([...answer[list], ...answer.maybe[list]]);
    const wrong = answer[list].filter((name) => !truth[list].includes(name));
    const missed = truth[list].filter((name) => !possible.has(name));
    return [
      ...wrong.map((name) => `${name} is said to be ${list}, but is not`),
      ...missed.map((name) => `${name} is ${list}, which isn't said`),
    ];
  });
}

function modulesOf(before: KernelCore, after: KernelCore): Modules {
  const left = before.patches.map(({ name }) => name).filter((name) => !after.findPatch(name));
  const isHeld = (name: string) => after.modules.refcount(name) > 0;
  const forcedNow = after.patches
    .filter(({ name, forced }) => forced && before.findPatch(name)?.forced === false)
    .map(({ name }) => name);
  return {
    leaving: left,
    leftover: left.filter((name) => !isHeld(name)),
    pinned: [...left.filter(isHeld), ...forcedNow],
  };
}

/** Before 5.1 nobody leaves sysfs; whose module is held after a force is never given up. */
function modulesOfStrictStack(before: KernelCore, after: KernelCore, { action }: WhatIf): Modules {
  const moving = before.transition?.patch.name;
  const nameOf = ({ name }: { readonly name: string }) => name;
  const isHeld = (name: string) => after.modules.refcount(name) > 0;
  const off = before.patches
    .filter(({ name, enabled }) => enabled || name === moving)
    .map(nameOf)
    .filter((name) => after.findPatch(name)?.enabled === false);
  const held = action.do === 'force' ? after.patches.map(nameOf).filter(isHeld) : [];
  return {
    leaving: before.patches.map(nameOf).filter((name) => !after.findPatch(name)),
    leftover: off.filter((name) => !isHeld(name)),
    pinned: [...new Set([...off.filter(isHeld), ...held])],
  };
}
