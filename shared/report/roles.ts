/** What a livepatch and each of its functions does now, in words. Rules: `shared/model`. */
import { isReplaced } from '../model/replaced';
import { roleGaps, roleWords, runnerWords } from '../words/functions';
import { patchGaps, patchWords } from '../words/roles';
import { isSure, say, type Premise, type Sentence } from '../words/sentence';
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
import { premisesOf, premisesOfFunction } from './premises';

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

/** Says it with its tone; where it is not sure, in that of what is not known. */
function role<Needs extends Premise, Facts>(
  what: Sentence<Needs, Facts>,
  given: Readonly<Record<Needs, unknown>>,
  facts: Facts,
  tone: Tone | null,
): Role {
  return { text: say(what, given, facts), tone: isSure(what, given) ? tone : 'unknown' };
}

export function patchRole(patch: PatchEntry, status: StatusDocument): Role {
  const { transition } = status;
  const given = { ...premisesOf(status), enabled: patch.enabled !== null };
  if (transition?.patch === patch.name) {
    switch (transition.direction) {
      case 'patching':
        return role(patchWords.beingApplied, given, undefined, 'moving');
      case 'unpatching':
        return role(patchWords.beingRemoved, given, undefined, 'moving');
      case null:
        return { text: patchGaps.directionUnknown, tone: 'unknown' };
    }
  }
  if (patch.inTransition === null && patch.enabled === null) {
    return { text: patchGaps.stateUnknown, tone: 'unknown' };
  }
  if (isLeaving(patch, status) === true) {
    return role(patchWords.leaves, { ...given, replace: true }, undefined, 'stuck');
  }
  switch (patch.enabled) {
    case true:
      return role(patchWords.applied, given, undefined, 'settled');
    case false:
      return role(patchWords.disabled, given, undefined, 'unknown');
    case null:
      return { text: patchGaps.enabledUnknown, tone: 'unknown' };
  }
}

/** Of one that may leave: which is not known, whether it replaces or which lies above. */
export function mayLeaveText({ patches, transition }: StatusDocument): string {
  const moving = patches.find(({ name }) => name === transition?.patch);
  return moving?.replace === null ? patchGaps.ifReplacing : patchGaps.mayLeave;
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
  const entry = stackOf(status, object.name, name, sympos);
  const ofDocument = premisesOf(status);
  const enabled = patch.enabled === null ? patch.inTransition === true || null : true;
  const given = entry === null ? ofDocument : premisesOfFunction(entry, status);
  const place = entry?.stack.indexOf(patch.name) ?? -1;
  const isOff = patch.enabled === false && patch.inTransition !== true;
  if (object.loaded === false && !isOff) {
    // One that is on its way out waits for nothing.
    const isApplied = patch.enabled === true;
    return role(roleWords.waits, { ...given, enabled: isApplied, loaded: true }, undefined, null);
  }
  if (object.patched === false && !isOff) {
    return role(roleWords.notPatched, { ...given, patched: true }, undefined, 'stuck');
  }
  if (entry === null || place < 0) {
    return role(roleWords.notInUse, { ...given, enabled }, undefined, null);
  }
  const certainty = certaintyOf(entry, status);
  if (certainty === 'order') return notKnown;
  const above = entry.stack[place + 1];
  const transition = status.transition?.patch === patch.name ? status.transition : null;
  if (transition?.direction === 'unpatching') {
    return role(roleWords.left, { ...given, enabled }, undefined, 'stuck');
  }
  if (above !== undefined && entry.active !== patch.name) {
    return (
      heldThreads(status, entry, place) ?? role(runnerWords.shadowedBy, given, visible(above), null)
    );
  }
  if (nop === true) return { text: roleGaps.reverts, tone: 'stuck' };
  if (certainty === 'nop') return { text: roleGaps.takenOverOrReverted, tone: 'unknown' };
  if (transition?.direction === null) return { text: 'direction unknown', tone: 'unknown' };
  // What lies above it is being removed, or has none of its code in the object.
  if (transition !== null || (above !== undefined && above === status.transition?.patch)) {
    return role(runnerWords.runsInSwitched, given, undefined, 'settled');
  }
  if (object.patched === null || entry.active === null) return notKnown;
  return role(runnerWords.runs, given, undefined, 'settled');
}

const notKnown: Role = { text: 'not known', tone: 'unknown' };

/** The implementation right below the one that is being applied still runs in blocking threads. */
function heldThreads(status: StatusDocument, entry: ActiveFunction, place: number): Role | null {
  const { transition } = status;
  const isBelow = transition !== null && entry.stack[place + 1] === transition.patch;
  if (!isBelow || transition.direction !== 'patching') return null;
  const { blocking } = transition.threads;
  if (blocking === 0) return { text: roleGaps.noThreadSeen, tone: null };
  const given = premisesOfFunction(entry, status, blocking);
  return { ...role(runnerWords.runsInThreads, given, blocking ?? 0, 'stuck'), tone: 'stuck' };
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
