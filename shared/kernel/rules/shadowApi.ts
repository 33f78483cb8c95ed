/**
 * The functions of the shadow API, with what they print and answer: kernel/livepatch/shadow.c, and what
 * the series of 2022-10-26 (v2 4/4) does to it where the kernel collects.
 */
import type { KernelCore } from '../state/core';
import { negative, type Errno } from '../state/errno';
import type { ShadowTypeState } from '../state/livepatch';
import type { ShadowAction } from '../state/literals';
import { hashOf } from '../state/random';
import { shadowId, type ShadowAnswer, type ShadowVariable } from '../state/shadow';
import { warn } from './warning';

/** Who calls, and what it hands over besides object and id. */
export interface ShadowCaller {
  /** Null: no livepatch. */
  readonly livepatch: string | null;
  /** Its type; null: it has none, or none that a list names. */
  readonly type: ShadowTypeState | null;
  /** The constructor fails with this error, whatever the type says. */
  readonly failure: Errno | null;
}

/** @returns null where the id is no number of 64 bits */
export function callShadow(
  core: KernelCore,
  action: ShadowAction,
  caller: ShadowCaller,
): ShadowAnswer | null {
  const id = shadowId(action.id);
  if (id === null) return null;
  const answer = answerOf(core, action, id, caller);
  if (caller.livepatch !== null) core.shadow.know(id, caller.livepatch);
  core.shadow.note({ at: core.now, by: caller.livepatch, action: { ...action }, answer });
  return answer;
}

function answerOf(
  core: KernelCore,
  action: ShadowAction,
  id: bigint,
  caller: ShadowCaller,
): ShadowAnswer {
  switch (action.action) {
    case 'get': {
      const found = get(core, action.object, id, caller);
      return found ? { is: 'existing', data: found.data } : { is: 'null' };
    }
    case 'free':
      return { is: 'freed', count: free(core, action.object, id, caller.type) ? 1 : 0 };
    case 'free-all':
      return { is: 'freed', count: freeAll(core, id, caller.type) };
    case 'alloc':
    case 'get-or-alloc':
    case 'update':
      return getOrAlloc(core, action, id, caller);
  }
}

/** klp_shadow_get; the series refuses a type that is not registered, and nothing else does. */
function get(
  core: KernelCore,
  object: string,
  id: bigint,
  { livepatch, type }: ShadowCaller,
): ShadowVariable | null {
  const collects = core.version.shadowCollection !== 'none';
  // Who is no livepatch has no type of its own to register: it counts as having the id's.
  const isRegistered = livepatch === null ? core.shadow.uses(id) > 0 : type?.registered === true;
  if (collects && !isRegistered) {
    core.say(`Trying to get shadow variable of non-registered type: ${id}`);
    return null;
  }
  return core.shadow.find(object, id);
}

type Attaching = Extract<ShadowAction, { action: 'alloc' | 'get-or-alloc' | 'update' }>;

/** __klp_shadow_get_or_alloc: it looks twice, the second time under the lock. */
function getOrAlloc(
  core: KernelCore,
  action: Attaching,
  id: bigint,
  caller: ShadowCaller,
): ShadowAnswer {
  const { object } = action;
  const known = get(core, object, id, caller);
  if (known) return exists(core, action, known, caller);
  if (core.outOfMemory) return { is: 'no-memory' };
  // Nobody comes between; what it says of an unregistered type is said again.
  get(core, object, id, caller);
  const errno = caller.failure ?? caller.type?.ctor?.fails ?? null;
  sayAll(core, caller, caller.type?.ctor?.says, object);
  if (errno !== null) {
    core.say(`Failed to construct shadow variable ${nameOf(object, id)} (${negative(errno)})`);
    return { is: 'failed' };
  }
  const data = dataOf(action, caller);
  core.shadow.add({ object, id, data, owner: caller.livepatch });
  return { is: 'new', data };
}

function exists(
  core: KernelCore,
  action: Attaching,
  known: ShadowVariable,
  caller: ShadowCaller,
): ShadowAnswer {
  const { object } = action;
  switch (action.action) {
    case 'alloc':
      warn(
        core,
        `Duplicate shadow variable ${nameOf(object, known.id)}`,
        'kernel/livepatch/shadow.c:155 __klp_shadow_get_or_alloc+0x12f/0x170',
      );
      return { is: 'duplicate' };
    case 'get-or-alloc':
      return { is: 'existing', data: known.data };
    case 'update': {
      // Case B of the mail of 2017-07-21, in no kernel: "pushing in the latest version".
      const data = dataOf(action, caller);
      core.shadow.take(object, known.id);
      core.shadow.add({ ...known, data });
      return { is: 'updated', data };
    }
  }
}

/** Zeroes without a constructor; it may use what the caller hands over. */
function dataOf({ data }: Attaching, { type }: ShadowCaller): string {
  return data ?? type?.ctor?.data ?? '';
}

/** klp_shadow_free. @returns whether there was one */
function free(core: KernelCore, object: string, id: bigint, type: ShadowTypeState | null): boolean {
  const variable = core.shadow.take(object, id);
  if (!variable) return false;
  sayAll(core, { livepatch: type?.livepatch ?? null }, type?.dtor?.says, object);
  return true;
}

/** klp_shadow_free_all, with the destructor of the type that it is called with. */
export function freeAll(core: KernelCore, id: bigint, type: ShadowTypeState | null): number {
  const concerned = core.shadow.all().filter((variable) => variable.id === id);
  for (const { object } of concerned) free(core, object, id, type);
  return concerned.length;
}

function sayAll(
  core: KernelCore,
  { livepatch }: Pick<ShadowCaller, 'livepatch'>,
  lines: readonly string[] = [],
  object: string,
): void {
  for (const line of lines) core.print(`${livepatch}: ${line.replaceAll('{object}', object)}`);
}

/** `%p` prints a hash of the address (Documentation/core-api/printk-formats.rst). */
function nameOf(object: string, id: bigint): string {
  return `<${hashOf(object).toString(16).padStart(16, '0')}, ${id.toString(16)}>`;
}
