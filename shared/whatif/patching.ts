/** A livepatch that was leaving stays after all: its removal is reversed. */
import type { StatusDocument } from '../report/statusDocument';
import { changesOf, withPatch } from './changes';
import { whatIfRules } from '../words/whatIf';
import type { Outcome } from './document';
import { leave, replacedBy } from './modules';

export function patching(status: StatusDocument, patch: string): Outcome {
  const moving = status.patches.find(({ name }) => name === patch);
  const { certain, possible, conditions } = replacedBy(status, moving);
  const modules = leave(status, certain, possible);
  return {
    functions: changesOf(status, withPatch(patch)),
    ...modules,
    conditions: [...conditions, ...modules.conditions],
    irreversible: certain.length > 0 ? [whatIfRules.noWayBack] : [],
  };
}
