import { FastForward, Hand, Pause, Play, RotateCcw, SkipForward, Undo2 } from 'lucide-react';
import type { DemoState, Host } from '../../shared/api/contract';
import { useCommand } from '../commands/useCommand';
import { direct, speeds } from './control';
import { nextText, nowText, positionText } from './playerText';
import './demo.css';

/** Where the story of a demo host stands, and what can be done with it. */
export function PlayerBar({ host, demo }: { readonly host: Host; readonly demo: DemoState }) {
  const next = nextText(demo);
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
      </div>
      <Track demo={demo} />
      <Speeds id={host.id} speed={demo.speed} />
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

function Speeds({ id, speed }: { readonly id: string; readonly speed: number }) {
  return (
    <div className="player__speeds" role="group" aria-label="Speed">
      <FastForward size={14} aria-hidden />
      {speeds.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={speed === one}
          onClick={() => direct(id, { do: 'speed', speed: one })}
        >
          {one}×
        </button>
      ))}
    </div>
  );
}

function PlayerButton({
  id,
  icon: Icon,
  name,
  text = false,
}: {
  readonly id: string;
  readonly icon: typeof Play;
  readonly name: string;
  /** Whether the name is written beside the icon. */
  readonly text?: boolean;
}) {
  const { hint, disabled, run } = useCommand(id);
  return (
    <button
      type="button"
      className={text ? 'button' : 'icon-button'}
      disabled={disabled}
      aria-label={name}
      title={hint === null ? name : `${name} (${hint})`}
      onClick={run}
    >
      <Icon size={text ? 14 : 16} aria-hidden />
      {text ? <span className="player__button-text">{name}</span> : null}
    </button>
  );
}
