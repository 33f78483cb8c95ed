import { progressText } from '../../../shared/report/progressText';
import type { StatusDocument, TransitionEntry } from '../../../shared/report/statusDocument';
import { countText, percentText } from '../../../shared/base/words';

/**
 * How far the transition has come, as a figure and as a bar. Threads that this login may not read
 * count as not known, so that a partial view never looks complete.
 */
export function Progress({
  transition,
  status,
}: {
  readonly transition: TransitionEntry;
  readonly status: StatusDocument;
}) {
  const { total, done, blocking } = transition.threads;
  const denied = status.coverage.threadsDenied ?? 0;
  const isHidden = status.coverage.unread?.includes('processes') === true;
  const all = total === null ? null : total + denied;
  const open = (transition.threads.undefined ?? 0) + denied;
  return (
    <section className="progress" aria-label="Progress">
      <p className="progress__figures text-selectable">
        <span className="progress__percent">
          {(isHidden ? null : percentText(done, all)) ?? 'Unknown'}
        </span>
        <span className="quiet">{progressText(status, transition)}</span>
        <span className="progress__rest">
          {blocking === null || blocking === 0 ? null : (
            <>
              <strong>{countText(blocking)}</strong> {blocking === 1 ? 'blocks' : 'block'}
            </>
          )}
          {open === 0 ? null : <span className="quiet"> {countText(open)} not known</span>}
        </span>
      </p>
      <div
        className="progress__bar"
        role="img"
        aria-label={`${countText(done)} done, ${countText(blocking)} blocking, ${countText(open)} not known`}
      >
        <Segment tone="moving" share={shareOf(done, all)} />
        <Segment tone="stuck" share={shareOf(blocking, all)} />
        <Segment tone="unknown" share={shareOf(open, all)} />
      </div>
    </section>
  );
}

function Segment({
  tone,
  share,
}: {
  readonly tone: 'moving' | 'stuck' | 'unknown';
  readonly share: number;
}) {
  return share === 0 ? null : (
    <span className={`progress__${tone}`} data-tone={tone} style={{ flexGrow: share }} />
  );
}

function shareOf(part: number | null, all: number | null): number {
  return part === null || all === null || all === 0 ? 0 : part / all;
}
