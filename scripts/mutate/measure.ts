/** Tries mutants one after the other against the tests that reach them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusedMutants } from './compiler';
import { isMeant, type Explanation } from './explanations';
import { draw, instrument, type Mutant } from './mutants';
import type { FileSeen, Reached, Selection, ToRunner } from './protocol';
import { RunnerProcess } from './runnerProcess';
import { makeSandbox, type Sandbox } from './sandbox';

export type Verdict =
  /** `by` names the test that has failed. */
  | { readonly is: 'killed'; readonly by: string }
  /** Ran on without end, or far longer than before, twice. */
  | { readonly is: 'endless' }
  | { readonly is: 'survived' }
  /** No test runs this code. */
  | { readonly is: 'unreached' }
  /** By the compiler. */
  | { readonly is: 'refused' };

export interface Tried {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** Why it may survive, where somebody has written that down. */
  readonly why: string | null;
}

export interface Measured {
  readonly tried: readonly Tried[];
  /** Tests that fail without any mutant, and were left out. */
  readonly failing: readonly string[];
  /** Entries that fit no mutant, or one that is killed. */
  readonly stale: readonly Explanation[];
}

export interface Assignment {
  readonly repository: string;
  /** The folder whose tsconfig.json they are compiled by; null: the compiler is not asked. */
  readonly project: string | null;
  readonly sources: readonly string[];
  readonly tests: readonly string[];
  /** Tests of which nobody sees what they reach. */
  readonly unseen: readonly string[];
  readonly excludedMutators: readonly string[];
  readonly explained: readonly Explanation[];
  readonly choose: (mutants: readonly Mutant[]) => readonly Mutant[];
  /** Told of each mutant as soon as it was tried. */
  readonly onTried?: (tried: Tried, index: number, of: number) => void;
}

/** A random sample of mutants. */
export function sample(count: number, seed: number): Assignment['choose'] {
  return (mutants) => draw(mutants, count, seed);
}

export async function measure(assignment: Assignment): Promise<Measured> {
  const { repository, sources, excludedMutators, explained } = assignment;
  const { mutants, texts } = await instrument(repository, sources, excludedMutators);
  const sandbox = makeSandbox(repository, texts);
  const trying = new RunnerProcess(sandbox);
  const stop = (): void => {
    trying.end();
    sandbox.remove();
  };
  process.once('exit', stop);
  try {
    const chosen = assignment.choose(mutants);
    const refused =
      assignment.project === null
        ? new Set<string>()
        : await refusedMutants(sandbox.plain, assignment.project, chosen);
    const { files, failing } = await cover(sandbox, assignment.tests);
    const tried: Tried[] = [];
    for (const mutant of chosen) {
      const verdict: Verdict = refused.has(mutant.id)
        ? { is: 'refused' }
        : await attempt(trying, sandbox, mutant, selectTests(files, assignment.unseen, mutant));
      const why = explained.find((entry) => isMeant(entry, mutant))?.why ?? null;
      const outcome = { mutant, verdict, why };
      tried.push(outcome);
      assignment.onTried?.(outcome, tried.length, chosen.length);
    }
    return { tried, failing, stale: staleOf(assignment, mutants, tried) };
  } finally {
    process.off('exit', stop);
    stop();
  }
}

interface Covered extends FileSeen {
  readonly reached: Reached;
}

/** Runs all tests with no mutant active, and notes which of them reach what. */
async function cover(
  sandbox: Sandbox,
  tests: readonly string[],
): Promise<{ files: Covered[]; failing: string[] }> {
  const folder = join(sandbox.own, 'reached');
  const runner = new RunnerProcess(sandbox);
  try {
    const answer = await runner.ask({ do: 'cover', files: tests, folder }, hours(3));
    if (answer?.did !== 'cover') throw new Error('The tests could not be run without mutants.');
    const files = answer.files.map((file) => ({
      ...file,
      tests: file.tests.filter(({ passed }) => passed),
      reached: readReached(join(folder, file.id)),
    }));
    const failing = answer.files.flatMap(({ file, tests, error }) => [
      ...(error === null ? [] : [`${file}: ${error}`]),
      ...tests.filter(({ passed }) => !passed).map(({ name }) => `${file}: ${name}`),
    ]);
    return { files: files.filter(({ error }) => error === null), failing };
  } finally {
    runner.end();
    sandbox.sweep();
  }
}

