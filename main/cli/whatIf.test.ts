/** `klpscope what-if`, on demo hosts at the end of their stories and on saved states. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whatIfSchema } from '../../shared/whatif/document';
import { klpscope } from '../../testing/main/cli';
import { temporaryFolder } from '../../testing/main/folders';

const sample = (name: string) =>
  join(import.meta.dirname, `../../samples/linux-6.12/${name}.tar.gz`);

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'functions');
  writeFileSync(file, text);
  return file;
}

async function answered(...args: readonly string[]) {
  const { status, stdout, stderr } = await klpscope(['what-if', '--json', ...args]);
  expect(stderr).toEqual([]);
  expect(status).toBe(0);
  return whatIfSchema.parse(JSON.parse(stdout));
}

it('checks every thread of a host, and says whose stack holds what', async () => {
  const functions = fileWith('# all kernel threads\nvmlinux:kthread\n');
  const answer = await answered(sample('03-two-stacked'), '--replace-with', functions);
  expect(answer.wouldBlock.length).toBeGreaterThan(50);
  for (const { kthread, reason, stack } of answer.wouldBlock) {
    expect(kthread).toBe(true);
    expect(stack?.[reason.frame ?? -1]?.function).toBe('kthread');
  }
  // The one that took the capture was running.
  expect(answer).toMatchObject({ unchecked: 1, running: 1 });
  const { stdout } = await klpscope([
    'what-if',
    sample('03-two-stacked'),
    '--replace-with',
    functions,
  ]);
  expect(stdout).toContain('kworker/R-rcu_gp (5) sleeps in kthread');
  expect(stdout).toContain('1 thread could not be checked: it was running.');
});

it('answers for each action on a demo host', async () => {
  const asked = await answered('demo:two-vendors', '--disable', 'acme_fix');
  expect(asked).toMatchObject({ allowed: false, refusal: { errno: 'ENOENT' }, unchecked: null });
  const reversed = await answered(sample('04-stalled-patching'), '--reverse', 'lp_busy');
  expect(reversed).toMatchObject({ leaving: ['lp_busy'], unchecked: 1 });
  const forced = await answered(sample('04-stalled-patching'), '--force', 'lp_busy');
  expect(forced).toMatchObject({ leaving: [], unchecked: 0 });
});

it('says of a demo host that it is none, also where it would refuse', async () => {
  const note = 'A demo host: no real machine.';
  const allowed = await klpscope(['what-if', 'demo:two-vendors', '--replace-with', fileWith('')]);
  const refused = await klpscope(['what-if', 'demo:two-vendors', '--disable', 'nobody']);
  const real = await klpscope(['what-if', sample('03-two-stacked'), '--disable', 'lp_two']);
  expect(allowed.stdout.split('\n')[0]).toBe(note);
  expect(refused.stdout.split('\n')[0]).toBe(note);
  expect(real.stdout).not.toContain(note);
});

it('takes the functions of a livepatch of the host, by name or in a file', async () => {
  const byName = await answered(sample('03-two-stacked'), '--replace-with', 'lp_one');
  const byFile = await answered(sample('03-two-stacked'), '--replace-with', fileWith('@lp_one\n'));
  expect(byName.action).toEqual(byFile.action);
  expect(byName.functions).toContainEqual(
    expect.objectContaining({ name: 'cmdline_proc_show', then: 'replacement' }),
  );
});

it.each([
  ['vmlinux:f\nnonsense\n', /functions, line 2: expected is OBJECT:FUNCTION/],
  ['@nobody', /functions, line 1: no livepatch nobody is on the host/],
])('says where %j is wrong', async (text, message) => {
  const { status, stdout, stderr } = await klpscope([
    'what-if',
    sample('03-two-stacked'),
    '--replace-with',
    fileWith(text),
  ]);
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
  expect(stderr.join(' ')).toMatch(message);
});

it.each([
  [5, 5, ''],
  [6, 5, ' And 1 more.'],
  [9, 5, ' And 4 more.'],
])('of %i wrong lines it tells %i, and how many are left', async (wrong, told, rest) => {
  const functions = fileWith('nonsense\n'.repeat(wrong));
  const args = ['what-if', sample('03-two-stacked'), '--replace-with', functions];
  const warning = (await klpscope(args)).stderr.join(' ');
  expect(warning.match(/functions, line \d+:/g)).toHaveLength(told);
  expect(warning.includes(' more.')).toBe(rest !== '');
  expect(warning).toContain(rest);
});

it('refuses what is neither a file nor a livepatch', async () => {
  const args = ['what-if', sample('03-two-stacked'), '--replace-with'];
  expect(await klpscope([...args, 'nobody'])).toMatchObject({ status: 64, stdout: '' });
  expect(await klpscope([...args, './lp_one'])).toMatchObject({ status: 64, stdout: '' });
  const folder = await klpscope([...args, '.']);
  expect(folder).toMatchObject({ status: 64, stdout: '' });
  expect(folder.stderr.join(' ')).toContain('EISDIR');
});
