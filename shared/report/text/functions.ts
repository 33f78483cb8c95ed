/** Functions in which several livepatches meet: who lies on whom, and what runs. */
import { countOf, countText } from '../../base/words';
import { runnerWords } from '../../words/functions';
import { isSure, say } from '../../words/sentence';
import { premisesOfFunction } from '../premises';
import { implementationName } from '../roles';
import type { ActiveFunction, StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { joined, whole, words, type Span } from './spans';

const shown = 30;

export function putSharedFunctions(page: Page, status: StatusDocument): void {
  const { functions } = status;
  const shared = functions.filter(({ stack }) => stack.length > 1);
  if (shared.length === 0) return;
  page.heading(
    `Functions of several livepatches: ${countText(shared.length)}`,
    'bottom of each stack first',
  );
  for (const row of shared.slice(0, shown))
    page.put(lineOf(page, row, status), { indent: 2, hang: 4 });
  const rest = shared.length - shown;
  if (rest > 0) page.put([words(`and ${countOf(rest, 'function')} more`)], { indent: 2 });
}

function lineOf(page: Page, row: ActiveFunction, status: StatusDocument): Span[] {
  const { object, name, sympos, stack } = row;
  const position = sympos !== null && sympos > 1 ? `,${sympos}` : '';
  return [
    whole(`${object}:${name}${position}`, 'strong'),
    words('  '),
    ...joined(
      stack.map((patch) => [whole(patch)]),
      ` ${page.glyphs.below} `,
    ),
    ...activeSpans(row, status),
  ];
}

/** Beside another engine, or of two moments, what is on top is known and what runs is not. */
function activeSpans(row: ActiveFunction, status: StatusDocument): Span[] {
  const { active } = row;
  const given = { ...premisesOfFunction(row, status), ...(active === null ? { order: null } : {}) };
  const text = say(runnerWords.oneRuns, given, implementationName(active));
  const isLivepatch = active !== 'original' && isSure(runnerWords.oneRuns, given);
  return [words('; '), isLivepatch ? whole(text, 'good') : words(text)];
}
