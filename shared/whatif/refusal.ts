/**
 * What the kernel would refuse, and with which error: kernel/livepatch/core.c (enabled_store,
 * force_store, klp_enable_patch).
 */
import { visible } from '../base/text';
import { namesOf } from '../model/otherNames';
import { premisesOf } from '../report/premises';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { refusalWords as words, whatIfWords } from '../words/whatIf';
import { isLoaded } from './changes';
import type { Refusal, WantedFunction, WhatIfAction } from './document';
import { lookedUp } from './lookedUp';
import { clashOf } from './sets';
import { supposed } from './supposed';

/** @returns null where it would not refuse, as far as the reading tells */
export function refusalOf(read: StatusDocument, action: WhatIfAction): Refusal | null {
  const status = supposed(read, action);
  if (action.do === 'replace') return refusalOfReplace(status, action.functions);
  const running = status.transition?.patch ?? null;
  const patch = status.patches.find(({ name }) => name === action.patch);
  if (action.do === 'force' && status.livepatch.forcible === false) {
    return refuse('ENOENT', say(words.notForcible, premisesOf(status), undefined));
  }
  if (!patch) {
    const why = say(whatIfWords.noSuchLivepatch, premisesOf(status), visible(action.patch));
    return refuse('ENOENT', why);
  }
  const isMoving = running === patch.name;
  if (action.do === 'disable') {
    if (patch.enabled === false) {
      const given = { ...premisesOf(status), enabled: true };
      const why = isMoving ? words.beingDisabled : words.disabled;
      return refuse('EINVAL', say(why, given, visible(patch.name)));
    }
    if (isMoving) return null;
    return running === null ? refusalByStack(status, patch) : busy(status, running);
  }
  if (isMoving) return null;
  const given = { ...premisesOf(status), transition: true };
  return refuse('EINVAL', say(words.notMoving, given, visible(patch.name)));
}

/** Before 5.1 the livepatches were a stack in the strict sense. */
function refusalByStack(status: StatusDocument, patch: PatchEntry): Refusal | null {
  const above = livepatchAbove(status, patch);
  if (status.livepatch.strictStack !== true || !above) return null;
  const given = { ...premisesOf(status), enabled: true, rules: true };
  return refuse('EBUSY', say(words.above, given, visible(above.name)));
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
function refusalByDisabled(status: StatusDocument): Refusal | null {
  const { patches, order, livepatch } = status;
  if (livepatch.strictStack !== true) return null;
  const below = order === 'unknown' ? patches : patches.slice(-1);
  const [one] = below;
  if (!one || below.some(({ enabled }) => enabled !== false)) return null;
  const given = { ...premisesOf(status), enabled: true, rules: true };
  return refuse('EBUSY', say(words.below, given, visible(one.name)));
}

/** With sets, a livepatch may not patch a function of another's set. */
function refusalBySets(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): Refusal | null {
  const clash = clashOf(status, functions);
  if (!clash) return null;
  const [one = '', other = ''] = clash.map(
    ({ name, replaceSet }) => `${visible(name)} (${replaceSet})`,
  );
  return refuse(
    'EINVAL',
    say(words.otherSets, { ...premisesOf(status), sets: true }, { one, other }),
  );
}

function refusalOfReplace(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): Refusal | null {
  const early = refusalBySets(status, functions);
  if (early) return early;
  if (status.transition) return busy(status, status.transition.patch);
  const disabled = refusalByDisabled(status);
  if (disabled) return disabled;
  // One that may be a livepatch's is an information only.
  const redirected = new Set(
    status.findings
      .filter(({ code, severity }) => code === 'owner-unknown' && severity === 'warning')
      .map(({ subject }) => subject),
  );
  const taken = functions.find(
    (one) =>
      isLoaded(status, one.object) !== false &&
      namesOf(one, lookedUp(status)).some((name) =>
        redirected.has(`${one.object.replaceAll('-', '_')}:${name}`),
      ),
  );
  // One user of ftrace at a time may redirect a function (FTRACE_OPS_FL_IPMODIFY).
  if (!taken) return null;
  const given = { ...premisesOf(status), redirections: true };
  return refuse('EBUSY', say(words.redirected, given, visible(taken.name)));
}

function busy(status: StatusDocument, running: string): Refusal {
  const given = { ...premisesOf(status), transition: true };
  return refuse('EBUSY', say(words.busy, given, visible(running)));
}

function refuse(errno: Refusal['errno'], why: string): Refusal {
  return { errno, why };
}
