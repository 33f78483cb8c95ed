/**
 * Whoever adds a source, a kind of file, a view, a finding, a command, a request of the window or a file that is read is
 * led by the compiler: each is planted here in a copy of the project, which then must not compile in
 * every place that it needs. docs/architecture.md says the same in words.
 */
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './lib/paths';

interface Way {
  readonly what: string;
  /** Where it begins: its name in a list or a type, or its record. */
  readonly begins: { readonly file: string; readonly before: string; readonly planted: string };
  /** Part of the planted name, as the compiler says it. */
  readonly name: string;
  /** Where the compiler asks for more. */
  readonly asked: readonly string[];
}

const ways: readonly Way[] = [
  {
    what: 'source',
    begins: {
      file: 'shared/api/target.ts',
      before: 'export type Target =\n',
      planted: "  | { readonly kind: 'plantedTarget'; readonly text: string }\n",
    },
    name: 'plantedTarget',
    asked: ['shared/api/target.ts', 'shared/api/targetTraits.ts'],
  },
  {
    what: 'source',
    begins: {
      file: 'shared/readings/readings.ts',
      before: 'export const sourceKinds = [',
      planted: "'plantedSource', ",
    },
    name: 'plantedSource',
    asked: ['shared/report/sourceTraits.ts'],
  },
  {
    what: 'kind of file',
    begins: {
      file: 'shared/api/fileKinds.ts',
      before: 'export const fileKinds = {\n',
      planted: "  plantedKind: 'a planted kind',\n",
    },
    name: 'plantedKind',
    asked: ['main/sources/fileKind.ts', 'main/sources/openFile.ts'],
  },
  {
    what: 'view',
    begins: {
      file: 'shared/api/choices.ts',
      before: 'export const viewNames = [',
      planted: "'plantedView', ",
    },
    name: 'plantedView',
    asked: ['shared/api/choices.ts', 'renderer/views/host/panels.tsx'],
  },
  {
    what: 'finding',
    begins: {
      file: 'shared/diagnosis/codes.ts',
      before: 'export const findingCodes = [\n',
      planted: "  'planted-finding',\n",
    },
    name: 'planted-finding',
    asked: ['shared/diagnosis/wording.ts'],
  },
  {
    what: 'command',
    begins: {
      file: 'main/cli/commands/commands.ts',
      before: 'export const commands = {\n',
      planted:
        "  'planted-command': { summary: '', usage: '', description: [], operands: nothing, options: helpOption, examples: [], exitStatuses: {} },\n",
    },
    name: 'planted-command',
    asked: ['main/cli/run.ts', 'main/app/everyOption.test.ts'],
  },
  {
    what: 'request',
    begins: {
      file: 'shared/api/channels.ts',
      before: 'export const requestNames = [\n',
      planted: "  'planted:request',\n",
    },
    name: 'planted:request',
    asked: ['shared/api/contract.ts', 'main/app/application.ts'],
  },
  {
    what: 'file',
    begins: {
      file: 'shared/readings/reads.ts',
      before: '  thread: {\n',
      planted: "    planted_file: { way: 'once', limit: short },\n",
    },
    name: 'planted_file',
    asked: ['shared/kernel/files/threadFiles.ts'],
  },
];

/** A busy machine compiles for minutes. */
const patience = 900_000;

const copy = mkdtempSync(join(tmpdir(), 'klpscope-ways-'));
let errors: readonly string[] = [];

afterAll(() => rmSync(copy, { recursive: true, force: true }));

beforeAll(async () => {
  copyTheProject();
  for (const { begins } of ways) {
    const path = join(copy, begins.file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(begins.before)) throw new Error(`${begins.file} has no “${begins.before}”`);
    writeFileSync(path, text.replace(begins.before, `${begins.before}${begins.planted}`));
  }
  errors = await compilerErrors();
}, patience);

test.each(ways)('a $what is asked for in each place: $name', ({ name, asked }) => {
  const places = errors
    .filter((line) => line.includes(name))
    .map((line) => line.slice(0, line.indexOf('(')));
  expect(new Set(places)).toEqual(new Set([...places, ...asked]));
});

test('a source has to be opened as well: the choice between them has no end without it', () => {
  expect(errors.join('\n')).toMatch(/^main\/sources\/openSource\.ts.*lacks ending return/m);
});

test('the ways are written down', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  for (const { begins, asked } of ways) {
    for (const file of [begins.file, ...asked]) expect(page).toContain(file);
  }
});

/** With packages of its own place, since the compiler keeps what it knows among them. */
function copyTheProject(): void {
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8' },
  );
  for (const file of files.split('\0')) {
    if (/\.(?:tsx?|json|cjs|sh|css)$/.test(file) && existsSync(join(root, file)))
      cpSync(join(root, file), join(copy, file));
  }
  const packages = join(root, 'node_modules');
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(packages)) {
    if (!name.startsWith('.')) symlinkSync(join(packages, name), join(copy, 'node_modules', name));
  }
}

/** A line for each error, `FILE(LINE,COLUMN): error …`. */
function compilerErrors(): Promise<readonly string[]> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, '-b', '--pretty', 'false'],
      { cwd: copy, maxBuffer: 2 ** 26 },
      (_error, stdout) => resolve(stdout.split('\n')),
    );
  });
}
