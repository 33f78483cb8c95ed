/** A page that dies is loaded again, with everything that was open. */
import { join } from 'node:path';
import { z } from 'zod';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';

const saidSchema = z.object({ told: z.array(z.string()), shown: z.string() });

// Without Playwright, whose page would not come back.
test('after a crash the window comes back and says what happened', async ({ run }) => {
  const hook = join(import.meta.dirname, '../support/crash.cjs');
  const { status, stdout, stderr } = await run([sample('04-stalled-patching')], {
    switches: ['-r', hook],
  });
  expect(status).toBe(0);
  const { told, shown } = saidSchema.parse(JSON.parse(stdout));
  expect(told).toEqual(['The window failed and was loaded again.']);
  expect(shown).toContain('klpvm');
  expect(stderr).toContain('is started again');
});
