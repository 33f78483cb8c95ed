/** A livepatch goes, by being disabled or because its application is reversed. */
import type { StatusDocument } from '../report/statusDocument';
import { changesOf, withoutPatch } from './changes';
import type { Outcome } from './document';
import { leave } from './modules';

/** Each of its functions falls back to what lies below it. Before 5.1 it can be enabled again. */
export function unpatching(status: StatusDocument, patch: string): Outcome {
  return {
    functions: changesOf(status, withoutPatch(patch)),
    ...leave(status, [patch]),
    irreversible:
      status.livepatch.strictStack === true
        ? []
        : [
            'A disabled livepatch can’t be enabled again (since 5.1); its module has to be removed and loaded anew.',
          ],
  };
}
