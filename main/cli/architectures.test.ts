/**
 * What would wait for a transition, on real kernels of other architectures: the counts are those of
 * the kernel itself, which then went through these transitions (samples/README.md).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { klpscope } from '../../testing/main/cli';
import { temporaryFolder } from '../../testing/main/folders';

const sample = (name: string) => join(import.meta.dirname, '../../samples', `${name}.tar.gz`);

test.each([
  ['linux-6.12-ppc64le/03-two-stacked', ['--disable', 'lp_two'], 0],
  ['linux-6.12-ppc64le/04-stalled-patching', ['--reverse', 'lp_busy'], 0],
  ['linux-6.12-ppc64le/07-reversed-stalled', ['--reverse', 'lp_busy'], 1],
  ['linux-6.12-ppc64le/01-none', ['--replace-with', 'functions'], 0],
])('%s, what-if %j: %i would block', async (name, action, count) => {
  const functions = join(temporaryFolder(), 'functions');
  writeFileSync(functions, 'vmlinux:get_page_from_freelist\n');
  const args = action.map((word) => (word === 'functions' ? functions : word));
  const { status, stdout } = await klpscope(['what-if', sample(name), ...args, '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout).wouldBlock).toHaveLength(count);
});
