/** docs/seeds.md names demo hosts, findings and tests: each has to be there. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findingCodes } from '../shared/diagnosis/codes';
import { scenarios } from '../shared/kernel/scenarios/gallery';
import { Player } from '../shared/kernel/scenarios/player';
import { deviationNames } from '../shared/kernel/state/deviations';

const paper = readFileSync(new URL('../docs/seeds.md', import.meta.url), 'utf8');

describe('the paper about the mails', () => {
  test('names demo hosts that there are', () => {
    const named = [...paper.matchAll(/`demo:([a-z0-9-]+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(named));
  });

  test('names findings that there are', () => {
    const named = [...paper.matchAll(/finding `([a-z-]+)`/g)].map(([, code]) => code);
    expect(named.length).toBeGreaterThan(2);
    expect(findingCodes).toEqual(expect.arrayContaining(named));
  });

  test('has a story of each deviation', () => {
    const told = scenarios
      .filter(({ id }) => paper.includes(`\`demo:${id}\``))
      .flatMap((scenario) => new Player(scenario).kernel.core.version.deviations);
    expect(new Set(told)).toEqual(new Set(deviationNames));
  });

  test('names tests that there are', () => {
    const named = [...paper.matchAll(/`(\w+\.test\.ts)`/g)].map(([, file]) => file);
    expect(named.length).toBeGreaterThan(2);
    expect(readdirSync(new URL('../shared/kernel', import.meta.url))).toEqual(
      expect.arrayContaining(named),
    );
  });
});
