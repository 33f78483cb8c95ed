/**
 * Runs before each test file in the sandbox: says which mutant is active, or notes which mutants each
 * test reaches. The instrumented code finds both under one global name; processes that tests start
 * find the active mutant in their environment.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, inject } from 'vitest';
import type { Reached, ToRunner } from './protocol';

declare module 'vitest' {
  interface ProvidedContext {
    mutation: ToRunner;
  }
}

declare global {
  var __stryker__:
    | undefined
    | {
        activeMutant?: string;
        currentTestId?: string | undefined;
        hitCount?: number;
        hitLimit?: number;
        mutantCoverage?: Reached;
      };
}

const mutation = inject('mutation');
const shared = (globalThis.__stryker__ ??= {});

if (mutation.do === 'try') {
  process.env['__STRYKER_ACTIVE_MUTANT__'] = mutation.mutant;
  shared.activeMutant = mutation.mutant;
  shared.hitCount = 0;
  shared.hitLimit = mutation.hitLimit;
  // One failure is enough. Vitest's own bail ends the process in a way that may take it a minute.
  let hasFailed = false;
  beforeEach((context) => {
    if (hasFailed) context.skip();
  });
  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === 'fail';
  });
} else {
  const { folder } = mutation;
  let file = '';
  beforeEach(({ task }) => {
    file = task.file.id;
    shared.currentTestId = task.id;
  });
  afterEach(() => {
    shared.currentTestId = undefined;
  });
  afterAll(() => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(shared.mutantCoverage ?? {}));
  });
}
