import { ChevronLeft, ChevronRight, Pause, Play, SkipBack, SkipForward } from 'lucide-react';
import { useEffect } from 'react';
import type { Host, Moments, RecordingState } from '../../shared/api/contract';
import { capText } from '../../shared/base/text';
import { PlayerButton, Speeds } from '../demo/PlayerKeys';
import { eventText, indexAt, momentText } from '../player/moments';
import {
  atRest,
  loadMoments,
  nextMoment,
  pause,
  moveTo,
  setSpeed,
  step,
  togglePlayback,
  usePlayback,
} from '../player/playback';
import './recording.css';

/** Which moment of a recording is shown, what happened when, and ways through it. */
export function RecordingBar({
  host,
  recording,
}: {
  readonly host: Host;
  readonly recording: RecordingState;
}) {
  const { id } = host;
  const { moments, playing, speed, wanted } = usePlayback((all) => all[id] ?? atRest);
  const index = wanted ?? recording.index;
  // A recording that has grown has other moments.
  useEffect(() => loadMoments(id, recording.count), [id, recording.count]);
  useEffect(() => {
    if (!playing || moments === null) return undefined;
    const next = nextMoment(moments, index, speed);
    if (next === null) {
      pause(id);
      return undefined;
    }
    const timer = setTimeout(() => moveTo(id, next.index), next.afterMs);
    return () => clearTimeout(timer);
  }, [id, moments, playing, speed, index]);

  const event = moments === null ? null : eventText(moments, recording.index);
  return (
    <section className="player" aria-label="Recording">
      <div className="player__keys">
        <PlayerButton id="recording.previous-event" icon={SkipBack} name="Event before" />
        <PlayerButton id="recording.back" icon={ChevronLeft} name="One moment back" />
        <PlayerButton
          id="demo.play"
          icon={playing ? Pause : Play}
          name={playing ? 'Pause the recording' : 'Play the recording'}
        />
        <PlayerButton id="demo.step" icon={ChevronRight} name="One moment on" />
        <PlayerButton id="recording.next-event" icon={SkipForward} name="Next event" />
      </div>
      <div className="player__says text-selectable">
        <p className="player__now">{momentText(recording)}</p>
        {/* Events are said aloud as they are reached; the clock is not. */}
        <p className="player__next quiet small truncate" role="status">
          {moments === null ? 'Looking through the recording …' : capText(event ?? '', 300)}
        </p>
      </div>
      <Slider id={id} recording={recording} moments={moments} index={index} />
      <Speeds speed={speed} choose={(one) => setSpeed(id, one)} />
    </section>
  );
}

function Slider({
  id,
  recording,
  moments,
  index,
}: {
  readonly id: string;
  readonly recording: RecordingState;
  readonly moments: Moments | null;
  readonly index: number;
}) {
  const { lasts, count } = recording;
  return (
    <div className="recording__place">
      <div className="recording__marks" aria-hidden>
        {moments?.marks.map((mark) => (
          <span
            key={`${mark.index}/${mark.text}`}
            data-bad={mark.isBad}
            style={{ insetInlineStart: `${placeOf(moments.seconds[mark.index] ?? 0, lasts)}%` }}
          />
        ))}
      </div>
      <input
        type="range"
        className="recording__slider"
        aria-label="Moment of the recording"
        aria-valuetext={momentText(recording)}
        disabled={count < 2 || moments === null}
        min={0}
        max={lasts}
        step="any"
        value={moments?.seconds[index] ?? recording.seconds}
        onChange={(event) => {
          if (moments === null) return;
          pause(id);
          moveTo(id, indexAt(moments.seconds, event.currentTarget.valueAsNumber));
        }}
        onKeyDown={(event) => {
          const by = steps.get(event.key);
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (by !== undefined) step(id, by);
          else if (event.key === 'Home') moveTo(id, 0);
          else if (event.key === 'End') moveTo(id, count - 1);
          else if (event.key === ' ') togglePlayback(id);
          else return;
          event.preventDefault();
        }}
      />
      <span className="quiet small" aria-hidden>
        {index + 1} of {count}
      </span>
    </div>
  );
}

/** Moments that a key goes on; sliders go left and down to less. */
const steps: ReadonlyMap<string, number> = new Map([
  ['ArrowLeft', -1],
  ['ArrowDown', -1],
  ['ArrowRight', 1],
  ['ArrowUp', 1],
]);

/** Percent of the way. */
function placeOf(seconds: number, lasts: number): number {
  return lasts === 0 ? 0 : (seconds * 100) / lasts;
}
