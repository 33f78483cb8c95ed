/** Where nothing tells whether a transition runs, what is asked about it supposes that it does. */
import type { Direction } from '../model/systemState';
import type { StatusDocument } from '../report/statusDocument';
import type { WhatIfAction } from './document';

/** `assumptionsOf` says that it is supposed: `transitionState` stays `unknown`. */
export function supposed(status: StatusDocument, action: WhatIfAction): StatusDocument {
  if (action.do !== 'force' && action.do !== 'reverse') return status;
  const patch = status.patches.find(({ name }) => name === action.patch);
  const isOpen = status.transitionState === 'unknown' && status.transition === null;
  if (!isOpen || !patch || patch.inTransition === false) return status;
  return {
    ...status,
    transition: {
      patch: patch.name,
      direction: directionBy(patch.enabled),
      threads: { total: null, done: null, blocking: null, undefined: null },
      hiddenBlockersPossible: null,
    },
  };
}

function directionBy(enabled: boolean | null): Direction | null {
  return enabled === null ? null : enabled ? 'patching' : 'unpatching';
}