function readReached(path: string): Reached {
  const none: Reached = { static: {}, perTest: {} };
  return existsSync(path) ? { ...none, ...JSON.parse(readFileSync(path, 'utf8')) } : none;
}

interface Selected {
  readonly selections: readonly Selection[];
  /** How long they took without a mutant. */
  readonly milliseconds: number;
  /** How often they have run the mutant's code. */
  readonly hits: number;
}

/** The tests that reach a mutant, those first that end soonest. */
function selectTests(
  files: readonly Covered[],
  unseen: readonly string[],
  { id }: Mutant,
): Selected {
  const seen = files.flatMap((file) => testsIn(file, id));
  const all =
    seen.length > 0
      ? seen
      : files
          .filter(({ file }) => unseen.includes(file))
          .map((file) => ({ ...wholeFile(file), hits: 1 }));
  const sorted = all.sort((a, b) => a.milliseconds - b.milliseconds);
  return {
    selections: sorted.map(({ selection }) => selection),
    milliseconds: sum(sorted.map(({ milliseconds }) => milliseconds)),
    hits: sum(sorted.map(({ hits }) => hits)),
  };
}

interface Candidate {
  readonly selection: Selection;
  readonly milliseconds: number;
  readonly hits: number;
}

function testsIn(covered: Covered, id: string): Candidate[] {
  const { tests, reached } = covered;
  const whileLoading = reached.static[id] ?? 0;
  const reaching = tests.filter((test) => reached.perTest[test.id]?.[id] !== undefined);
  const hits = whileLoading + sum(reaching.map((test) => reached.perTest[test.id]?.[id] ?? 0));
  // What is reached while the file loads, or before its tests, is part of each of them.
  if (whileLoading > 0) return [{ ...wholeFile(covered), hits }];
  if (reaching.length === 0) return [];
  const others = sum(tests.map(({ milliseconds }) => milliseconds));
  const own = sum(reaching.map(({ milliseconds }) => milliseconds));
  return [
    {
      selection: { file: covered.file, tests: reaching.map((test) => test.id) },
      milliseconds: Math.max(0, covered.milliseconds - others) + own,
      hits,
    },
  ];
}

function wholeFile({ file, tests, milliseconds }: Covered): Omit<Candidate, 'hits'> {
  return { selection: { file, tests: tests.map(({ id }) => id) }, milliseconds };
}

type Try = Extract<ToRunner, { do: 'try' }>;

async function attempt(
  runner: RunnerProcess,
  sandbox: Sandbox,
  mutant: Mutant,
  { selections, milliseconds, hits }: Selected,
): Promise<Verdict> {
  if (selections.length === 0) return { is: 'unreached' };
  const order: Try = { do: 'try', mutant: mutant.id, hitLimit: 1000 + 100 * hits, selections };
  // Being slow may be the machine's doing: it counts when it happens again, with twice the time.
  for (const patience of [1, 2]) {
    const answer = await runner.ask(order, patience * (minutes(2) + 10 * milliseconds));
    sandbox.sweep();
    if (answer?.did !== 'try') continue;
    if (answer.failure === null) return { is: 'survived' };
    if (answer.failure.isOutsideTests) await insistOnHealth(runner, order);
    if (!answer.failure.isTimeout) return { is: 'killed', by: answer.failure.test };
  }
  return { is: 'endless' };
}

/** A file that can't even be loaded may be the sandbox's fault: then it fails without a mutant too. */
async function insistOnHealth(runner: RunnerProcess, order: Try): Promise<void> {
  const answer = await runner.ask({ ...order, mutant: 'none' }, hours(1));
  if (answer?.did === 'try' && answer.failure === null) return;
  throw new Error(`Fails without a mutant: ${JSON.stringify(answer)}`);
}

/** Entries of mutated files that say nothing of what is there now. */
function staleOf(
  { sources, explained }: Assignment,
  mutants: readonly Mutant[],
  tried: readonly Tried[],
): Explanation[] {
  return explained.filter((entry) => {
    if (!sources.includes(entry.file)) return false;
    const killed = tried.some(
      ({ mutant, verdict }) =>
        isMeant(entry, mutant) && (isKilled(verdict) || verdict.is === 'refused'),
    );
    return killed || !mutants.some((mutant) => isMeant(entry, mutant));
  });
}

export function isKilled({ is }: Verdict): boolean {
  return is === 'killed' || is === 'endless';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function minutes(count: number): number {
  return count * 60_000;
}

function hours(count: number): number {
  return count * 3_600_000;
}
