import { FastForward, type Play } from 'lucide-react';
import { useCommand } from '../commands/useCommand';
import { speeds } from '../player/control';
import './demo.css';

/** A button of the player, which stands for a command. */
export function PlayerButton({
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

/** How many seconds of what is played pass in one. */
export function Speeds({
  speed,
  choose,
}: {
  readonly speed: number;
  readonly choose: (speed: number) => void;
}) {
  return (
    <div className="player__speeds" role="group" aria-label="Speed">
      <FastForward size={14} aria-hidden />
      {speeds.map((one) => (
        <button key={one} type="button" aria-pressed={speed === one} onClick={() => choose(one)}>
          {one}×
        </button>
      ))}
    </div>
  );
}
