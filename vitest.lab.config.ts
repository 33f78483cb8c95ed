import { defineConfig } from 'vitest/config';

/** Stories on a real kernel in a virtual machine; `npm run test:lab` installs what they need. */
export default defineConfig({
  test: {
    include: ['e2e/kernel/*.lab.ts'],
    // A guest is emulated on one processor.
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
