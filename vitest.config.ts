import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'shared/**/*.test.ts',
      'main/**/*.test.ts',
      'renderer/**/*.test.{ts,tsx}',
      'scripts/**/*.test.ts',
    ],
    // Most of the time goes by in waiting for servers, shells and limits: more at once than there are
    // processors, yet not more than a large machine has memory for.
    maxWorkers: Math.min(16, 2 * availableParallelism()),
    // A test ends as soon as it has seen what it waits for. These only end one that never will, on a
    // machine that is busy with other work too.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000, interval: 25 } },
  },
});
