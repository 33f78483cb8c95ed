/** What the runners of tests say at their end, in their reports as JSON. */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { reasonsIn } from '../../testing/main/skipping';
import { readJson } from './json';
import { root } from './paths';
import { Stop } from './process';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Skipped {
  readonly name: string;
  /** What the machine lacks, in the test's own words; null: it doesn't say. */
  readonly reason: string | null;
}

export interface Failed {
  readonly name: string;
  /** What the runner says of it, without colours; empty: nothing. */
  readonly why: string;
}

export interface Report {
  readonly passed: number;
  readonly failed: readonly Failed[];
  readonly skipped: readonly Skipped[];
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).optional(),
        }),
      ),
    }),
  ),
});

/**
 * @param file as `--reporter=json` of Vitest writes it
 * @param skips where `skipping` has written the reasons
 */
export async function readVitestReport(file: string, skips: string): Promise<Report> {
  const { testResults } = await readReport(file, vitestReport);
  const reasons = reasonsIn(skips);
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((result) => ({ ...result, file: name })),
  );
  const are = (status: string): number => tests.filter((test) => test.status === status).length;
  return {
    passed: are('passed'),
    failed: tests
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, file: path, failureMessages = [] }) => ({
        name: `${relative(root, path)}: ${fullName}`,
        why: stripVTControlCharacters(failureMessages.join('\n')),
      })),
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName, file }) => ({
        name: fullName,
        reason: reasons.get(file)?.join('; ') ?? null,
      })),
  };
}

const playwrightTest = z.object({
  status: z.enum(['skipped', 'expected', 'unexpected', 'flaky']),
  projectName: z.string(),
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
  results: z
    .array(z.object({ errors: z.array(z.object({ message: z.string().optional() })) }))
    .optional(),
});
const playwrightSpec = z.object({ title: z.string(), tests: z.array(playwrightTest) });
interface Suite {
  title: string;
  specs: z.infer<typeof playwrightSpec>[];
  suites?: Suite[] | undefined;
}
const playwrightSuite: z.ZodType<Suite> = z.object({
  title: z.string(),
  specs: z.array(playwrightSpec),
  suites: z.lazy(() => z.array(playwrightSuite)).optional(),
});
const playwrightReport = z.object({ suites: z.array(playwrightSuite) });

/** @param file as `--reporter=json` of Playwright writes it */
export async function readPlaywrightReport(file: string): Promise<Report> {
  const { suites } = await readReport(file, playwrightReport);
  const tests = suites.flatMap((suite) => testsIn(suite, ''));
  const are = (status: string): number => tests.filter((test) => test.status === status).length;
  return {
    passed: are('expected'),
    // Nothing is tried a second time: what passed then would be no pass.
    failed: tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ name, results = [] }) => ({
        name,
        why: results
          .flatMap(({ errors }) => errors.map(({ message = '' }) => message))
          .map(stripVTControlCharacters)
          .join('\n'),
      })),
    skipped: tests
      .filter(({ status }) => status === 'skipped')
      .map(({ name, annotations }) => ({
        name,
        reason: annotations.find(({ type }) => type === 'skip')?.description ?? null,
      })),
  };
}

function testsIn({ title, specs, suites = [] }: Suite, above: string) {
  const path = `${above}${title} › `;
  const own = specs.flatMap((spec) =>
    spec.tests.map((test) => ({ ...test, name: `[${test.projectName}] ${path}${spec.title}` })),
  );
  type Named = (typeof own)[number];
  const below: Named[] = suites.flatMap((suite): Named[] => testsIn(suite, path));
  return [...own, ...below];
}

async function readReport<Shape>(file: string, shape: z.ZodType<Shape>): Promise<Shape> {
  try {
    return await readJson(file, shape);
  } catch {
    throw new Stop('The runner has ended without a report.');
  }
}

/**
 * The count of a runner's tests, with a line for each that failed or was skipped. Tests may be skipped for what
 * the machine lacks, and only there: on one that lacks nothing each is a failed test.
 *
 * @param status the runner's exit status: one that failed with no failed test has crashed, or could not
 *   load a test file, which counts as one
 * @param lacks what the machine lacks of what the tests need
 * @param isPart whether a part was asked for by name: the others are not even looked at
 */
export function judged(
  { passed, failed, skipped }: Report,
  {
    status,
    lacks,
    isPart,
  }: { readonly status: number; readonly lacks: readonly string[]; readonly isPart: boolean },
): { readonly tally: Tally; readonly lines: readonly string[] } {
  const crashed = status !== 0 && failed.length === 0 ? 1 : 0;
  const hasFailed = failed.length + crashed > 0;
  // Behind one that failed, those of the same story do not run.
  const concerned = skipped.filter(({ reason }) => reason !== null || !(isPart || hasFailed));
  const refused = concerned.filter(({ reason }) => reason === null || lacks.length === 0);
  const crash = `✗ no test failed, and yet the runner ended with status ${status}`;
  const failures = [...failed.map(failureOf), ...(crashed > 0 ? [crash] : [])];
  const skips = concerned.map(({ name, reason }) => {
    if (reason === null) return `✗ skipped without a reason: ${name}`;
    const mark = lacks.length === 0 ? '✗ skipped, on a machine that lacks nothing' : '↓ skipped';
    return `${mark}: ${name} (${reason})`;
  });
  return {
    tally: {
      passed,
      failed: failed.length + crashed + refused.length,
      skipped: skipped.length - refused.length - (isPart ? skipped.length - concerned.length : 0),
    },
    lines: [...failures, ...skips],
  };
}

/** As many lines of a failure as tell what was expected; the whole stands where it happened. */
const toldLines = 12;

function failureOf({ name, why }: Failed): string {
  const lines = why.split('\n').filter((line) => line.trim() !== '');
  return [`✗ ${name}`, ...lines.slice(0, toldLines).map((line) => `    ${line}`)].join('\n');
}
