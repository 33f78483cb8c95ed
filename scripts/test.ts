/**
 * `npm test`: the checks, the unit tests, the stories in a real Electron and those on a real kernel,
 * in that order and all of them even if one fails. `npm test -- STEP [arguments of its runner]` runs one
 * alone. `npm run test:all` runs these and those that take long: the guest with systemd in full, the
 * model against 6.1, the lab's own check of all its guests, all mutations, and the benches.
 *
 * Besides what the tests say, each of these fails a step: a test that was skipped on a machine that has
 * all that tests need, a file that stays in the temporary folder, and a process or a network namespace
 * that stays behind.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { guestNames, unavailableWhy } from '../e2e/lab/index';
import { keepOrRemove, keepVariable } from '../testing/main/kept';
import { skipsVariable } from '../testing/main/skipping';
import { ensureBuild } from './build';
import { withDisplay } from './lib/display';
import { ensureElectron } from './lib/electron-runtime';
import { readJson } from './lib/json';
import { beginTraces, type Leftovers } from './lib/leftovers';
import { lacking } from './lib/machineNeeds';
import { root } from './lib/paths';
import { describe, main, runQuietly, runVisibly, say, Stop } from './lib/process';
import { searchFolders, watchProcesses } from './lib/secretSearch';
import { ensureSystemPackages, type Purpose } from './lib/system-packages';
import {
  judged,
  readPlaywrightReport,
  readVitestReport,
  type Report,
  type Tally,
} from './lib/testReports';

type Step = (args: string[], work: string) => Promise<Tally>;

/** In the order in which they run; those of `npm test`, unless they take long. */
const steps = new Map<string, Step>([
  ['check', check],
  ['unit', unit],
  ['e2e', e2e],
  ['lab', lab],
  ['systemd', systemd],
  ['model-6.1', olderModel],
  ['selfcheck', selfcheck],
  ['mutate', (args) => passes('npm', ['run', 'mutate', '--', ...args])],
  ['bench', (args) => passes('npm', ['run', 'bench', '--', ...args])],
  ['secrets', secrets],
]);
const long: ReadonlySet<string> = new Set(['systemd', 'model-6.1', 'selfcheck', 'mutate', 'bench']);

/** What tests have written, until it was searched. */
const kept = join(tmpdir(), `klpscope-written-${process.pid}`);
const watched = watchProcesses();
const traces = beginTraces();
process.on('exit', () => traces.remove());

main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined && name !== 'all' && !steps.has(name)) {
    throw new Stop(`There is no step "${name}", only all, ${[...steps.keys()].join(', ')}.`);
  }
  const outcomes = new Map<string, { readonly tally: Tally; readonly seconds: number }>();
  process.env[keepVariable] = kept;
  for (const [step, run] of steps) {
    if (name === undefined ? long.has(step) : name !== 'all' && name !== step) continue;
    const began = performance.now();
    const tally = withLeftovers(await outcomeOf(run, args), await traces.clear());
    outcomes.set(step, { tally, seconds: (performance.now() - began) / 1000 });
  }
  await rm(kept, { recursive: true, force: true });
  if (faults.length > 0) console.log(`\nWhat went wrong:\n${faults.join('\n')}`);
  console.log(`\n${timesOf(outcomes)}`);
  for (const [step, { tally }] of outcomes) console.log(closingLine(step, tally));
  return [...outcomes].every(([step, { tally }]) => isGood(step, tally)) ? 0 : 1;
});

/** What failed, to be said again at the end: a run prints thousands of lines. */
const faults: string[] = [];

function fault(line: string): void {
  console.log(line);
  faults.push(line);
}

/** What stays behind is one failed test for files, one for processes, and one for networks. */
function withLeftovers(tally: Tally, { files, processes, networks }: Leftovers): Tally {
  for (const path of files) fault(`✗ left in the temporary folder: ${path}`);
  for (const line of processes) fault(`✗ a process that stayed behind: ${line}`);
  for (const name of networks) console.log(`✗ a network namespace that stayed behind: ${name}`);
  const failed = [files, processes, networks].filter(({ length }) => length > 0).length;
  return { ...tally, failed: tally.failed + failed };
}

