/** Follows one host from reading to reading, live or recorded, and tells what changed. */
import type { Result } from '../readings/problem';
import type { StatusDocument } from '../report/statusDocument';
import { changesBetween, type Change } from './events';
import { watchTransition, withStall, type TransitionWatch } from './transitionWatch';

export class Watcher {
  private before: StatusDocument | null = null;
  private history: TransitionWatch | null = null;
  private lost = false;

  /** The last state that was read; null before the first. */
  get status(): StatusDocument | null {
    return this.before;
  }

  /** Of the running transition; null: none runs. */
  get transition(): TransitionWatch | null {
    return this.history;
  }

  /** Whether the last reading failed. */
  get isLost(): boolean {
    return this.lost;
  }

  /**
   * @param now milliseconds of a clock that doesn't jump, or of a recording's own
   * @returns in the order in which a person would tell them; a failure is told once
   */
  see(reading: Result<StatusDocument>, now: number): Change[] {
    const wasLost = this.lost;
    this.lost = !reading.ok;
    if (!reading.ok) {
      return wasLost ? [] : [{ event: 'lost', subject: null, problem: reading.problem }];
    }
    this.history = watchTransition(this.history, reading.value, now);
    const after = withStall(reading.value, this.history, now);
    const back: Change[] = wasLost ? [{ event: 'back', subject: null }] : [];
    const changes = [...back, ...changesBetween(this.before, after)];
    this.before = after;
    return changes;
  }
}
