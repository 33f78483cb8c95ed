/** What all threads run where nothing is in transition, said only where it is sure. */
import type { headlineWords } from '../words/headlines';
import { say } from '../words/sentence';
import { premisesOf } from './premises';
import type { StatusDocument } from './statusDocument';

type Calm = (typeof headlineWords)['originalCode' | 'asBooted' | 'newCode' | 'theseRun'];

/**
 * A forced transition is over without its threads having left the old code
 * (Documentation/livepatch/livepatch.rst), and the kernel says nothing of them any more.
 *
 * @param sure what holds where every thread switched by itself
 * @param names what is applied, escaped
 */
export function calmText(
  status: StatusDocument,
  sure: Calm,
  names: readonly string[] = [],
): string {
  const { findings } = status;
  const engines = findings.filter(({ code }) => code === 'other-live-patching');
  return say(sure, premisesOf(status), {
    names,
    engines: engines.map(({ message }) => message).join(' '),
    wasForced: findings.some(({ code }) => code === 'was-forced'),
  });
}
