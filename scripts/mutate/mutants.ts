/** Mutants of source files, as StrykerJS makes them: all of a file in one instrumented text. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';

export interface Mutant {
  /** By which the instrumented code knows it. */
  readonly id: string;
  /** Path in the repository. */
  readonly file: string;
  /** From 1. */
  readonly lineNumber: number;
  /** The line on which it begins, trimmed. */
  readonly line: string;
  readonly original: string;
  readonly replacement: string;
  readonly mutator: string;
  /** Where the original stands in the file's text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** Text by path: every mutant is in it and none is active. */
  readonly texts: ReadonlyMap<string, string>;
}

export async function instrument(
  root: string,
  files: readonly string[],
  excludedMutators: readonly string[],
): Promise<Instrumented> {
  const sources = await Promise.all(
    files.map(async (file) => ({
      name: file,
      mutate: true,
      content: await readFile(join(root, file), 'utf8'),
    })),
  );
  const contents = new Map(sources.map(({ name, content }) => [name, content]));
  const { files: instrumented, mutants } = await new Instrumenter(silent).instrument(sources, {
    plugins: null,
    ignorers: [],
    excludedMutations: [...excludedMutators],
  });
  return {
    texts: new Map(instrumented.map(({ name, content }) => [name, content])),
    mutants: mutants
      .filter(({ status }) => status !== 'Ignored')
      .map(({ id, fileName, location, mutatorName, replacement }) => {
        const content = contents.get(fileName) ?? '';
        const lines = content.split('\n');
        const start = offsetOf(lines, location.start);
        const end = offsetOf(lines, location.end);
        return {
          id,
          file: fileName,
          lineNumber: location.start.line + 1,
          line: (lines[location.start.line] ?? '').trim(),
          original: content.slice(start, end),
          replacement,
          mutator: mutatorName,
          start,
          end,
        };
      }),
  };
}

/** @param position both from 0 */
function offsetOf(
  lines: readonly string[],
  { line, column }: { line: number; column: number },
): number {
  return lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, column);
}

/** Code on one line, to compare it and to print it. */
export function shortened(code: string): string {
  return code.replaceAll(/\s+/g, ' ').trim();
}

/** Draws at most so many; the same ones for the same seed and the same sources. */
export function draw<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  const random = randomNumbers(seed);
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return drawn;
}

/** Mulberry32: numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const nothing = (): void => undefined;
const no = (): boolean => false;
const silent = {
  isTraceEnabled: no,
  isDebugEnabled: no,
  isInfoEnabled: no,
  isWarnEnabled: no,
  isErrorEnabled: no,
  isFatalEnabled: no,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};
