/**
 * Plays a scenario on a kernel of its own: by the clock, step by step, from the beginning again, and
 * with a person who takes over.
 */
import { Kernel } from '../kernel';
import type { Applied } from '../operations/apply';
import type { Operation } from '../operations/operation';
import { rulesOf } from '../state/version';
import { isAsExpected, type Expected, type Surprise } from './outcomes';
import type { Scenario, ScenarioStep } from './scenario';

export class Player {
  private kernelNow: Kernel;
  private next = 0;
  private taken = false;
  private readonly found: Surprise[] = [];

  /** @param onSurprise hears of each step that goes otherwise than the scenario says */
  constructor(
    readonly scenario: Scenario,
    private readonly onSurprise: (surprise: Surprise) => void = () => undefined,
  ) {
    this.kernelNow = Kernel.boot(scenario.host);
  }

  get kernel(): Kernel {
    return this.kernelNow;
  }

  /** Seconds since the story began. */
  get position(): number {
    return this.kernelNow.core.now - (this.scenario.host.uptime ?? 0);
  }

  /** The last step that happened; null before the first. */
  get lastStep(): ScenarioStep | null {
    return this.scenario.steps[this.next - 1] ?? null;
  }

  /** The next step of the script; null at its end, or where a person has taken over. */
  get nextStep(): ScenarioStep | null {
    return this.taken ? null : (this.scenario.steps[this.next] ?? null);
  }

  /** A person acts instead of the script from now on. */
  get isTakenOver(): boolean {
    return this.taken;
  }

  /** By which rules it plays, where they are not those of a released kernel; else null. */
  get rules(): string | null {
    const { version } = this.kernelNow.core;
    return version.deviations.length === 0 ? null : rulesOf(version);
  }

  /** Steps that went otherwise than the scenario says. */
  get surprises(): readonly Surprise[] {
    return this.found;
  }

  /** Lets time pass, in seconds; the steps whose moment comes happen. */
  advance(seconds: number): void {
    const end = this.position + seconds;
    for (let step = this.nextStep; step && step.at <= end; step = this.nextStep) {
      this.passUntil(step.at);
      this.happen(step);
    }
    this.passUntil(end);
  }

  /** Goes to the next step, however far away. @returns false where there is none */
  skip(): boolean {
    const step = this.nextStep;
    if (!step) return false;
    this.passUntil(step.at);
    this.happen(step);
    return true;
  }

  restart(): void {
    this.kernelNow = Kernel.boot(this.scenario.host);
    this.next = 0;
    this.taken = false;
    this.found.length = 0;
  }

  /** The person does something; the script goes no further. */
  takeOver(operation: Operation): Applied {
    this.taken = true;
    return this.kernelNow.apply(operation);
  }

  /** The script goes on where it stood. */
  handBack(): void {
    this.taken = false;
  }

  /** Operations may have waited, so a moment may already be over. */
  private passUntil(position: number): void {
    this.kernelNow.pass(Math.max(0, position - this.position));
  }

  private happen(step: ScenarioStep): void {
    const number = this.next;
    this.next += 1;
    for (const [index, operation] of step.do.entries()) {
      const outcome = this.kernelNow.apply(operation);
      const expected: Expected = index === step.do.length - 1 ? step : {};
      if (isAsExpected(outcome, expected)) continue;
      const { refusedWith, answeredWith } = expected;
      const says = { refusedWith, answeredWith };
      const surprise = { step: number, at: step.at, operation, expected: says, outcome };
      this.found.push(surprise);
      this.onSurprise(surprise);
    }
  }
}
