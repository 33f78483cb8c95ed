import { say } from '../../shared/words/sentence';
import { verdictWords, whatIfGaps } from '../../shared/words/whatIf';
import { visible } from '../../shared/base/text';
import { reasonSentence } from '../../shared/diagnosis/wording';
import { threadName } from '../../shared/report/threadName';
import type { Direction } from '../../shared/model/systemState';
import type { Blocker } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/whatif/document';
import { uncheckedClause } from '../../shared/whatif/text';
import { StatusMark } from '../components/StatusMark';
import { countOf } from '../../shared/base/words';
import { MarkedText } from '../views/transition/MarkedText';
import { StackFrames } from '../views/transition/StackFrames';
import type { Search } from './useAnswer';

/** More rows tell a person nothing. */
const most = 20;

/** Whose stack would be in the way now. */
export function Blocking({
  answer,
  search,
  direction,
  onAgain,
}: {
  readonly answer: WhatIf;
  readonly search: Search;
  /** Where the transition to come leads. */
  readonly direction: Direction;
  readonly onAgain: () => void;
}) {
  if (search.is === 'not-needed') return null;
  const { wouldBlock } = answer;
  return (
    <section className="what-if__blocking" aria-label="Threads that would block now">
      <h3 className="section-title">
        Threads that would block now
        <button type="button" className="button button--quiet" onClick={onAgain}>
          Look again
        </button>
      </h3>
      <p className="what-if__checked">
        <Outcome answer={answer} search={search} />
      </p>
      <ul>
        {wouldBlock.slice(0, most).map((blocker) => (
          <li key={blocker.tid}>
            <Row blocker={blocker} direction={direction} />
          </li>
        ))}
      </ul>
      {wouldBlock.length > most ? (
        <p className="quiet small">and {countOf(wouldBlock.length - most, 'more thread')}</p>
      ) : null}
    </section>
  );
}

function Outcome({
  answer: { wouldBlock, unchecked, running },
  search,
}: {
  readonly answer: WhatIf;
  readonly search: Search;
}) {
  if (search.is === 'under-way') {
    return <span className="quiet">Looking through the stacks of all threads …</span>;
  }
  if (search.is === 'failed') return whatIfGaps.stacksFailed(visible(search.why));
  if (unchecked === null) return whatIfGaps.noStacks;
  const isSure = wouldBlock.length === 0 && unchecked === 0;
  return (
    <>
      <StatusMark tone={wouldBlock.length > 0 ? 'stuck' : isSure ? 'settled' : 'unknown'} />
      <span>
        {wouldBlock.length === 0
          ? isSure
            ? whatIfGaps.noneBlocks
            : whatIfGaps.noneKnown
          : say(verdictWords.wouldBlock, { stack: true }, wouldBlock.length)}
        {unchecked === 0 ? '' : ` ${uncheckedClause(unchecked, running ?? 0)}.`}
      </span>
    </>
  );
}

function Row({ blocker, direction }: { readonly blocker: Blocker; readonly direction: Direction }) {
  const { stack, reason } = blocker;
  const sentence = (
    <>
      <strong>{threadName(blocker)}</strong>{' '}
      <MarkedText
        text={reasonSentence(blocker, { direction })}
        names={[reason.symbol, reason.function].map((one) => one && visible(one))}
      />
    </>
  );
  if (stack === null) return sentence;
  return (
    <details>
      <summary>{sentence}</summary>
      <StackFrames stack={stack} culprit={reason.frame} />
    </details>
  );
}
