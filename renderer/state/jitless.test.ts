import { expect, test } from 'vitest';
import './jitless';

test('zod, loaded afterwards, makes no functions of text', async () => {
  const { config, z } = await import('zod');
  expect(config().jitless).toBe(true);
  expect(z.object({ a: z.number() }).safeParse({ a: 1 }).success).toBe(true);
});
