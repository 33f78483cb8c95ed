/**
 * A plain object answers to `constructor` and `__proto__`, too: what is looked up by a name that
 * somebody else gave is a `Map`, or asked by `Object.hasOwn`. Whoever adds a plain object of open
 * names says here who names its keys.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './lib/paths';

/** Objects of open names that are there, and why a name can't be mistaken. */
const known = new Map([
  // Parsed JSON whose keys are named in the code.
  ['shared/history/recording/parse.ts', 1],
  // Written in the file, and gone through; a path of a host is looked for in maps.
  ['shared/readings/reads.ts', 4],
  // By names of functions; asked by `Object.hasOwn` (shared/kernel/state/symbols.ts).
  ['shared/kernel/state/core.ts', 1],
  ['shared/kernel/state/literals.ts', 2],
  ['shared/kernel/scenarios/schemas.ts', 1],
  // Gone through, never asked.
  ['shared/kernel/scenarios/pieces.ts', 1],
  // By names of hosts; asked by `Object.hasOwn` (`chosenUnder`).
  ['shared/api/settings.ts', 2],
  ['shared/api/openSsh.ts', 1],
  // By words of our own.
  ['main/ssh/hostKeys/hostKeys.ts', 1],
  // By names of commands and options, which the table has; a word is looked for by `Object.hasOwn`.
  ['main/cli/commands/command.ts', 1],
  ['main/cli/commands/commands.ts', 1],
  ['main/cli/commands/options.ts', 1],
  ['main/cli/commands/parser.ts', 5],
  // Regular expressions, no objects.
  ['shared/readings/log/logLines.ts', 2],
  ['shared/readings/log/logPrefix.ts', 2],
  // A type, by names of calls.
  ['main/reader/calls.ts', 1],
  ['main/ssh/config/algorithms.ts', 1],
  ['main/ssh/config/keywords.ts', 1],
  // By ids of open hosts, which main/app/hosts/hosts.ts makes.
  ['renderer/state/store.ts', 2],
  ['renderer/player/playback.ts', 1],
]);

const openNames =
  /Record<\s*string\s*,|\[\w+: string\]|\bz\.record\(|Object\.fromEntries|\}\[(?![\d'"\]])/g;

function shippedSources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
    .filter((path) => !/\.test\.tsx?$|\/testing\//.test(path));
}

test('plain objects that are keyed by open names are those that are known', () => {
  const found = new Map<string, number>();
  for (const path of ['shared', 'main', 'renderer'].flatMap(shippedSources)) {
    const text = readFileSync(join(root, path), 'utf8');
    const count = [...text.matchAll(openNames)].length;
    if (count > 0) found.set(path, count);
  }
  expect(found).toEqual(known);
});
