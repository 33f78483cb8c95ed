import { execFileSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hostFolder, temporaryFolder, type HostFiles } from '../../testing/main/folders';
import { root } from '../lib/paths';
import { excludedMutators } from './configuration';
import { isMeant } from './explanations';
import { explained } from './explained';
import { isKilled, measure, type Measured } from './measure';
import { draw, instrument, shortened, type Mutant } from './mutants';
import { lineOf } from './report';
import { samples } from './samples';

/** A busy machine takes its time to start vitest a dozen times. */
const patience = 900_000;

const repository: HostFiles = {
  'package.json': JSON.stringify({ type: 'module' }),
  'tsconfig.base.json': JSON.stringify({ compilerOptions: { strict: true, skipLibCheck: true } }),
  'code/tsconfig.json': JSON.stringify({
    extends: '../tsconfig.base.json',
    compilerOptions: { target: 'ES2023', module: 'ESNext', moduleResolution: 'bundler', types: [] },
  }),
  'vitest.config.ts': `export default { test: { include: ['code/*.test.ts'] } };\n`,
  'code/counting.ts': [
    'export const few = [1, 2];',
    'export function isMany(count: number): boolean {',
    '  return count > 3;',
    '}',
    'export function countDown(from: number): number {',
    '  let steps = 0;',
    '  for (let left = from; left > 0; left -= 1) steps += 1;',
    '  return steps;',
    '}',
    'export function unused(text: string | null): number {',
    '  return text === null ? 0 : text.length + 1;',
    '}',
    '',
  ].join('\n'),
  'code/counting.test.ts': [
    `import { expect, test } from 'vitest';`,
    `import { countDown, few, isMany } from './counting';`,
    `test('many', () => { expect([isMany(9), isMany(1)]).toEqual([true, false]); });`,
    `test('down', () => { expect(countDown(3)).toBe(3); });`,
    `test('few', () => { expect(few).toHaveLength(2); });`,
    `test('fails anyway', () => { expect(isMany(3)).toBe(true); });`,
    '',
  ].join('\n'),
  'code/naming.ts': 'export const isNamed = (name: string): boolean => name.length > 4;\n',
  'code/naming.test.ts': [
    `import { expect, test } from 'vitest';`,
    `import { isNamed } from './naming';`,
    `test('named', () => { expect([isNamed('a'), isNamed('somebody')]).toEqual([false, true]); });`,
    '',
  ].join('\n'),
};

function fixture(): string {
  const folder = hostFolder(repository);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  return folder;
}

function outcomes({ tried }: Measured): string[] {
  return tried.map(
    ({ mutant, verdict: { is } }) =>
      `${is}: ${shortened(mutant.original)} → ${shortened(mutant.replacement)}`,
  );
}

test(
  'tells mutants that tests notice from those that they do not, cannot or need not',
  async () => {
    const folder = fixture();
    const temporary = temporaryFolder();
    const before = readdirSync(folder).toSorted();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const file = 'code/counting.ts';
    const measured = await measure({
      repository: folder,
      project: 'code',
      sources: [file, 'code/naming.ts'],
      tests: ['code/counting.test.ts', 'code/naming.test.ts'],
      unseen: [],
      excludedMutators: ['BlockStatement'],
      explained: [
        { file, original: 'count > 3', replacement: 'count >= 3', why: 'Nobody counts to three.' },
        { file, original: 'left > 0', replacement: 'left <= 0', why: 'It is killed by now.' },
        { file, original: 'left > 7', replacement: 'left >= 7', why: 'It was here once.' },
      ],
      choose: (mutants) => mutants,
    });
    const seen = outcomes(measured);
    expect(seen).toContain('killed: [1, 2] → []');
    expect(seen).toContain('killed: count > 3 → false');
    expect(seen).toContain('killed: count > 3 → count <= 3');
    expect(seen).toContain('survived: count > 3 → count >= 3');
    expect(seen).toContain('killed: left -= 1 → left += 1');
    expect(seen).toContain('unreached: text.length + 1 → text.length - 1');
    expect(seen).toContain('refused: text === null → text !== null');
    // What was found of one mutant is no part of the next one's outcome.
    expect(seen).toContain('survived: name.length > 4 → name.length >= 4');
    expect(seen).toContain('killed: name.length > 4 → name.length <= 4');
    expect(measured.failing).toEqual(['code/counting.test.ts: fails anyway']);
    expect(measured.stale.map(({ why }) => why)).toEqual([
      'It is killed by now.',
      'It was here once.',
    ]);
    expect(measured.tried.filter(({ why }) => why === 'Nobody counts to three.')).toHaveLength(1);
    expect(readdirSync(temporary).filter((name) => name.startsWith('klpscope-'))).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual(before);
  },
  patience,
);

for (const [project, list] of Object.entries(samples)) {
  test(
    `the tests of ${project} notice typical mistakes`,
    async () => {
      const isListed = (mutant: Mutant): boolean => list.some((entry) => isMeant(entry, mutant));
      const measured = await measure({
        repository: root,
        // These compile.
        project: null,
        sources: [...new Set(list.map(({ file }) => file))],
        tests: [...new Set(list.map(({ test }) => test))],
        unseen: [],
        excludedMutators,
        explained: [],
        choose: (mutants) => mutants.filter(isListed),
      });
      expect(measured.failing).toEqual([]);
      expect(measured.tried.length).toBeGreaterThanOrEqual(list.length);
      expect(measured.tried.filter(({ verdict }) => !isKilled(verdict)).map(lineOf)).toEqual([]);
      for (const entry of list) {
        expect(measured.tried.some(({ mutant }) => isMeant(entry, mutant))).toBe(true);
      }
    },
    patience,
  );
}

test('draws the same sample for the same seed, and no mutant twice', () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  expect(draw(numbers, 10, 7)).toEqual(draw(numbers, 10, 7));
  expect(draw(numbers, 10, 7)).not.toEqual(draw(numbers, 10, 8));
  expect(new Set(draw(numbers, 100, 7)).size).toBe(100);
  expect(draw(numbers, Infinity, 7)).toHaveLength(100);
});

test(
  'all that is explained is found in the sources, once, and says why',
  async () => {
    const files = [...new Set(explained.map(({ file }) => file))];
    const { mutants } = await instrument(root, files, excludedMutators);
    for (const entry of explained) {
      const found = mutants.filter((mutant) => isMeant(entry, mutant));
      expect(found, `${entry.file}: ${entry.original}`).toHaveLength(1);
      expect(entry.why.length).toBeGreaterThan(10);
    }
  },
  patience,
);
