/** Demo hosts: a story of the executable model, played by this machine's clock. */
import { collect } from '../../shared/readings/collect';
import { fail, succeed, type Result } from '../../shared/readings/problem';
import { treeOf } from '../../shared/kernel/files/kernelTree';
import { Player } from '../../shared/kernel/scenarios/player';
import {
  defaultScenario,
  findScenario,
  fleet,
  scenarios,
} from '../../shared/kernel/scenarios/gallery';
import type { Scenario } from '../../shared/kernel/scenarios/scenario';
import type { Target } from '../../shared/api/target';
import type { Source, SourceOptions } from './source';

type DemoTarget = Extract<Target, { kind: 'demo' }>;

/** @returns `not-found` where no story and no host of the fleet has that name */
export function openDemo(
  { text, scenario: name }: DemoTarget,
  { demo }: SourceOptions,
): Result<Source> {
  const found = name === null ? { scenario: defaultScenario, from: 0 } : find(name);
  if (!found) {
    const known = scenarios.map(({ id }) => id).join(', ');
    return fail(
      'not-found',
      text,
      `There is no demo host ${text}. The stories are ${known}; the fleet is ${fleet.map((member) => member.name).join(', ')}.`,
    );
  }
  const story = new Story(found.scenario, demo === 'end' ? found.scenario.lasts : found.from);
  if (demo === 'end') story.pause();
  return succeed({
    target: text,
    kind: 'demo',
    live: true,
    story,
    sample() {
      story.catchUp();
      return Promise.resolve(
        collect(treeOf(story.player.kernel.core), {
          target: text,
          source: 'demo',
          takenAt: new Date().toISOString(),
          privileged: true,
          live: true,
        }),
      );
    },
    close: () => undefined,
  });
}

function find(name: string): { scenario: Scenario; from: number } | null {
  const scenario = findScenario(name);
  return scenario ? { scenario, from: 0 } : (fleet.find((member) => member.name === name) ?? null);
}

/** Plays a scenario as time passes; the story itself keeps to seconds of its own. */
export class Story {
  readonly player: Player;
  private speedNow = 1;
  private isPlaying = true;
  private last = Date.now();

  constructor(scenario: Scenario, from: number) {
    this.player = new Player(scenario);
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
