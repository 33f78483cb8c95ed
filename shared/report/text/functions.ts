/** Functions in which several livepatches meet: who lies on whom, and what runs. */
import { countOf, countText } from '../../base/words';
import type { ActiveFunction, StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { joined, whole, words, type Span } from './spans';

const shown = 30;

export function putSharedFunctions(page: Page, { functions }: StatusDocument): void {
  const shared = functions.filter(({ stack }) => stack.length > 1);
  if (shared.length === 0) return;
  page.heading(
    `Functions of several livepatches: ${countText(shared.length)}`,
    'bottom of each stack first',
  );
  for (const row of shared.slice(0, shown)) page.put(lineOf(page, row), { indent: 2, hang: 4 });
  const rest = shared.length - shown;
  if (rest > 0) page.put([words(`and ${countOf(rest, 'function')} more`)], { indent: 2 });
}

function lineOf(page: Page, { object, name, sympos, stack, active }: ActiveFunction): Span[] {
  const position = sympos !== null && sympos > 1 ? `,${sympos}` : '';
  return [
    whole(`${object}:${name}${position}`, 'strong'),
    words('  '),
    ...joined(
      stack.map((patch) => [whole(patch)]),
      ` ${page.glyphs.below} `,
    ),
    ...activeSpans(active),
  ];
}

function activeSpans(active: string | null): Span[] {
  if (active === null) return [words('; which one runs is unknown')];
  if (active === 'original') return [words('; the original runs')];
  return [words('; '), whole(active, 'good'), words(' runs')];
}
