/**
 * What a folder must not know (Node, the DOM, Electron): an import that somebody plants is refused by the
 * compiler or the linter. Planted in a copy; the copy without it passes. The walls between the rooms are
 * tested in `scripts/lib/walls.test.ts`.
 */
import { test as base, expect } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths';

const copied = [
  'shared',
  'main',
  'renderer',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
  '.oxlintrc.json',
];

interface Copy {
  plant(path: string, text: string): void;
  /** Compiles a folder's project. */
  compile(folder: string): Verdict;
  lint(...paths: string[]): Verdict;
}

interface Verdict {
  readonly passed: boolean;
  readonly output: string;
}

const test = base.extend<{ copy: Copy }>({
  copy: async ({ browserName }, use) => {
    const folder = mkdtempSync(join(tmpdir(), `klpscope-layers-${browserName}-`));
    for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
    linkPackages(join(folder, 'node_modules'));
    const run = (program: string, args: readonly string[]): Verdict => {
      const path = join(root, 'node_modules/.bin', program);
      const { status, stdout, stderr } = spawnSync(path, args, { cwd: folder, encoding: 'utf8' });
      return { passed: status === 0, output: `${stdout}${stderr}` };
    };
    await use({
      plant: (path, text) => writeFileSync(join(folder, path), text),
      compile: (project) => run('tsc', ['-b', project]),
      lint: (...paths) => run('oxlint', ['--deny-warnings', ...paths]),
    });
    rmSync(folder, { recursive: true, force: true });
  },
});

/** The packages, but not what the compiler keeps beside them. */
function linkPackages(folder: string): void {
  mkdirSync(folder);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '.cache') symlinkSync(join(root, 'node_modules', name), join(folder, name));
  }
}

test('as they are, the folders pass', ({ copy }) => {
  expect(copy.compile('renderer')).toMatchObject({ passed: true });
  expect(copy.lint('shared', 'renderer')).toMatchObject({ passed: true });
});

test('shared sees no Node', ({ copy }) => {
  copy.plant(
    'shared/model/planted.ts',
    "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
  );
  const compiled = copy.compile('shared');
  expect(compiled.passed).toBe(false);
  expect(compiled.output).toContain('shared/model/planted.ts');
  const linted = copy.lint('shared/model/planted.ts');
  expect(linted.passed).toBe(false);
  expect(linted.output).toContain('no-restricted-imports');
});

test('shared sees no DOM', ({ copy }) => {
  copy.plant('shared/model/planted.ts', 'export const planted = document.title;\n');
  expect(copy.compile('shared').output).toContain("Cannot find name 'document'");
});

test('the window sees neither Electron nor Node', ({ copy }) => {
  copy.plant(
    'renderer/state/planted.ts',
    "import { shell } from 'electron';\nimport path from 'node:path';\nexport const planted = [shell, path];\n",
  );
  const { passed, output } = copy.lint('renderer/state/planted.ts');
  expect(passed).toBe(false);
  expect(output.match(/no-restricted-imports/g)).toHaveLength(2);
});

test('the window sees nothing of main', ({ copy }) => {
  copy.plant('renderer/state/planted.ts', "export { say } from '../../main/app/log';\n");
  const compiled = copy.compile('renderer');
  expect(compiled.passed).toBe(false);
  expect(compiled.output).toContain('main/app/log.ts');
});

test('main sees nothing of the window', ({ copy }) => {
  copy.plant('main/sources/planted.ts', "export { views } from '../../renderer/state/views';\n");
  expect(copy.compile('main').passed).toBe(false);
});

test('only main/app sees Electron', ({ copy }) => {
  copy.plant('main/sources/planted.ts', "export { app } from 'electron';\n");
  expect(copy.lint('main/sources/planted.ts').output).toContain('no-restricted-imports');
});

test('imports go in no circle, types included', ({ copy }) => {
  copy.plant(
    'shared/model/planted.ts',
    "import type { other } from './circle';\nexport const planted = (): typeof other | null => null;\n",
  );
  copy.plant(
    'shared/model/circle.ts',
    "import { planted } from './planted';\nexport const other = () => planted;\n",
  );
  expect(copy.lint('shared/model').output).toContain('no-cycle');
});
