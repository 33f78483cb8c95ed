/** Columns of the table of blocking threads. */
import {
  reasonSentence,
  remedyText,
  stateWord,
  type Circumstances,
} from '../../../shared/diagnosis/wording';
import { capText, visible } from '../../../shared/base/text';
import type { Blocker } from '../../../shared/report/statusDocument';
import { threadNumber } from '../../../shared/report/threadName';
import type { Column } from '../../components/grid/column';
import { MarkedText } from './MarkedText';
import { ownerText, wasLookedAt, type Unseen } from './threads';

const longest = 300;

const unseenWords: Readonly<Record<Unseen, string>> = {
  late: 'not read yet',
  missing: 'not read',
  beyond: 'not looked at',
};

function shown(text: string | null): string {
  return text === null ? 'unknown' : visible(capText(text, longest));
}

function byText(of: (blocker: Blocker) => string | null) {
  return (a: Blocker, b: Blocker) => {
    const [left, right] = [of(a), of(b)];
    if (left === right) return 0;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -1 : 1;
  };
}

function helpOf(blocker: Blocker): string {
  const [first] = blocker.remedies;
  return first === undefined ? '' : remedyText(first).title;
}

/**
 * @param circumstances decide how a reason is worded
 * @param unseenOf tells why a thread was not looked at
 */
export function threadColumns(
  circumstances: Circumstances,
  unseenOf: (blocker: Blocker) => Unseen,
): readonly Column<Blocker>[] {
  const unseen = (blocker: Blocker) => unseenWords[unseenOf(blocker)];
  const why = (blocker: Blocker) =>
    wasLookedAt(blocker) ? reasonSentence(blocker, circumstances) : unseen(blocker);
  return [
    {
      id: 'state',
      title: 'State',
      track: '52px',
      cell: ({ state }) =>
        state === null ? null : (
          <span className="state-letter" title={stateWord(state)}>
            {visible(state)}
          </span>
        ),
      text: ({ state }) => state ?? '',
    },
    {
      id: 'thread',
      title: 'Thread',
      track: '74px',
      compare: (a, b) => (a.tid ?? a.cpu ?? 0) - (b.tid ?? b.cpu ?? 0),
      cell: (blocker) => (
        <>
          <span className="code">{threadNumber(blocker)}</span>
          {blocker.pid === blocker.tid || blocker.pid === null ? null : (
            <div className="quiet small truncate">of {blocker.pid}</div>
          )}
        </>
      ),
      text: threadNumber,
    },
    {
      id: 'command',
      title: 'Command',
      track: 'minmax(110px, 1.1fr)',
      compare: byText((blocker) => blocker.comm),
      cell: (blocker) =>
        wasLookedAt(blocker) ? (
          <>
            <strong className="truncate thread-command">{shown(blocker.comm)}</strong>
            {blocker.cmdline === null || blocker.cmdline === '' ? null : (
              <div className="quiet small truncate">{shown(blocker.cmdline)}</div>
            )}
          </>
        ) : (
          <span className="quiet">{unseen(blocker)}</span>
        ),
      text: ({ comm, cmdline }) => cmdline ?? comm ?? '',
    },
    {
      id: 'owner',
      title: 'Belongs to',
      track: 'minmax(100px, 0.9fr)',
      from: 640,
      compare: byText(ownerText),
      cell: (blocker) => {
        const owner = ownerText(blocker);
        if (owner === null)
          return wasLookedAt(blocker) ? <span className="quiet">unknown</span> : null;
        return <div className="truncate">{shown(owner)}</div>;
      },
      text: (blocker) => ownerText(blocker) ?? '',
    },
    {
      id: 'why',
      title: 'Why it blocks',
      track: 'minmax(140px, 1.8fr)',
      compare: byText((blocker) => (wasLookedAt(blocker) ? why(blocker) : null)),
      cell: (blocker) =>
        wasLookedAt(blocker) ? (
          <div className="two-lines thread-why" data-tone="stuck">
            <MarkedText
              text={why(blocker)}
              names={[blocker.reason.symbol, blocker.reason.function].map((name) =>
                name === null ? null : visible(name),
              )}
            />
          </div>
        ) : null,
      text: why,
    },
    {
      id: 'help',
      title: 'What frees it',
      track: 'minmax(110px, 1fr)',
      from: 560,
      compare: byText((blocker) => helpOf(blocker) || null),
      cell: (blocker) =>
        wasLookedAt(blocker) ? <div className="two-lines">{helpOf(blocker)}</div> : null,
      text: helpOf,
    },
  ];
}
