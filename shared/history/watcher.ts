/** Follows one host from reading to reading, live or recorded, and tells what changed. */
import { isForHumans, succeed, type Problem, type Result } from '../base/problem';
import type { Readings } from '../readings/readings';
import { statusWithLog } from '../report/status';
import type { StatusDocument } from '../report/statusDocument';
import type { LostTransition } from './betweenText';
import { isAnotherBoot, lostTransition } from './boot';
import { changesBetween } from './events';
import type { Change } from './change';
import { SoFar, storyBetween, type Story } from './livepatchStory';
import { LogNews } from './logNews';
import { momentOf } from './logTime';
import { signalRound } from './signalRounds';
import type { KernelLog } from '../readings/log/kernelLog';
import { watchTransition, withStall, type TransitionWatch } from './transitionWatch';

/** What a reading brings beside the document. */
export interface Beside {
  readonly log?: KernelLog | null;
  /** Whether a host that is lost waits for a person; by its problem where it is left out. */
  readonly waits?: boolean | undefined;
}

export class Watcher {
  private before: StatusDocument | null = null;
  private history: TransitionWatch | null = null;
  private lost = false;
  private cutOff: LostTransition | null = null;
  private readonly news = new LogNews();
  private readonly soFar = new SoFar();
  /** The last round of the kernel's signals that is told, or was over at the first reading. */
  private rounds = 0;
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
   * One reading of the host; see `see`.
   *
   * @param waits whether a host that is lost waits for a person; by its problem where it isn't known
   */
  follow(readings: Result<Readings>, now: number, waits?: boolean): Change[] {
    if (!readings.ok) return this.see(readings, now, { waits });
    const { status, log } = statusWithLog(readings.value);
    return this.see(succeed(status), now, { log });
  }

  /**
   * @param now milliseconds of a clock that doesn't jump, or of a recording's own
   * @param beside what the reading brought besides
   * @returns in the order in which a person would tell them; each reason of being lost is told once
   */
  see(reading: Result<StatusDocument>, now: number, { log = null, waits }: Beside = {}): Change[] {
    const wasLost = this.lost;
    this.lost = !reading.ok;
    if (!reading.ok) {
      return this.lose(reading.problem, waits ?? isForHumans(reading.problem.code));
    }
    this.reported.clear();
    const { before } = this;
    const story = this.storyOf(reading.value, log);
    const history = story?.hasBegun === true ? null : this.history;
    this.history = watchTransition(history, reading.value, now);
    const after = withStall(reading.value, this.history, now);
    const back: Change[] = wasLost ? [{ event: 'back', subject: null }] : [];
    const rounds = this.roundsOf(after, log, story);
    this.before = after;
    return [...back, ...changesBetween(before, after, story), ...rounds];
  }

  /** Undefined: there is nothing to compare with. */
  private storyOf(after: StatusDocument, log: KernelLog | null): Story | undefined {
    const { before, soFar } = this;
    const isRebooted = before !== null && isAnotherBoot(before.host, after.host);
    this.cutOff = isRebooted ? lostTransition(before) : null;
    if (before === null || isRebooted) {
      soFar.forget();
      this.news.forget();
      this.news.read(log);
      return undefined;
    }
    const story = storyBetween(before, after, { log, news: this.news.read(log), soFar });
    this.news.tell(story.lines.length);
    return story;
  }

  /** Beyond the first round, which the log tells. */
  private roundsOf(
    after: StatusDocument,
    log: KernelLog | null,
    story: Story | undefined,
  ): Change[] {
    const last = signalRound(after, log);
    const round = last?.round ?? 0;
    const isNew = story !== undefined && round > Math.max(1, this.rounds);
    if (log || !after.transition) this.rounds = round;
    if (!isNew || !last) return [];
    const subject = after.transition?.patch ?? null;
    const { at } = momentOf(after, log)(last.seconds);
    return [{ event: 'signal-round', subject, from: 'computed', round, ...(at ? { at } : {}) }];
  }

  /** What is tried again may fail in changing words; what waits for a person differs by its words. */
  private lose(problem: Problem, waitsForHuman: boolean): Change[] {
    const reason = waitsForHuman ? `${problem.code} ${problem.message}` : problem.code;
    if (this.reported.has(reason)) return [];
    this.reported.add(reason);
    return [{ event: 'lost', subject: null, problem, waitsForHuman }];
  }
}
