/**
 * What the kernel would refuse, and with which error: kernel/livepatch/core.c (enabled_store,
 * force_store, klp_enable_patch).
 */
import { visible } from '../base/text';
import { premisesOf } from '../report/premises';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { whatIfWords as words } from '../words/whatIf';
import { isLoaded } from './changes';
import type { Refusal, WantedFunction, WhatIfAction } from './document';
import { clashOf } from './sets';

/** @returns null where it would not refuse, as far as the reading tells */
export function refusalOf(status: StatusDocument, action: WhatIfAction): Refusal | null {
  if (action.do === 'replace') return refusalOfReplace(status, action.functions);
  const running = status.transition?.patch ?? null;
  const patch = status.patches.find(({ name }) => name === action.patch);
  if (action.do === 'force' && status.livepatch.forcible === false) {
    return refuse('ENOENT', 'this kernel has no way to force a transition');
  }
  if (!patch) {
    const why = say(words.noSuchLivepatch, premisesOf(status), visible(action.patch));
    return refuse('ENOENT', why);
  }
  const isMoving = running === patch.name;
  if (action.do === 'disable') {
    if (patch.enabled === false) {
      const how = isMoving ? 'is being disabled' : 'is disabled';
      return refuse('EINVAL', `${visible(patch.name)} ${how} already`);
    }
    if (isMoving) return null;
    return running === null ? refusalByStack(status, patch) : busy(running);
  }
  return isMoving ? null : refuse('EINVAL', `${visible(patch.name)} is not in transition`);
}

/** Before 5.1 the livepatches were a stack in the strict sense. */
function refusalByStack(status: StatusDocument, patch: PatchEntry): Refusal | null {
  const above = livepatchAbove(status, patch);
  return status.livepatch.strictStack === true && above
    ? refuse(
        'EBUSY',
        `${visible(above.name)} lies above it, and only the livepatch on top can be disabled`,
      )
    : null;
}

/** An enabled livepatch right above; null, too, where the order is unknown. */
export function livepatchAbove(
  { patches, order }: StatusDocument,
  patch: PatchEntry,
): PatchEntry | null {
  const next = order === 'unknown' ? undefined : patches[patches.indexOf(patch) + 1];
  return next?.enabled === true ? next : null;
}

/** Before 5.1 only the lowest disabled livepatch could be enabled, and one that comes is on top. */
function refusalByDisabled({ patches, order, livepatch }: StatusDocument): Refusal | null {
  if (livepatch.strictStack !== true) return null;
  const below = order === 'unknown' ? patches : patches.slice(-1);
  const [one] = below;
  return one && below.every(({ enabled }) => enabled === false)
    ? refuse('EBUSY', `${visible(one.name)} lies below it, and is disabled`)
    : null;
}

/** With sets, a livepatch may not patch a function of another's set. */
function refusalBySets(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): Refusal | null {
  const clash = clashOf(status, functions);
  if (!clash) return null;
  const [one, other] = clash.map(({ name, replaceSet }) => `${visible(name)} (${replaceSet})`);
  return refuse(
    'EINVAL',
    `its functions are those of ${one} and ${other}, whose sets differ; no livepatch may patch functions of another’s set`,
  );
}

function refusalOfReplace(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): Refusal | null {
  const early = refusalBySets(status, functions);
  if (early) return early;
  if (status.transition) return busy(status.transition.patch);
  const disabled = refusalByDisabled(status);
  if (disabled) return disabled;
  const redirected = new Set(
    status.findings.filter(({ code }) => code === 'owner-unknown').map(({ subject }) => subject),
  );
  const taken = functions.find(
    ({ object, name }) =>
      isLoaded(status, object) !== false &&
      redirected.has(`${object.replaceAll('-', '_')}:${name}`),
  );
  // One user of ftrace at a time may redirect a function (FTRACE_OPS_FL_IPMODIFY).
  return taken
    ? refuse('EBUSY', `${visible(taken.name)} is redirected by another user of ftrace`)
    : null;
}

function busy(running: string): Refusal {
  return refuse(
    'EBUSY',
    `the transition of ${visible(running)} runs, and there is only one at a time`,
  );
}

function refuse(errno: Refusal['errno'], why: string): Refusal {
  return { errno, why };
}
