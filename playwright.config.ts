import { defineConfig } from '@playwright/test';

/** Stories in the real Electron; `npm run test:e2e` gives them a build, a runtime and a display. */
export default defineConfig({
  testDir: 'e2e/stories',
  testMatch: '**/*.story.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
});
