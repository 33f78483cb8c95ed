import { defineConfig } from 'vitest/config';

/** What takes minutes in a virtual machine; `npm run test:systemd` installs what it needs. */
export default defineConfig({
  test: { include: ['e2e/kernel/*.long.ts'], fileParallelism: false, testTimeout: 1_200_000 },
});
