import { countText } from '../../../shared/base/words';
import { durationText } from '../../state/format';
import { curveOf, ticksOf } from './curve';

const width = 720;
const height = 96;

/**
 * Blocking threads over the time for which this window has watched, as steps: a thread switches at
 * one moment.
 */
export function DrainCurve({
  drain,
  stuck,
}: {
  readonly drain: readonly (readonly [number, number])[];
  readonly stuck: boolean;
}) {
  const curve = curveOf(drain, width, height);
  if (curve === null) return null;
  const last = drain.at(-1)?.[1] ?? 0;
  return (
    <figure className="drain panel" data-tone={stuck ? 'stuck' : 'moving'}>
      <figcaption>
        <strong>Threads not switched</strong>
        <span className="quiet"> watched for {durationText(curve.seconds)}</span>
        <span className="drain__now quiet">
          {countText(curve.most)} at most, {countText(last)} now
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`From ${countText(drain[0]?.[1] ?? 0)} to ${countText(last)} blocking threads in ${durationText(curve.seconds)}`}
      >
        <path
          className="drain__grid"
          d={`M0 ${height / 3}H${width}M0 ${(height * 2) / 3}H${width}`}
        />
        <path className="drain__area" d={curve.area} />
        <path className="drain__line" d={curve.line} />
      </svg>
      <div className="drain__ticks quiet small" aria-hidden>
        {ticksOf(curve.seconds).map((tick) => (
          <span key={tick}>{durationText(tick)}</span>
        ))}
      </div>
    </figure>
  );
}
