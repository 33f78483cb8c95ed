/** Asks the compiler which mutants it refuses: those are no mistakes that a test would have to find. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../lib/process';
import { shortened, type Mutant } from './mutants';

/**
 * @param plain a copy of the repository's sources that nobody else uses
 * @param project the folder whose tsconfig.json the sources are compiled by
 */
export async function refusedMutants(
  plain: string,
  project: string,
  mutants: readonly Mutant[],
): Promise<Set<string>> {
  writeFileSync(join(plain, settings), JSON.stringify(settingsFor(project)));
  const before = await filesWithErrors(plain);
  if (before.size > 0) throw new Error(`These do not compile as they are: ${[...before].join()}`);
  const refused = new Set<string>();
  // One mutant per file at a time: most compile, and many are asked about at once.
  for (const batch of oneOfEachFile(mutants)) {
    for (const mutant of await suspects(plain, batch)) {
      // Another file's mutant may be to blame.
      const alone = batch.length === 1 ? [mutant] : await suspects(plain, [mutant]);
      if (alone.length > 0) refused.add(mutant.id);
    }
  }
  return refused;
}

async function suspects(plain: string, batch: readonly Mutant[]): Promise<Mutant[]> {
  const texts = batch.map((mutant) => {
    const path = join(plain, mutant.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, mutated(text, mutant));
    return { path, text };
  });
  const files = await filesWithErrors(plain);
  for (const { path, text } of texts) writeFileSync(path, text);
  // What is refused elsewhere only is refused too.
  return batch.length === 1 && files.size > 0
    ? [...batch]
    : batch.filter(({ file }) => files.has(file));
}

/** The text with this mutant in place; an expression keeps its bounds. */
export function mutated(text: string, { start, end, replacement, original }: Mutant): string {
  const isStatement = original.startsWith('{') || /^(case|default)\b/.test(original);
  const inner = isStatement ? replacement : `(${replacement})`;
  return text.slice(0, start) + inner + text.slice(end);
}

function oneOfEachFile(mutants: readonly Mutant[]): Mutant[][] {
  const batches: Mutant[][] = [];
  const count = new Map<string, number>();
  for (const mutant of mutants) {
    const index = count.get(mutant.file) ?? 0;
    count.set(mutant.file, index + 1);
    (batches[index] ??= []).push(mutant);
  }
  return batches;
}

const settings = 'tsconfig.mutants.json';

function settingsFor(project: string): unknown {
  return {
    extends: `./${project}/tsconfig.json`,
    compilerOptions: {
      composite: false,
      emitDeclarationOnly: false,
      noEmit: true,
      incremental: true,
      tsBuildInfoFile: './mutants.tsbuildinfo',
      // What is no longer used is untidy, but such a mistake could be made.
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: [project],
    exclude: ['**/*.test.ts', '**/*.test.tsx'],
  };
}

/** Paths of the files in which the compiler finds something. */
async function filesWithErrors(plain: string): Promise<Set<string>> {
  const tsc = join(plain, 'node_modules/typescript/bin/tsc');
  const { status, output } = await runQuietly(
    process.execPath,
    [tsc, '-p', settings, '--pretty', 'false'],
    { cwd: plain },
  );
  const files = [...output.matchAll(/^(.+?)\(\d+,\d+\): error /gm)].map(([, file = '']) => file);
  if (status !== 0 && files.length === 0)
    throw new Error(`The compiler has failed:\n${shortened(output)}`);
  return new Set(files);
}
