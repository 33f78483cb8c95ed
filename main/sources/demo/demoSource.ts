/** Demo hosts: a story of the executable model, played by this machine's clock. */
import { parseScenario } from '../../../shared/kernel/scenarios/scenarioFile';
import { collect } from '../../../shared/readings';
import { visible } from '../../../shared/base/text';
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { searchTree } from '../../../shared/readings/stackSearch';
import { shadowTableOf, treeOf } from '../../../shared/kernel';
import {
  defaultScenario,
  findScenario,
  fleet,
  scenarios,
} from '../../../shared/kernel/scenarios/gallery';
import { surpriseText, type Surprise } from '../../../shared/kernel/scenarios/outcomes';
import type { Scenario } from '../../../shared/kernel/scenarios/scenario';
import type { Target } from '../../../shared/api/target';
import type { Source, SourceOptions } from '../source';
import { headOf, type Content } from '../content';
import { Story } from '../story';

type DemoTarget = Extract<Target, { kind: 'demo' }>;

/** Bytes of a scenario's file: room for some tens of thousands of threads, each with its stack. */
const largestScenario = 16_777_216;

/** @returns `not-found` where no story and no host of the fleet has that name */
export function openDemo(
  { text, scenario: name }: DemoTarget,
  options: SourceOptions,
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
  return succeed(sourceOf(text, found, options));
}

/**
 * A story that somebody wrote into a file.
 *
 * @returns `invalid-content` with the place of each mistake, `too-large`, `not-found`
 */
export function openScenarioFile(
  text: string,
  content: Content,
  options: SourceOptions,
): Result<Source> {
  const json = readScenario(content);
  if (!json.ok) return json;
  const scenario = parseScenario(json.value, content.name);
  if (!scenario.ok) return scenario;
  return succeed(sourceOf(text, { scenario: scenario.value, from: 0 }, options));
}

function readScenario(content: Content): Result<string> {
  const { name } = content;
  try {
    const bytes = headOf(content, largestScenario + 1);
    if (bytes.length <= largestScenario) return succeed(Buffer.from(bytes).toString('utf8'));
    const most = `a scenario has ${largestScenario} at most`;
    return fail('too-large', name, `${name} has more bytes than are read; ${most}.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('not-found', name, `${name} could not be read: ${why}.`);
  }
}

function sourceOf(
  target: string,
  { scenario, from }: { readonly scenario: Scenario; readonly from: number },
  { demo, onSurprise }: SourceOptions,
): Source {
  const tell = (surprise: Surprise) =>
    onSurprise?.(`${visible(target)}: ${surpriseText(surprise)}.`);
  const story = new Story(scenario, demo === 'end' ? scenario.lasts : from, tell);
  if (demo === 'end') story.pause();
  return {
    target,
    kind: 'demo',
    live: true,
    story,
    sample() {
      story.catchUp();
      const { core } = story.player.kernel;
      const read = collect(treeOf(core), {
        target,
        source: 'demo',
        takenAt: new Date().toISOString(),
        privileged: true,
        live: true,
      });
      const shadow = shadowTableOf(core);
      return Promise.resolve(read.ok && shadow ? succeed({ ...read.value, shadow }) : read);
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
