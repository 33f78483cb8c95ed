import { Hand, Pause, Play, RotateCcw, SkipForward, Undo2 } from 'lucide-react';
import type { DemoState, Host } from '../../shared/api/contract';
import { direct } from '../player/control';
import { PlayerButton, Speeds } from './PlayerKeys';
import { nextText, nowText, positionText, surpriseText } from './playerText';
import './demo.css';

/** Where the story of a demo host stands, and what can be done with it. */
export function PlayerBar({ host, demo }: { readonly host: Host; readonly demo: DemoState }) {
  const next = nextText(demo);
  const surprise = surpriseText(demo);
  return (
    <section className="player" aria-label="Story of this demo host">
      <div className="player__keys">
        <PlayerButton
          id="demo.play"
          icon={demo.playing ? Pause : Play}
          name={demo.playing ? 'Pause the story' : 'Play the story'}
        />
        <PlayerButton id="demo.step" icon={SkipForward} name="Next step" />
        <PlayerButton id="demo.restart" icon={RotateCcw} name="Begin the story anew" />
      </div>
      <div className="player__says text-selectable" title={`${demo.title}. ${demo.story}`}>
        {/* Steps are said aloud as they happen; the countdown beside them is not. */}
        <p className="player__now" role="status">
          {nowText(demo)}
        </p>
        {next === null ? null : <p className="player__next quiet small">{next}</p>}
        {demo.rules === null ? null : (
          <p className="quiet small truncate" title={demo.rules}>
            By the rules of {demo.rules}.
          </p>
        )}
        {surprise === null ? null : (
          <p className="small" role="status" data-tone="stuck" title={demo.surprises.join('\n')}>
            {surprise}
          </p>
        )}
      </div>
      <Track demo={demo} />
      <Speeds speed={demo.speed} choose={(speed) => direct(host.id, { do: 'speed', speed })} />
      {demo.takenOver ? (
        <PlayerButton id="demo.hand-back" icon={Undo2} name="Hand back to the story" text />
      ) : null}
      <PlayerButton id="demo.take-over" icon={Hand} name="Take over …" text />
    </section>
  );
}

function Track({ demo }: { readonly demo: DemoState }) {
  const place = Math.min(demo.position, demo.lasts);
  return (
    <div className="player__place">
      <div
        className="player__track"
        role="progressbar"
        aria-label="Position in the story"
        aria-valuemin={0}
        aria-valuemax={Math.round(demo.lasts)}
        aria-valuenow={Math.floor(place)}
        aria-valuetext={positionText(demo)}
      >
        <div style={{ inlineSize: `${(place * 100) / demo.lasts}%` }} />
      </div>
      <span className="quiet small" aria-hidden>
        {positionText(demo)}
      </span>
    </div>
  );
}
