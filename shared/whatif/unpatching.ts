/** A livepatch goes, by being disabled or because its application is reversed. */
import { premisesOf } from '../report/premises';
import type { StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { lastingWords } from '../words/whatIf';
import { changesOf, withoutPatch } from './changes';
import type { Outcome } from './document';
import { hasLaterFiles } from './kernelRules';
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
            say(
              lastingWords.notAgain,
              { ...premisesOf(status), laterRules: hasLaterFiles(status) },
              undefined,
            ),
          ],
  };
}
