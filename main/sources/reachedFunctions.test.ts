/** No livepatch of a capture, a report or a demo host is said not to be reached: each of them is. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenarios } from '../../shared/kernel/scenarios/gallery';
import { Player } from '../../shared/kernel/scenarios/player';
import { buildState } from '../../shared/model/buildState';
import { unreachedFunctions } from '../../shared/model/consumers';
import { readFtraceLists } from '../../shared/model/ftraceLists';
import { ReadingsReader } from '../../shared/model/reader';
import type { Readings } from '../../shared/readings/readings';
import { readKernel } from '../../testing/shared/kernelAgreement';
import { sampleOf } from '../../testing/main/status';

const archives = ['samples', 'testing/reports'].flatMap((folder) => {
  const below = join(import.meta.dirname, '../..', folder);
  return readdirSync(below, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tar.gz'))
    .map((name) => join(below, name));
});

/** Names of those that would be so, if two readings agreed and no function had another name. */
function unreachedIn(readings: Readings): string[] {
  const { functions, patches } = buildState(readings);
  const lists = readFtraceLists(new ReadingsReader(readings));
  return unreachedFunctions(functions, patches, lists, () => true).map(({ name }) => name);
}

/** The same host, of whose functions none is redirected. */
function withoutFlags(readings: Readings): Readings {
  const files = new Map(readings.files);
  for (const [path, reading] of files) {
    if (!path.endsWith('/enabled_functions') || !('text' in reading)) continue;
    const text = reading.text.replaceAll(/(?<=\(\d+\) [ R] )I/g, ' ');
    files.set(path, { ...reading, text });
  }
  return { ...readings, files };
}

it('of any archive', async () => {
  const samples = await Promise.all(archives.map((archive) => sampleOf(archive)));
  const readings = samples.flatMap((sample) => (sample.ok ? [sample.value] : []));
  expect(readings).toHaveLength(archives.length);
  expect(readings.flatMap(unreachedIn)).toEqual([]);
  // Without the flag they would be: of all that have a settled livepatch and a list.
  const unflagged = readings.map(withoutFlags).filter((one) => unreachedIn(one).length > 0);
  expect(unflagged.length).toBeGreaterThan(20);
});

it('of any moment of a demo host', () => {
  for (const scenario of scenarios) {
    const player = new Player(scenario);
    for (let second = 0; second <= scenario.lasts; second += 5) {
      expect(unreachedIn(readKernel(player.kernel.core))).toEqual([]);
      player.advance(5);
    }
  }
});
