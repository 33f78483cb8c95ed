/** The threads that have not switched: the first ones in full, then a line each, then a number. */
import {
  certaintySentence,
  circumstancesOf,
  reasonSentence,
  remedyText,
  stateWord,
} from '../../diagnosis/wording';
import { countOf, countText } from '../../base/words';
import type { Blocker, StatusDocument } from '../statusDocument';
import { sourceWords, threadName, threadNumber } from '../threadName';
import type { Page } from './page';
import type { Remedies } from './remedies';
import { caps, joined, whole, words, type Span } from './spans';
import { putStack } from './stack';

/** Blocking threads that are shown in full, and those that are shown at all. */
const shownInFull = 10;
const shownAtAll = 50;

const layout = { indent: 4, hang: 11 } as const;

export function putBlockers(page: Page, status: StatusDocument, remedies: Remedies): void {
  const { blockers } = status;
  if (blockers.length === 0) return;
  page.heading(`Blocking threads: ${countText(blockers.length)}`);
  blockers.slice(0, shownInFull).forEach((blocker, index) => {
    if (index > 0) page.blank();
    putBlocker(page, blocker, status);
  });
  const brief = blockers.slice(shownInFull, shownAtAll);
  if (brief.length > 0) page.blank();
  for (const blocker of brief) {
    page.put([...nameOf(blocker), words(` ${reasonSentence(blocker, circumstancesOf(status))}`)], {
      indent: 2,
      hang: 4,
    });
  }
  const rest = blockers.length - shownInFull - brief.length;
  if (rest > 0) {
    page.put([words(`and ${countOf(rest, 'thread')} more; --json lists them all.`)], { indent: 2 });
  }
  page.blank();
  page.put([words('What helps:', 'strong')], { indent: 2 });
  remedies.explain(
    page,
    blockers.flatMap((blocker) => blocker.remedies),
    { indent: 4, hang: 2 },
  );
}

function putBlocker(page: Page, blocker: Blocker, status: StatusDocument): void {
  const { cmdline, reason, stack, remedies } = blocker;
  page.put(joined([nameOf(blocker), ...factsOf(blocker)], ` ${page.glyphs.dot} `), {
    indent: 2,
    hang: 2,
  });
  if (cmdline !== null && cmdline !== '') {
    page.put([whole(cmdline, 'plain', caps.command)], labelled('command'));
  }
  page.put([words(reasonSentence(blocker, circumstancesOf(status)))], labelled('reason'));
  page.put([words(certaintySentence(blocker), 'quiet')], labelled('certainty'));
  putStack(page, stack, reason, layout);
  if (remedies.length > 0) {
    page.put(
      [words(remedies.map((code) => remedyText(code).title.toLowerCase()).join('; '))],
      labelled('helps'),
    );
  }
}

function labelled(label: string) {
  return { ...layout, label: words(label, 'quiet') };
}

function nameOf(blocker: Blocker): Span[] {
  const { pid, tid, comm, cpu } = blocker;
  if (cpu !== undefined) return [whole(threadName(blocker), 'bad')];
  const number = tid === pid || pid === null ? threadNumber(blocker) : `${tid} of ${pid}`;
  return [whole(comm ?? 'name unknown', 'bad'), whole(` (${number})`)];
}

function factsOf({ state, kthread, uid, unit, source, cpu }: Blocker): Span[][] {
  return [
    [whole(state === null ? stateWord(state) : `${stateWord(state)} (${state})`)],
    ...(source === undefined ? [] : [[whole(sourceWords[source])]]),
    ...(kthread === true && state !== 'I' && cpu === undefined ? [[whole('kernel thread')]] : []),
    ...(uid === null || kthread === true ? [] : [[whole(`user ${uid}`)]]),
    ...(unit === null ? [] : [[whole(unit)]]),
  ];
}
