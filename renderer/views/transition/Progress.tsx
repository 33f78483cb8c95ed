import type { TransitionEntry } from '../../../shared/report/statusDocument';
import { countText, percentText, plural } from '../../state/format';

/** How far the transition has come, as a figure and as a bar. */
export function Progress({ transition }: { readonly transition: TransitionEntry }) {
  const { total, done, blocking } = transition.threads;
  const torn = transition.threads.undefined;
  const percent = percentText(done, total);
  return (
    <section className="progress" aria-label="Progress">
      <p className="progress__figures text-selectable">
        <span className="progress__percent">{percent ?? 'Unknown'}</span>
        <span className="quiet">{ofThreads(transition)}</span>
        <span className="progress__rest">
          {blocking === null || blocking === 0 ? null : (
            <>
              <strong>{countText(blocking)}</strong> {blocking === 1 ? 'blocks' : 'block'}
            </>
          )}
          {torn === null || torn === 0 ? null : (
            <span className="quiet"> · {countText(torn)} without a state</span>
          )}
        </span>
      </p>
      <div className="progress__bar" role="img" aria-label={barText(transition)}>
        <Segment tone="moving" share={shareOf(done, total)} />
        <Segment tone="stuck" share={shareOf(blocking, total)} />
        <Segment tone="unknown" share={shareOf(torn, total)} />
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

function shareOf(part: number | null, total: number | null): number {
  return part === null || total === null || total === 0 ? 0 : part / total;
}

function ofThreads({ direction, patch, threads }: TransitionEntry): string {
  const of = `of ${plural(threads.total, 'thread')}`;
  switch (direction) {
    case 'patching':
      return `${of} run the new code`;
    case 'unpatching':
      return `${of} have left the code of ${patch}`;
    case null:
      return `${of}: the direction could not be read, so nobody can tell who is done`;
  }
}

function barText({ threads }: TransitionEntry): string {
  return `${countText(threads.done)} done, ${countText(threads.blocking)} blocking, ${countText(threads.undefined)} without a state`;
}
