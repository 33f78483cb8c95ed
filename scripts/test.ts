/**
 * `npm test`: the checks, the unit tests, the stories in a real Electron and those on a real kernel,
 * in that order and all of them even if one fails. `npm test -- STEP [arguments of its runner]` runs one alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { keepOrRemove, keepVariable } from '../main/testing/kept';
import { ensureBuild } from './build';
import { withDisplay } from './lib/display';
import { ensureElectron } from './lib/electron-runtime';
import { readJson } from './lib/json';
import { root } from './lib/paths';
import { describe, main, runQuietly, runVisibly, say, Stop } from './lib/process';
import { searchFolders, watchProcesses } from './lib/secretSearch';
import { ensureSystemPackages } from './lib/system-packages';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

type Step = (args: string[], work: string) => Promise<Tally>;

const steps = new Map<string, Step>([
  ['check', check],
  ['unit', unit],
  ['e2e', e2e],
  ['lab', lab],
  ['secrets', secrets],
]);

/** What tests have written, until it was searched. */
const kept = join(tmpdir(), `klpscope-written-${process.pid}`);
const watched = watchProcesses();

main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined && !steps.has(name)) {
    throw new Stop(`There is no step "${name}", only ${[...steps.keys()].join(', ')}.`);
  }
  const tallies = new Map<string, Tally>();
  process.env[keepVariable] = kept;
  for (const [step, run] of steps) {
    if (name === undefined || name === step) tallies.set(step, await outcomeOf(run, args));
  }
  await rm(kept, { recursive: true, force: true });
  console.log();
  for (const [step, tally] of tallies) console.log(closingLine(step, tally));
  return [...tallies].every(isGood) ? 0 : 1;
});

/** A step that ran nothing is none, but for the lab, which a machine may not be able to run. */
function isGood([step, { passed, failed, skipped }]: [string, Tally]): boolean {
  return failed === 0 && (passed > 0 || (step === 'lab' && skipped > 0));
}

/** A step that cannot even be run counts as one failed test. */
async function outcomeOf(run: Step, args: string[]): Promise<Tally> {
  const work = await mkdtemp(join(tmpdir(), 'klpscope-test-'));
  try {
    return await run(args, work);
  } catch (error) {
    say(describe(error));
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    keepOrRemove(work);
  }
}

function closingLine(step: string, { passed, failed, skipped }: Tally): string {
  const suffix = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${step}: ${passed} passed, ${failed} failed${suffix}`;
}

const unitReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

const e2eReport = z.object({
  stats: z.object({
    expected: z.number(),
    flaky: z.number(),
    unexpected: z.number(),
    skipped: z.number(),
  }),
});

/** Runs what package.json calls `check:NAME`, each of which counts as one test. */
async function check(): Promise<Tally> {
  const shape = z.object({ scripts: z.record(z.string(), z.string()) });
  const { scripts } = await readJson(join(root, 'package.json'), shape);
  const names = Object.keys(scripts).filter((name) => name.startsWith('check:'));
  const outcomes = await Promise.all(
    names.map(async (name) => {
      const { status, output } = await runQuietly('npm', ['run', '--silent', name], { cwd: root });
      console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
      if (status !== 0) console.log(output);
      return status === 0;
    }),
  );
  const passed = outcomes.filter(Boolean).length;
  return { passed, failed: outcomes.length - passed, skipped: 0 };
}

/** Among them are stories of the command line against a real sshd, which needs its programs. */
async function unit(args: string[], work: string): Promise<Tally> {
  await ensureSystemPackages(['test']);
  return runVitest(args, work);
}

/**
 * Real kernels in virtual machines: what window and command line say of both, side by side, then the
 * model of livepatching against 6.12. Where QEMU or the packages can't be had they are skipped, and
 * say so. `lab playwright …` runs the stories alone, `lab vitest …` the model.
 */
async function lab([runner, ...args]: string[]): Promise<Tally> {
  try {
    await ensureSystemPackages(['lab']);
  } catch (error) {
    say(`The stories on a real kernel will be SKIPPED: ${describe(error)}`);
  }
  if (runner !== undefined && !labRunners.has(runner)) {
    throw new Stop(`The lab is run by ${[...labRunners.keys()].join(' and ')}, not "${runner}".`);
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, run] of labRunners) {
    if (runner !== undefined && runner !== name) continue;
    const { passed, failed, skipped } = await outcomeOf(run, args);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

const labRunners = new Map<string, Step>([
  [
    'playwright',
    (args, work) => runPlaywright(['--config', 'playwright.lab.config.ts', ...args], work),
  ],
  ['vitest', (args, work) => runVitest(['--config', 'vitest.lab.config.ts', ...args], work)],
]);

async function runVitest(args: string[], work: string): Promise<Tally> {
  const file = join(work, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = await runVisibly(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
  });
  const report = await readReport(file, unitReport);
  return confirmed(status, {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  });
}

async function e2e(args: string[], work: string): Promise<Tally> {
  await ensureSystemPackages(['test']);
  return runPlaywright(args, work);
}

/** Playwright drives the app that was built, in the real Electron. */
async function runPlaywright(args: string[], work: string): Promise<Tally> {
  await ensureSystemPackages(['run', 'display']);
  const [electron] = await Promise.all([ensureElectron(), ensureBuild()]);
  const file = join(work, 'e2e.json');
  const playwright = join(root, 'node_modules/@playwright/test/cli.js');
  // On a display of their own, the windows and the user do not get in each other's way.
  const { status } = await withDisplay(
    ({ env }) =>
      runVisibly(process.execPath, [playwright, 'test', '--reporter=list,json', ...args], {
        cwd: root,
        env: {
          ...env,
          KLPSCOPE_ELECTRON_EXECUTABLE: electron.executable,
          PLAYWRIGHT_JSON_OUTPUT_FILE: file,
        },
      }),
    { alone: true },
  );
  const { stats } = await readReport(file, e2eReport);
  return confirmed(status, {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  });
}

/**
 * Looks for the secrets of the tests in all that the steps before have written, and among the
 * arguments and variables of all processes meanwhile. Each of the two counts as one test.
 */
async function secrets(): Promise<Tally> {
  const { files, found } = await searchFolders([kept, join(root, 'test-results')]);
  if (files === 0) throw new Stop('Nothing was written yet: run all steps by npm test.');
  console.log(`${files} files searched for secrets, all processes ${watched.looks} times.`);
  for (const place of [...found, ...watched.found]) console.log(`✗ a secret in ${place}`);
  const failed = Number(found.length > 0) + Number(watched.found.size > 0);
  return { passed: 2 - failed, failed, skipped: 0 };
}

async function readReport<Report>(file: string, shape: z.ZodType<Report>): Promise<Report> {
  try {
    return await readJson(file, shape);
  } catch {
    throw new Stop('The runner has ended without a report.');
  }
}

/** A runner that fails with no failed test has crashed, or could not load a test file. */
function confirmed(status: number, tally: Tally): Tally {
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
