import { memo } from 'react';
import type { Host } from '../../../shared/api/contract';
import {
  certaintySentence,
  circumstancesOf,
  reasonSentence,
  stateWord,
} from '../../../shared/diagnosis/wording';
import { detailedThreads } from '../../../shared/readings/limits';
import { capText, visible } from '../../../shared/base/text';
import type {
  Blocker,
  StatusDocument,
  TransitionEntry,
} from '../../../shared/report/statusDocument';
import { sourceWords, threadNumber } from '../../../shared/report/threadName';
import { CommandText } from '../../components/CommandText';
import { CopyButton } from '../../components/CopyButton';
import { FileLink } from '../shared/FileLink';
import { ForceEntry, RemedyList } from '../shared/RemedyList';
import { readCommand } from '../../../shared/report/commands';
import { MarkedText } from './MarkedText';
import { nonRemedies } from '../../../shared/report/nonRemedies';
import { StackFrames } from './StackFrames';
import { ownerText, type Unseen } from './threads';

const unseenSentences: Readonly<Record<Unseen, string>> = {
  late: 'Its name, stack and reason are not read yet.',
  missing: 'Its name, stack and reason could not be read.',
  beyond: `Not looked at: names, stacks and reasons are read for the first ${detailedThreads} blocking threads.`,
};

/**
 * One blocking thread: who it is, where it is, what has to happen.
 *
 * @param unseen why it was not looked at; null where it was
 */
export const ThreadDetail = memo(function ThreadDetail({
  blocker,
  unseen,
  transition,
  status,
  host,
}: {
  readonly blocker: Blocker;
  readonly unseen: Unseen | null;
  readonly transition: TransitionEntry;
  readonly status: StatusDocument;
  readonly host: Host;
}) {
  const { pid, tid, comm, cmdline, reason, stack } = blocker;
  const folder = `/proc/${pid}/task/${tid}`;
  const command = readCommand(`${folder}/stack`, true);
  return (
    <div className="detail">
      <header className="text-selectable">
        <h2 className="detail__name">
          {comm === null ? 'Thread' : visible(capText(comm, 200))}{' '}
          <span className="code">{threadNumber(blocker)}</span>
        </h2>
        <p className="quiet">{factsOf(blocker).join(' · ')}</p>
        {cmdline === null || cmdline === '' || cmdline === comm ? null : (
          <p className="thread-cmdline">
            <code>{visible(cmdline)}</code>
            <CopyButton quiet what="command line" text={cmdline} />
          </p>
        )}
      </header>

      {unseen === null ? (
        <>
          <section aria-label="Why it blocks">
            <h3 className="section-title">Why it blocks</h3>
            <p className="thread-reason text-selectable" data-tone="stuck">
              <MarkedText
                text={reasonSentence(blocker, circumstancesOf(status))}
                names={[reason.symbol, reason.function].map((name) =>
                  name === null ? null : visible(name),
                )}
              />
            </p>
            <p className="quiet small">{certaintySentence(blocker)}</p>
          </section>
          {pid === null ? null : stack === null ? (
            <section aria-label="Kernel stack">
              <h3 className="section-title">Kernel stack</h3>
              <p className="quiet">
                It could not be read. <FileLink host={host} path={`${folder}/stack`} /> is open to
                root only.
              </p>
            </section>
          ) : (
            <StackFrames stack={stack} culprit={reason.frame} />
          )}
        </>
      ) : (
        <p className="quiet">{unseenSentences[unseen]} Its state counts all the same.</p>
      )}

      <section aria-label="What helps, and what does not">
        <h3 className="section-title">What helps, and what does not</h3>
        <RemedyList
          remedies={blocker.remedies}
          noHelp={nonRemedies(blocker)}
          subject={reason.object}
          status={status}
        />
        {blocker.remedies.includes('force') ? null : (
          <ul className="remedies remedies--last">
            <ForceEntry patch={transition.patch} blocking={transition.threads.blocking} />
          </ul>
        )}
      </section>

      {command === null || pid === null ? null : (
        <section aria-label="Read it yourself">
          <h3 className="section-title">Read it yourself</h3>
          <CommandText command={command} what="command that reads the stack" />
          <p className="thread-files small">
            <FileLink host={host} path={`${folder}/stack`} />
            <FileLink host={host} path={`${folder}/patch_state`} />
          </p>
        </section>
      )}
    </div>
  );
});

function factsOf(blocker: Blocker): readonly string[] {
  const { pid, tid, state, uid, unit, kthread, source } = blocker;
  const owner = ownerText(blocker);
  return [
    stateWord(state),
    ...(owner === null ? [] : [visible(owner)]),
    ...(unit !== null && uid !== null && kthread !== true ? [`user ${uid}`] : []),
    ...(pid === tid || pid === null ? [] : [`thread of ${pid}`]),
    ...(source === undefined ? [] : [sourceWords[source]]),
  ];
}
