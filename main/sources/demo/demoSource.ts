/** Demo hosts: a story of the executable model, played by this machine's clock. */
import { readFileSync, statSync } from 'node:fs';
import { parseScenario } from '../../../shared/kernel/scenarios/scenarioFile';
import { collect } from '../../../shared/readings';
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { searchTree } from '../../../shared/readings/stackSearch';
import { treeOf } from '../../../shared/kernel';
import {
  defaultScenario,
  findScenario,
  fleet,
  scenarios,
} from '../../../shared/kernel/scenarios/gallery';
import type { Scenario } from '../../../shared/kernel/scenarios/scenario';
import type { Target } from '../../../shared/api/target';
import type { Source, SourceOptions } from '../source';
import { Story } from '../story';

type DemoTarget = Extract<Target, { kind: 'demo' }>;
type ScenarioTarget = Extract<Target, { kind: 'scenario' }>;

/** Bytes of a scenario's file: room for some tens of thousands of threads, each with its stack. */
const largestScenario = 16_777_216;

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
  return succeed(sourceOf(text, found, demo));
}

/**
 * A story that somebody wrote into a file, which must be there and be a regular one.
 *
 * @returns `invalid-content` with the place of each mistake, `too-large`, `permission-denied`
 */
export function openScenarioFile(
  { text, path }: ScenarioTarget,
  { demo }: SourceOptions,
): Result<Source> {
  const content = readScenario(path);
  if (!content.ok) return content;
  const scenario = parseScenario(content.value, path);
  if (!scenario.ok) return scenario;
  return succeed(sourceOf(text, { scenario: scenario.value, from: 0 }, demo));
}

function readScenario(path: string): Result<string> {
  try {
    const { size } = statSync(path);
    if (size <= largestScenario) return succeed(readFileSync(path, 'utf8'));
    return fail(
      'too-large',
      path,
      `${path} has ${size} bytes; a scenario has ${largestScenario} at most.`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('not-found', path, `${path} could not be read: ${why}.`);
  }
}

function sourceOf(
  target: string,
  { scenario, from }: { readonly scenario: Scenario; readonly from: number },
  demo: SourceOptions['demo'],
): Source {
  const story = new Story(scenario, demo === 'end' ? scenario.lasts : from);
  if (demo === 'end') story.pause();
  return {
    target,
    kind: 'demo',
    live: true,
    story,
    sample() {
      story.catchUp();
      return Promise.resolve(
        collect(treeOf(story.player.kernel.core), {
          target,
          source: 'demo',
          takenAt: new Date().toISOString(),
          privileged: true,
          live: true,
        }),
      );
    },
    seek(sought) {
      story.catchUp();
      return Promise.resolve(succeed(searchTree(treeOf(story.player.kernel.core), sought)));
    },
    close: () => undefined,
  };
}

function find(name: string): { scenario: Scenario; from: number } | null {
  const scenario = findScenario(name);
  return scenario ? { scenario, from: 0 } : (fleet.find((member) => member.name === name) ?? null);
}
