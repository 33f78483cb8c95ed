/** How far the running transition is. */
import { countOf, countText } from '../../base/words';
import { say } from '../../words/sentence';
import { viewGaps, viewWords } from '../../words/views';
import { percentDone } from '../headline';
import type { StatusDocument, TransitionEntry } from '../statusDocument';
import type { Page } from './page';
import { joined, whole, words, type Span } from './spans';

const barColumns = 24;

export function putTransition(page: Page, { transition, coverage }: StatusDocument): void {
  if (!transition) return;
  const { patch, direction, hiddenBlockersPossible } = transition;
  page.heading('Transition');
  page.put([whole(patch, 'strong'), words(`, ${direction ?? 'direction unknown'}`)], { indent: 2 });
  page.put(progress(page, transition, coverage), { indent: 2 });
  const { undefined: undecided } = transition.threads;
  if (undecided !== null && undecided > 0) {
    page.put(
      [words(say(viewWords.undecided, { threads: undecided }, countOf(undecided, 'thread')))],
      { indent: 2 },
    );
  }
  if (hiddenBlockersPossible !== false) {
    page.put(
      [
        words(
          hiddenBlockersPossible === null ? viewGaps.whetherMoreBlock : viewGaps.whoMoreMayBlock,
        ),
      ],
      { indent: 2 },
    );
  }
}

function progress(
  page: Page,
  transition: TransitionEntry,
  coverage: StatusDocument['coverage'],
): Span[] {
  const { threadsDenied: denied } = coverage;
  const { total, done, blocking } = transition.threads;
  if (total === null || done === null || blocking === null) {
    return [
      words(
        total === null ? viewGaps.noStateKnown : viewGaps.whoSwitched(countOf(total, 'thread')),
      ),
    ];
  }
  const counts = [
    [
      whole(
        say(
          viewWords.switched,
          { threads: total || null, enabled: transition.direction },
          { done: countText(done), total: countOf(total, 'thread') },
        ),
      ),
    ],
    [whole(`${countText(blocking)} blocking`, blocking > 0 ? 'bad' : 'plain')],
    ...(denied ? [[whole(`${countText(denied)} not readable`)]] : []),
  ];
  return [
    ...(coverage.unread?.includes('processes') ? [] : bar(page, done, total + (denied ?? 0))),
    words(` ${percentDone(transition, coverage)}  `, 'strong'),
    ...joined(counts, ` ${page.glyphs.dot} `),
  ];
}

/** Never drawn full, or empty, unless it is. */
function bar({ glyphs }: Page, done: number, total: number): Span[] {
  if (total === 0) return [];
  const share = Math.round((done / total) * barColumns);
  const filled =
    done === 0 || done === total ? share : Math.min(Math.max(share, 1), barColumns - 1);
  return [
    whole('['),
    whole(glyphs.barDone.repeat(filled), 'good'),
    whole(glyphs.barLeft.repeat(barColumns - filled), 'moving'),
    whole(']'),
  ];
}
