import { defineConfig } from '@playwright/test';

/** Stories in the real Electron; `npm run test:e2e` gives them a build, a runtime and a display. */
export default defineConfig({
  testDir: 'e2e/stories',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  projects: [
    { name: 'app', testMatch: '**/*.story.ts', testIgnore: '**/package.story.ts' },
    // Packaging builds anew, which would pull the files from under the others' feet.
    { name: 'package', testMatch: '**/package.story.ts', dependencies: ['app'] },
  ],
});
