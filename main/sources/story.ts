/** A demo host's story, played by this machine's clock. */
import { Player } from '../../shared/kernel/scenarios/player';
import type { Surprise } from '../../shared/kernel/scenarios/outcomes';
import type { Scenario } from '../../shared/kernel/scenarios/scenario';

/** Plays a scenario as time passes; the story itself keeps to seconds of its own. */
export class Story {
  readonly player: Player;
  private speedNow = 1;
  private isPlaying = true;
  private last = Date.now();

  /** @param onSurprise hears of each step that goes otherwise than the story says */
  constructor(scenario: Scenario, from: number, onSurprise?: (surprise: Surprise) => void) {
    this.player = new Player(scenario, onSurprise);
    this.player.advance(from);
  }

  get speed(): number {
    return this.speedNow;
  }

  /** Stands still at its end, until a person takes over. */
  get playing(): boolean {
    return this.isPlaying;
  }

  /** Lets pass in the story what has passed on the clock. */
  catchUp(): void {
    const now = Date.now();
    const seconds = Math.max(0, now - this.last) / 1000;
    this.last = now;
    if (this.isPlaying) this.player.advance(seconds * this.speedNow);
  }

  play(): void {
    this.catchUp();
    this.isPlaying = true;
  }

  pause(): void {
    this.catchUp();
    this.isPlaying = false;
  }

  /** Goes to the next step, and stands still there. */
  step(): void {
    this.pause();
    this.player.skip();
  }

  restart(): void {
    this.player.restart();
    this.last = Date.now();
    this.isPlaying = true;
  }

  setSpeed(speed: number): void {
    this.catchUp();
    this.speedNow = speed;
  }
}
