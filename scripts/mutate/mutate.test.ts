import { execFileSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hostFolder, temporaryFolder, type HostFiles } from '../../main/testing/folders';
import { root } from '../lib/paths';
import { measure, type Measured } from './measure';
import { shortened } from './mutants';

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
      sources: [file],
      tests: ['code/counting.test.ts'],
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
