/** What a livepatch and each of its functions does now, in words. Rules: `shared/model`. */
import { countText } from '../base/words';
import { isReplaced } from '../model/replaced';
import type {
  ActiveFunction,
  PatchEntry,
  PatchFunctionEntry,
  PatchObjectEntry,
  StatusDocument,
} from './statusDocument';
import { visible } from '../base/text';
import type { Tone } from './tone';
import { certaintyOf } from './certainty';

export interface Role {
  readonly text: string;
  readonly tone: Tone | null;
}

export function functionKey(object: string, name: string, sympos: number | null): string {
  return `${object}:${name},${sympos ?? '?'}`;
}

/** Whether a livepatch goes when the running transition completes; null: it may. */
export function isLeaving(
  patch: PatchEntry,
  { transition, patches, order }: StatusDocument,
): boolean | null {
  if (transition === null || transition.direction === null) return false;
  if (transition.direction === 'unpatching') return patch.name === transition.patch;
  const moving = patches.find(({ name }) => name === transition.patch);
  return moving === undefined ? null : isReplaced(patch, moving, patches, order);
}

export function patchRole(patch: PatchEntry, status: StatusDocument): Role {
  const { transition } = status;
  if (transition?.patch === patch.name) {
    switch (transition.direction) {
      case 'patching':
        return { text: 'being applied', tone: 'moving' };
      case 'unpatching':
        return { text: 'being removed', tone: 'moving' };
      case null:
        return { text: 'in transition, direction unknown', tone: 'unknown' };
    }
  }
  if (patch.inTransition === null && patch.enabled === null) {
    return { text: 'state unknown', tone: 'unknown' };
  }
  if (isLeaving(patch, status) === true) return { text: 'leaves when it completes', tone: 'stuck' };
  switch (patch.enabled) {
    case true:
      return { text: 'applied', tone: 'settled' };
    case false:
      return { text: 'disabled', tone: 'unknown' };
    case null:
      return { text: 'not known whether enabled', tone: 'unknown' };
  }
}

export function stackOf(
  status: StatusDocument,
  object: string,
  name: string,
  sympos: number | null,
): ActiveFunction | null {
  return (
    status.functions.find(
      (entry) => entry.object === object && entry.name === name && entry.sympos === sympos,
    ) ?? null
  );
}

/** What one function of one livepatch does now. */
export function functionRole(
  status: StatusDocument,
  patch: PatchEntry,
  object: PatchObjectEntry,
  { name, sympos, nop }: PatchFunctionEntry,
): Role {
  if (object.loaded === false) return { text: 'waits for the module to load', tone: null };
  if (object.patched === false) return { text: 'not patched', tone: 'stuck' };
  const entry = stackOf(status, object.name, name, sympos);
  const place = entry?.stack.indexOf(patch.name) ?? -1;
  if (entry === null || place < 0) return { text: 'not in use', tone: null };
  const certainty = certaintyOf(entry, status);
  if (certainty === 'order') return { text: 'not known', tone: 'unknown' };
  const above = entry.stack[place + 1];
  const transition = status.transition?.patch === patch.name ? status.transition : null;
  if (transition?.direction === 'unpatching') {
    return { text: 'left when it completes', tone: 'stuck' };
  }
  if (above !== undefined) {
    const held = heldThreads(status, entry, place);
    return held ?? { text: `shadowed by ${visible(above)}`, tone: null };
  }
  if (nop === true) return { text: 'reverts to the original', tone: 'stuck' };
  if (certainty === 'nop') return { text: 'taken over or reverted', tone: 'unknown' };
  if (transition !== null) {
    return transition.direction === null
      ? { text: 'direction unknown', tone: 'unknown' }
      : { text: 'runs in switched threads', tone: 'settled' };
  }
  if (object.patched === null || entry.active === null)
    return { text: 'not known', tone: 'unknown' };
  return { text: 'runs', tone: 'settled' };
}

/** The implementation right below the one that is being applied still runs in blocking threads. */
function heldThreads(status: StatusDocument, entry: ActiveFunction, place: number): Role | null {
  const { transition } = status;
  const isBelow = transition !== null && entry.stack[place + 1] === transition.patch;
  if (!isBelow || transition.direction !== 'patching') return null;
  const { blocking } = transition.threads;
  if (blocking === null) return { text: 'runs in threads not switched', tone: 'stuck' };
  if (blocking === 0) return { text: 'no thread seen runs it', tone: null };
  return {
    text: `runs in ${countText(blocking)} ${blocking === 1 ? 'thread' : 'threads'}`,
    tone: 'stuck',
  };
}

/** What lies below a livepatch in a function's stack. */
export function below(entry: ActiveFunction | null, patch: string): string | null {
  if (entry === null) return null;
  const place = entry.stack.indexOf(patch);
  if (place < 0) return null;
  return place === 0 ? 'original' : (entry.stack[place - 1] ?? null);
}

/** What newly switched threads run, as a name for people. */
export function implementationName(name: string | null): string {
  if (name === null) return 'not known';
  return name === 'original' ? 'the original' : visible(name);
}

/** `first symbol of that name`; nothing to say where it is the only sensible one. */
export function symposText(sympos: number | null): string {
  if (sympos === null) return 'position among symbols of that name unknown';
  if (sympos === 0) return 'the only symbol of that name';
  const words = ['first', 'second', 'third'];
  const word = words[sympos - 1];
  return word === undefined
    ? `symbol number ${sympos} of that name`
    : `${word} symbol of that name`;
}
