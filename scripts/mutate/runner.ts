/** The process in which vitest stays loaded, so that a mutant costs a run of its tests and no more. */
import { relative } from 'node:path';
import { createVitest, type TestModule, type Vitest } from 'vitest/node';
import type { Failure, FileSeen, FromRunner, Selection, ToRunner } from './protocol';

const root = process.cwd();
const [setup = '', temporary = ''] = process.argv.slice(2);

async function start(): Promise<Vitest> {
  const vitest = await createVitest('test', {
    root,
    watch: false,
    pool: 'forks',
    isolate: true,
    maxWorkers: 1,
    reporters: [{}],
    onConsoleLog: () => false,
    env: { TMPDIR: temporary },
  });
  for (const project of vitest.projects) project.config.setupFiles.unshift(`${root}/${setup}`);
  return vitest;
}

async function carryOut(vitest: Vitest, order: ToRunner): Promise<FromRunner> {
  vitest.provide('mutation', order);
  if (order.do === 'cover') {
    const modules = await runTests(
      vitest,
      order.files.map((file) => ({ file, tests: null })),
    );
    return { did: 'cover', files: modules.testModules.map(seen) };
  }
  for (const selection of order.selections) {
    const { testModules, unhandledErrors } = await runTests(vitest, [selection]);
    const failure = failureOf(testModules) ?? strayError(unhandledErrors);
    if (failure) return { did: 'try', failure };
  }
  return { did: 'try', failure: null };
}

function runTests(vitest: Vitest, selections: readonly Selection[]) {
  const project = vitest.getRootProject();
  // Otherwise vitest hands out what earlier runs have found, too.
  vitest.state.filesMap.clear();
  vitest.state.clearErrors();
  const specifications = selections.map(({ file, tests }) =>
    project.createSpecification(`${root}/${file}`, tests === null ? {} : { testIds: [...tests] }),
  );
  return vitest.runTestSpecifications(specifications);
}

function seen(module: TestModule): FileSeen {
  const { collectDuration, duration, environmentSetupDuration, prepareDuration, setupDuration } =
    module.diagnostic();
  return {
    id: module.id,
    file: relative(root, module.moduleId),
    milliseconds:
      collectDuration + duration + environmentSetupDuration + prepareDuration + setupDuration,
    error: module.errors()[0]?.message ?? null,
    tests: [...module.children.allTests()].map((test) => ({
      id: test.id,
      name: test.fullName,
      milliseconds: test.diagnostic()?.duration ?? 0,
      passed: test.result().state === 'passed',
    })),
  };
}

function failureOf(modules: readonly TestModule[]): Failure | null {
  for (const module of modules) {
    const file = relative(root, module.moduleId);
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result();
      if (state !== 'failed') continue;
      const message = errors?.[0]?.message ?? '';
      return {
        test: `${file}: ${test.fullName}: ${message.slice(0, 200)}`,
        isTimeout: isTimeout(message),
        isOutsideTests: false,
      };
    }
    const [error] = [
      ...module.errors(),
      ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
    ];
    if (error) return outsideTests(file, error.message);
  }
  return null;
}

function strayError([error]: readonly unknown[]): Failure | null {
  if (error === undefined) return null;
  return outsideTests('meanwhile', error instanceof Error ? error.message : JSON.stringify(error));
}

function outsideTests(place: string, message: string): Failure {
  return {
    test: `${place}: ${message.slice(0, 200)}`,
    isTimeout: isTimeout(message),
    isOutsideTests: true,
  };
}

function isTimeout(message: string): boolean {
  return /^(Test|Hook) timed out in |^\[vitest-pool/.test(message);
}

const vitest = await start();
process.on('message', (order: ToRunner) => {
  carryOut(vitest, order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
