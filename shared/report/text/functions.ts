/** Functions in which several livepatches meet: who lies on whom, and what runs. */
import { countOf, countText } from '../../base/words';
import { premisesOf } from '../premises';
import type { ActiveFunction, StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { joined, whole, words, type Span } from './spans';

const shown = 30;

export function putSharedFunctions(page: Page, status: StatusDocument): void {
  const { functions } = status;
  const given = premisesOf(status);
  const shared = functions.filter(({ stack }) => stack.length > 1);
  if (shared.length === 0) return;
  page.heading(
    `Functions of several livepatches: ${countText(shared.length)}`,
    'bottom of each stack first',
  );
  for (const row of shared.slice(0, shown))
    page.put(lineOf(page, row, given), { indent: 2, hang: 4 });
  const rest = shared.length - shown;
  if (rest > 0) page.put([words(`and ${countOf(rest, 'function')} more`)], { indent: 2 });
}

function lineOf(
  page: Page,
  { object, name, sympos, stack, active }: ActiveFunction,
  given: Given,
): Span[] {
  const position = sympos !== null && sympos > 1 ? `,${sympos}` : '';
  return [
    whole(`${object}:${name}${position}`, 'strong'),
    words('  '),
    ...joined(
      stack.map((patch) => [whole(patch)]),
      ` ${page.glyphs.below} `,
    ),
    ...activeSpans(active, given),
  ];
}

type Given = ReturnType<typeof premisesOf>;

function activeSpans(active: string | null, given: Given): Span[] {
  // Beside another engine, or of two moments, what is on top is known and what runs is not.
  if (active === null || !given.noOtherEngine || !given.oneMoment)
    return [words('; which one runs is unknown')];
  if (active === 'original') return [words('; the original runs')];
  return [words('; '), whole(active, 'good'), words(' runs')];
}
