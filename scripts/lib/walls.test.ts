/** The walls between rooms hold, and an import that somebody plants through one is found. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './paths';
import { breaches, importsOf, readRooms } from './walls';

const own = readRooms(root);

test('this repository keeps to its walls', () => {
  const imports = importsOf(root);
  // Some that are known to be there: the checker sees values, types, what is exported on, and styles.
  expect(imports).toContainEqual({
    from: 'shared/model/buildState.ts',
    to: 'shared/model/systemState.ts',
  });
  expect(imports).toContainEqual({
    from: 'main/sources/live/liveSource.ts',
    to: 'main/sources/live/sshSource.ts',
  });
  expect(breaches(own, imports)).toEqual([]);
});

test.each([
  ['shared/model/x.ts', 'shared/report/status.ts'],
  ['shared/readings/x.ts', 'shared/model/buildState.ts'],
  ['shared/kernel/x.ts', 'shared/model/buildState.ts'],
  ['shared/base/x.ts', 'main/app/log.ts'],
  ['main/config/x.ts', 'main/ssh/questions.ts'],
  ['main/ssh/x.ts', 'main/probe/liveHost.ts'],
  ['main/probe/x.ts', 'main/sources/source.ts'],
  ['main/sources/archive/x.ts', 'main/sources/openSource.ts'],
  ['main/sources/x.ts', 'renderer/state/views.ts'],
  ['main/cli/x.ts', 'main/app/log.ts'],
  ['renderer/state/x.ts', 'main/app/log.ts'],
  ['renderer/components/x.tsx', 'renderer/views/host/panels.tsx'],
])('the walls stand between %s and %s', (from, to) => {
  expect(breaches(own, [{ from, to }])).toEqual([
    expect.stringMatching(new RegExp(`^${from} imports ${to}: \\S+ may not import from \\S+$`)),
  ]);
});

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-walls-'));
  plant('shared/low/low.ts', 'export const low = 1;\nexport type Low = number;\n');
  plant('shared/low/index.ts', '');
  plant('shared/low/low.css', '');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test.each([
  ["import { low } from '../low/low';", 'low.ts'],
  ["import type { Low } from '../low/low';", 'low.ts'],
  ["import { type Low } from '../low/low';", 'low.ts'],
  ["export { low } from '../low/low';", 'low.ts'],
  ["export type { Low } from '../low/low';", 'low.ts'],
  ["export * from '../low/low';", 'low.ts'],
  ["export const later = () => import('../low/low');", 'low.ts'],
  ["import * as low from '../low';", 'index.ts'],
  ["import '../low/low.css';", 'low.css'],
])('an import is seen however it is written: %s', (text, file) => {
  plant('shared/high/high.ts', `${text}\n`);
  const arrow = { from: 'shared/high/high.ts', to: `shared/low/${file}` };
  expect(importsOf(folder)).toEqual([arrow]);
  expect(breaches({ 'shared/low': [], 'shared/high': [] }, [arrow])).toEqual([
    `${arrow.from} imports ${arrow.to}: shared/high may not import from shared/low.`,
  ]);
  expect(breaches({ 'shared/low': [], 'shared/high': ['shared/low'] }, [arrow])).toEqual([]);
});

test('a comment or a text is no import, and a test may import what it wants', () => {
  plant(
    'shared/high/high.ts',
    "// import '../low/low';\nexport const text = \"from '../low/low'\";\n",
  );
  plant('shared/high/high.test.ts', "import '../low/low';\n");
  expect(importsOf(folder)).toEqual([]);
});

test('an arrow that goes back, and a file outside all rooms are found', () => {
  const rooms = { 'shared/low': ['shared/high'], 'shared/high': [] };
  const arrow = { from: 'shared/low/a.ts', to: 'shared/high/b.ts' };
  expect(breaches(rooms, [arrow])).toEqual([
    'walls.json has shared/high behind shared/low, which imports from it.',
  ]);
  expect(breaches({}, [arrow])).toEqual(['shared/low/a.ts lies in no room of walls.json.']);
});
