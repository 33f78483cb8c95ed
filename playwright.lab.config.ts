import { defineConfig } from '@playwright/test';
import type { KernelSeries } from './e2e/lab/index';

/**
 * Stories on real kernels in virtual machines, through the real window and the real command line;
 * `npm run test:lab` gives them a build, a runtime, a display and what QEMU needs. Each file has a
 * guest of its own, and all its stories share it, in order.
 */
export default defineConfig<object, { kernel: KernelSeries }>({
  testDir: 'e2e/kernel',
  testMatch: '**/*.story.ts',
  outputDir: 'test-results/lab',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Emulated, and perhaps beside other work: each wait ends as soon as what it waits for is seen.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: 'list',
  projects: [
    { name: '6.12', use: { kernel: '6.12' } },
    { name: '6.1', use: { kernel: '6.1' } },
  ],
});
