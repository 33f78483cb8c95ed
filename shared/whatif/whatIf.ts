/**
 * What would happen if a livepatch were disabled, reversed, forced or replaced: worked out from what
 * was read, and never tried.
 *
 * Rules: kernel/livepatch/core.c and transition.c; Documentation/livepatch/{livepatch,
 * cumulative-patches}.rst. A property test holds the answers against the executable model.
 */
import type { StackSearch } from '../readings/stackSearch';
import type { StatusDocument } from '../report/statusDocument';
import { assumptionsOf } from './assumptions';
import { blockingOf } from './blocking';
import { commandOf } from './command';
import { noModules, type Outcome, type WhatIf, type WhatIfAction } from './document';
import { forcing } from './forcing';
import { patching } from './patching';
import { refusalOf } from './refusal';
import { replacing } from './replacing';
import { supposed } from './supposed';
import { unpatching } from './unpatching';

/**
 * Works out one action on the state that was read.
 *
 * @param read what was read
 * @param search the stacks of all threads, looked through for what `soughtFor` names; null: not
 */
export function whatIf(
  read: StatusDocument,
  action: WhatIfAction,
  search: StackSearch | null,
): WhatIf {
  const status = supposed(read, action);
  const refusal = refusalOf(status, action);
  const outcome = refusal ? nothing : outcomeOf(status, action);
  const { conditions, ...consequences } = outcome;
  const blocking = refusal
    ? { wouldBlock: [], unchecked: null, running: null }
    : blockingOf(status, action, search);
  return {
    format: 'klpscope/what-if',
    version: 1,
    target: status.target,
    action,
    allowed: refusal === null,
    refusal,
    ...consequences,
    ...blocking,
    assumptions: refusal ? [] : [...assumptionsOf(status, action), ...conditions],
    command: commandOf(status, action),
  };
}

const nothing: Outcome = {
  ...noModules,
  functions: [],
  maybe: noModules,
  irreversible: [],
  conditions: [],
};

function outcomeOf(status: StatusDocument, action: WhatIfAction): Outcome {
  switch (action.do) {
    case 'disable':
      return unpatching(status, action.patch);
    case 'reverse':
      return status.transition?.direction === 'unpatching'
        ? patching(status, action.patch)
        : unpatching(status, action.patch);
    case 'force':
      return forcing(status, action.patch);
    case 'replace':
      return replacing(status, action.functions);
  }
}
