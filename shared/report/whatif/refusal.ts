/**
 * What the kernel would refuse, and with which error: kernel/livepatch/core.c (enabled_store,
 * force_store, klp_enable_patch).
 */
import { visible } from '../../readings/text';
import type { StatusDocument } from '../statusDocument';
import { isLoaded } from './changes';
import type { Refusal, WantedFunction, WhatIfAction } from './document';

/** @returns null where it would not refuse, as far as the reading tells */
export function refusalOf(status: StatusDocument, action: WhatIfAction): Refusal | null {
  if (action.do === 'replace') return refusalOfReplace(status, action.functions);
  const running = status.transition?.patch ?? null;
  const patch = status.patches.find(({ name }) => name === action.patch);
  if (!patch) return refuse('ENOENT', `no livepatch ${visible(action.patch)} is loaded`);
  const isMoving = running === patch.name;
  if (action.do === 'disable') {
    if (patch.enabled === false) {
      const how = isMoving ? 'is being disabled' : 'is disabled';
      return refuse('EINVAL', `${visible(patch.name)} ${how} already`);
    }
    return running === null || isMoving ? null : busy(running);
  }
  return isMoving ? null : refuse('EINVAL', `${visible(patch.name)} is not in transition`);
}

function refusalOfReplace(
  status: StatusDocument,
  functions: readonly WantedFunction[],
): Refusal | null {
  if (status.transition) return busy(status.transition.patch);
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
