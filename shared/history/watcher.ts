/** Follows one host from reading to reading, live or recorded, and tells what changed. */
import { isForHumans, type Problem, type Result } from '../base/problem';
import type { StatusDocument } from '../report/statusDocument';
import type { LostTransition } from './betweenText';
import { isAnotherBoot, lostTransition } from './boot';
import { changesBetween, type Change } from './events';
import { watchTransition, withStall, type TransitionWatch } from './transitionWatch';

export class Watcher {
  private before: StatusDocument | null = null;
  private history: TransitionWatch | null = null;
  private lost = false;
  private cutOff: LostTransition | null = null;
  /** Reasons that were told since the host was lost. */
  private readonly reported = new Set<string>();

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

  /** The transition that a reboot cut off, seen with the last reading; null: none did. */
  get lostTransition(): LostTransition | null {
    return this.cutOff;
  }

  /**
   * @param now milliseconds of a clock that doesn't jump, or of a recording's own
   * @param waits whether a host that is lost waits for a person; by its problem where it isn't known
   * @returns in the order in which a person would tell them; each reason of being lost is told once
   */
  see(reading: Result<StatusDocument>, now: number, waits?: boolean): Change[] {
    const wasLost = this.lost;
    this.lost = !reading.ok;
    if (!reading.ok) {
      return this.lose(reading.problem, waits ?? isForHumans(reading.problem.code));
    }
    this.reported.clear();
    const isRebooted = this.before !== null && isAnotherBoot(this.before.host, reading.value.host);
    this.cutOff = this.before && isRebooted ? lostTransition(this.before) : null;
    this.history = watchTransition(this.history, reading.value, now);
    const after = withStall(reading.value, this.history, now);
    const back: Change[] = wasLost ? [{ event: 'back', subject: null }] : [];
    const changes = [...back, ...changesBetween(this.before, after)];
    this.before = after;
    return changes;
  }

  /** What is tried again may fail in changing words; what waits for a person differs by its words. */
  private lose(problem: Problem, waitsForHuman: boolean): Change[] {
    const reason = waitsForHuman ? `${problem.code} ${problem.message}` : problem.code;
    if (this.reported.has(reason)) return [];
    this.reported.add(reason);
    return [{ event: 'lost', subject: null, problem, waitsForHuman }];
  }
}
