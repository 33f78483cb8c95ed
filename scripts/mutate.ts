/**
 * `npm run mutate -- [AREA OR PATH…] [--sample N] [--seed S] [--json FILE]`: plants mistakes in the
 * sources and counts how many of them the tests notice. A sample is drawn from each area.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { main, say, Stop } from './lib/process';
import { root } from './lib/paths';
import { areas, excludedMutators, wantedShare, type Area } from './mutate/configuration';
import { explained } from './mutate/explained';
import { measure, sample, type Tried } from './mutate/measure';
import { countOf, headline, lineOf } from './mutate/report';
import { filesOf } from './mutate/sandbox';

main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  });
  const count = values.sample === undefined ? Infinity : wholeNumber('--sample', values.sample);
  const seed = wholeNumber('--seed', values.seed);
  const wanted = chosenAreas(positionals);
  const results: { area: string; tried: readonly Tried[] }[] = [];
  let isGood = true;
  for (const { area, sources } of wanted) {
    say(`${area.name}: ${sources.length} files`);
    const { tried, failing, stale } = await measure({
      repository: root,
      project: area.project,
      sources,
      tests: testsOf(area),
      unseen: area.unseen ?? [],
      excludedMutators,
      explained,
      choose: sample(count, seed),
      onTried: (outcome, index, of) => say(`${index}/${of} ${lineOf(outcome)}`),
    });
    for (const test of failing) say(`left out, it fails without a mutant: ${test}`);
    for (const { file, original, replacement } of stale) {
      console.log(
        `explained, but killed, refused or not there: ${file}: ${original} → ${replacement}`,
      );
    }
    const left = tried.filter(
      ({ verdict: { is }, why }) => why === null && (is === 'survived' || is === 'unreached'),
    );
    for (const outcome of left) console.log(lineOf(outcome));
    results.push({ area: area.name, tried });
    isGood &&= stale.length === 0 && failing.length === 0 && countOf(tried).share >= wantedShare;
  }
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
  for (const { area, tried } of results) console.log(headline(area, countOf(tried)));
  return isGood ? 0 : 1;
});

interface ChosenArea {
  readonly area: Area;
  readonly sources: readonly string[];
}

/** All areas, or the parts of them that lie below one of these paths. */
function chosenAreas(paths: readonly string[]): ChosenArea[] {
  const below = (file: string): boolean =>
    paths.length === 0 || paths.some((path) => isBelow(file, path.replace(/\/$/, '')));
  const chosen = areas
    .map((area) => ({ area, sources: sourcesOf(area).filter(below) }))
    .filter(({ sources }) => sources.length > 0);
  if (chosen.length === 0) {
    throw new Stop(
      `There is nothing to mutate there, only in ${areas.map(({ name }) => name).join(', ')}.`,
    );
  }
  return chosen;
}

function sourcesOf({ sources, without = [] }: Area): string[] {
  return filesOf(root).filter(
    (file) =>
      /\.tsx?$/.test(file) &&
      !/\.(test|d)\.tsx?$/.test(file) &&
      sources.some((folder) => isBelow(file, folder)) &&
      !without.some((folder) => isBelow(file, folder)),
  );
}

function testsOf({ tests, without = [] }: Area): string[] {
  return filesOf(root).filter(
    (file) =>
      /\.test\.tsx?$/.test(file) &&
      tests.some((path) => isBelow(file, path)) &&
      !without.some((path) => isBelow(file, path)),
  );
}

function isBelow(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Stop(`${option} takes a number, not "${text}".`);
  return Number(text);
}
