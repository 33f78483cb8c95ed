/** The status document as text for a terminal: what to know first comes first. */
import { countOf, countText } from '../base/words';
import { say } from '../words/sentence';
import { viewWords } from '../words/views';
import { headlineOf, type Tone } from './headline';
import { premisesOf } from './premises';
import type { StatusDocument } from './statusDocument';
import { putBlockers } from './text/blockers';
import { putFindings } from './text/findings';
import { putSharedFunctions } from './text/functions';
import { putGhosts } from './text/ghosts';
import { putHostFacts } from './text/hostFacts';
import { putLivepatches } from './text/livepatches';
import { Page, type TextStyle } from './text/page';
import { putProblems } from './text/problems';
import { Remedies } from './text/remedies';
import { words, type Look } from './text/spans';
import { putTransition } from './text/transition';

export type { TextStyle } from './text/page';

/**
 * Ends in a newline. Lines are at most `style.width` columns long, but for names, paths and commands
 * that alone are longer. What a host named is escaped and cut; nothing but newlines and, with
 * `style.colour`, SGR sequences controls the terminal.
 */
export function renderStatusText(status: StatusDocument, style: TextStyle): string {
  const page = new Page(style);
  const remedies = new Remedies();
  putHeadline(page, status);
  putHostFacts(page, status);
  putTransition(page, status);
  putBlockers(page, status, remedies);
  putLivepatches(page, status);
  putSharedFunctions(page, status);
  putGhosts(page, status);
  putFindings(page, status, remedies);
  putProblems(page, status);
  putCoverage(page, status);
  return page.toString();
}

const toneLooks: Readonly<Record<Tone, Look>> = {
  settled: 'good',
  moving: 'moving',
  stuck: 'bad',
  unknown: 'strong',
};

function putHeadline(page: Page, status: StatusDocument): void {
  const { tone, title, detail } = headlineOf(status);
  const look = toneLooks[tone];
  const label = words(page.glyphs[tone], look);
  page.put(
    title.map(({ text, strong }) => words(text, strong ? look : 'strong')),
    { label, hang: 2 },
  );
  if (detail !== '') page.put([words(detail)], { indent: 2 });
  page.blank();
}

function putCoverage(page: Page, status: StatusDocument): void {
  const { threadsRead, threadsDenied, threadsVanished } = status.coverage;
  page.blank();
  if (threadsRead === null) {
    const given = { ...premisesOf(status), transition: status.transitionState === 'none' };
    page.put([words(say(viewWords.notLookedAt, given, undefined), 'quiet')]);
    return;
  }
  const counts = [
    `${countOf(threadsRead, 'thread')} read`,
    `${numberOf(threadsDenied)} denied`,
    `${numberOf(threadsVanished)} gone meanwhile`,
  ];
  page.put([words(`${counts.join(', ')}.`, 'quiet')]);
}

function numberOf(count: number | null): string {
  return count === null ? 'an unknown number' : countText(count);
}