/** `Took 12 min 5 s: check 41 s, …`. */
function timesOf(outcomes: ReadonlyMap<string, { readonly seconds: number }>): string {
  const all = [...outcomes.values()].reduce((sum, { seconds }) => sum + seconds, 0);
  const parts = [...outcomes].map(([step, { seconds }]) => `${step} ${duration(seconds)}`);
  return `Took ${duration(all)}: ${parts.join(', ')}.`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A step that ran nothing is none, but for one in the lab, which a machine may not be able to run. */
function isGood(step: string, { passed, failed, skipped }: Tally): boolean {
  return failed === 0 && (passed > 0 || (inLab.has(step) && skipped > 0));
}

const inLab: ReadonlySet<string> = new Set(['lab', 'systemd', 'model-6.1', 'selfcheck']);

/** A step that cannot even be run counts as one failed test. */
async function outcomeOf(run: Step, args: string[]): Promise<Tally> {
  const work = await mkdtemp(join(tmpdir(), 'klpscope-test-'));
  try {
    return await run(args, work);
  } catch (error) {
    say(describe(error));
    faults.push(`✗ ${describe(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    keepOrRemove(work);
  }
}

function closingLine(step: string, { passed, failed, skipped }: Tally): string {
  const suffix = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${step}: ${passed} passed, ${failed} failed${suffix}`;
}

/** Runs what package.json calls `check:NAME`, each of which counts as one test. */
async function check(): Promise<Tally> {
  const shape = z.object({ scripts: z.record(z.string(), z.string()) });
  const { scripts } = await readJson(join(root, 'package.json'), shape);
  const names = Object.keys(scripts).filter((name) => name.startsWith('check:'));
  const outcomes = await Promise.all(
    names.map(async (name) => {
      const { status, output } = await runQuietly('npm', ['run', '--silent', name], { cwd: root });
      if (status === 0) console.log(`✓ ${name}`);
      else fault(`✗ ${name}`);
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
  return runVitest(args, work, ['test']);
}

/**
 * Real kernels in virtual machines: what window and command line say of both, side by side, then the
 * model of livepatching against 6.12. Where QEMU or the packages can't be had they are skipped, and
 * say so. `lab playwright …` runs the stories alone, `lab vitest …` the model.
 */
async function lab([runner, ...args]: string[]): Promise<Tally> {
  await prepareLab();
  if (runner !== undefined && !labRunners.has(runner)) {
    throw new Stop(`The lab is run by ${[...labRunners.keys()].join(' and ')}, not "${runner}".`);
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, run] of labRunners) {
    if (runner !== undefined && runner !== name) continue;
    const began = performance.now();
    const { passed, failed, skipped } = await outcomeOf(run, args);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    say(`lab ${name} took ${duration((performance.now() - began) / 1000)}.`);
  }
  return total;
}

/** The guest with systemd in full. */
async function systemd(args: string[], work: string): Promise<Tally> {
  await prepareLab();
  return runVitest(['--config', 'vitest.long.config.ts', ...args], work, ['lab']);
}

/** What `lab vitest` holds against 6.12, against 6.1. */
async function olderModel(args: string[], work: string): Promise<Tally> {
  await prepareLab();
  process.env['KLPSCOPE_LAB_KERNEL'] = '6.1';
  try {
    return await runVitest(
      ['--config', 'vitest.lab.config.ts', 'e2e/kernel/model.lab.ts', ...args],
      work,
      ['lab'],
    );
  } finally {
    delete process.env['KLPSCOPE_LAB_KERNEL'];
  }
}

/** Every scenario of the lab in each of its guests; skipped where not all of them can be had. */
async function selfcheck(args: string[]): Promise<Tally> {
  await prepareLab();
  if (labLacks.length > 0) return { passed: 0, failed: 0, skipped: 1 };
  return passes('npx', ['tsx', 'e2e/lab/selfcheck.ts', '--threads', ...args]);
}

/** A command that counts as one test. */
async function passes(program: string, args: string[]): Promise<Tally> {
  const { status } = await runVisibly(program, args, { cwd: root });
  return { passed: Number(status === 0), failed: Number(status !== 0), skipped: 0 };
}

/** Images are built here, and not in the time that a test has. */
async function prepareLab(): Promise<void> {
  try {
    await ensureSystemPackages(['lab']);
  } catch (error) {
    say(describe(error));
  }
  labLacks = [];
  for (const guest of guestNames) {
    const why = await unavailableWhy(guest, say);
    if (why !== undefined) labLacks.push(`a lab: ${why}`);
  }
}

/** Why there can be no lab here, as this run found out itself before the tests. */
let labLacks: string[] = [];

const labRunners = new Map<string, Step>([
  [
    'playwright',
    (args, work) => runPlaywright(['--config', 'playwright.lab.config.ts', ...args], work, ['lab']),
  ],
  [
    'vitest',
    (args, work) => runVitest(['--config', 'vitest.lab.config.ts', ...args], work, ['lab']),
  ],
]);

/** Tests run in an order of their own each time, which `--sequence.seed=N` brings about again. */
async function runVitest(
  args: string[],
  work: string,
  purposes: readonly Purpose[],
): Promise<Tally> {
  const file = join(work, 'vitest.json');
  const skips = join(work, 'skips');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const isSeeded = args.some((arg) => arg.startsWith('--sequence.seed'));
  const seed = randomInt(2 ** 31);
  const order = ['--sequence.shuffle', ...(isSeeded ? [] : [`--sequence.seed=${seed}`])];
  if (!isSeeded) say(`The order of the tests: --sequence.seed=${seed}`);
  const { status } = await runVisibly(
    process.execPath,
    [vitest, 'run', ...reporters, ...order, ...args],
    { cwd: root, env: { ...process.env, [skipsVariable]: skips } },
  );
  const isPart = args.some((arg) => /^(?:-t|--testNamePattern)/.test(arg));
  return counted(await readVitestReport(file, skips), status, purposes, isPart);
}

async function e2e(args: string[], work: string): Promise<Tally> {
  await ensureSystemPackages(['test']);
  return runPlaywright(args, work, ['test']);
}

/** Playwright drives the app that was built, in the real Electron. */
async function runPlaywright(
  args: string[],
  work: string,
  purposes: readonly Purpose[],
): Promise<Tally> {
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
  return counted(await readPlaywrightReport(file), status, purposes, false);
}

async function counted(
  report: Report,
  status: number,
  purposes: readonly Purpose[],
  isPart: boolean,
): Promise<Tally> {
  const isLab = purposes.includes('lab');
  const lacks = isLab ? labLacks : await lacking(purposes);
  const { tally, lines } = judged(report, { status, lacks, isPart });
  for (const line of lines) {
    if (line.startsWith('✗')) fault(line);
    else console.log(line);
  }
  if (lines.some((line) => line.includes('skipped')))
    console.log(`This machine lacks ${lacks.join('; ') || 'nothing'}.`);
  return tally;
}

/**
 * Looks for the secrets of the tests in all that the steps before have written, and among the
 * arguments and variables of all processes meanwhile. Each of the two counts as one test.
 */
async function secrets(): Promise<Tally> {
  const { files, found } = await searchFolders([kept, join(root, 'test-results')]);
  if (files === 0) throw new Stop('Nothing was written yet: run all steps by npm test.');
  console.log(`${files} files searched for secrets, all processes ${watched.looks} times.`);
  for (const place of [...found, ...watched.found]) fault(`✗ a secret in ${place}`);
  const failed = Number(found.length > 0) + Number(watched.found.size > 0);
  return { passed: 2 - failed, failed, skipped: 0 };
}
