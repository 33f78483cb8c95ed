import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { skipping, skipsVariable } from '../../testing/main/skipping';
import { root } from './paths';
import { judged, readPlaywrightReport, readVitestReport } from './testReports';

function fileOf(report: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  return file;
}

const whole = { status: 0, lacks: [], isPart: false };
const failing = (name: string, why = '') => ({ name, why });
const skipped = { name: 'over SSH logs in', reason: 'no sshd' };

test('Vitest’s report is counted, with the reasons that were given for what was skipped', async () => {
  const report = fileOf({
    testResults: [
      {
        name: join(root, 'main/a.test.ts'),
        assertionResults: [
          { status: 'passed', fullName: 'a' },
          { status: 'failed', fullName: 'b', failureMessages: ['\u001b[31mexpected 1\u001b[39m'] },
          { status: 'skipped', fullName: 'over SSH logs in' },
        ],
      },
      { name: '/b.test.ts', assertionResults: [{ status: 'todo', fullName: 'c' }] },
    ],
  });
  const skips = `${report}.skips`;
  vi.stubEnv(skipsVariable, skips);
  expect(skipping('/b.test.ts', undefined)).toBe(false);
  expect(skipping(join(root, 'main/a.test.ts'), 'no\n sshd')).toBe(true);
  vi.unstubAllEnvs();
  expect(await readVitestReport(report, skips)).toEqual({
    passed: 1,
    failed: [{ name: 'main/a.test.ts: b', why: 'expected 1' }],
    skipped: [
      { name: 'over SSH logs in', reason: 'no sshd' },
      { name: 'c', reason: null },
    ],
  });
});

test('Playwright’s report is counted, and what passed at a second try has not passed', async () => {
  const spec = (
    title: string,
    status: string,
    { annotations = [], errors = [] }: { annotations?: object[]; errors?: object[] } = {},
  ) => ({
    title,
    tests: [{ status, projectName: 'app', annotations, results: [{ errors }] }],
  });
  const suites = [
    {
      title: 'ssh.story.ts',
      specs: [
        spec('a', 'expected'),
        spec('b', 'flaky', { errors: [{ message: '\u001b[31mtoo late\u001b[39m' }] }),
      ],
      suites: [
        {
          title: 'with sudo',
          specs: [
            spec('c', 'skipped', { annotations: [{ type: 'skip', description: 'no sshd' }] }),
          ],
        },
      ],
    },
  ];
  expect(await readPlaywrightReport(fileOf({ suites }))).toEqual({
    passed: 1,
    failed: [{ name: '[app] ssh.story.ts › b', why: 'too late' }],
    skipped: [{ name: '[app] ssh.story.ts › with sudo › c', reason: 'no sshd' }],
  });
});

test('what is skipped where nothing is lacking has failed', () => {
  const report = { passed: 5, failed: [], skipped: [skipped] };
  expect(judged(report, whole)).toEqual({
    tally: { passed: 5, failed: 1, skipped: 0 },
    lines: [`✗ skipped, on a machine that lacks nothing: ${skipped.name} (no sshd)`],
  });
  expect(judged(report, { ...whole, lacks: ['sshd'] })).toEqual({
    tally: { passed: 5, failed: 0, skipped: 1 },
    lines: [`↓ skipped: ${skipped.name} (no sshd)`],
  });
});

test('what is skipped without a reason has failed, unless another failure or a wish explains it', () => {
  const mute = { name: 'a', reason: null };
  const report = { passed: 5, failed: [], skipped: [mute] };
  const lines = ['✗ skipped without a reason: a'];
  const failed = { tally: { passed: 5, failed: 1, skipped: 0 }, lines };
  expect(judged(report, whole)).toEqual(failed);
  expect(judged(report, { ...whole, lacks: ['sshd'] })).toEqual(failed);
  expect(judged(report, { ...whole, isPart: true }).tally).toEqual({
    passed: 5,
    failed: 0,
    skipped: 0,
  });
  expect(judged({ ...report, failed: [failing('b'), failing('c')] }, whole).tally).toEqual({
    passed: 5,
    failed: 2,
    skipped: 1,
  });
});

test('what failed is named, with the beginning of why', () => {
  const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n\n');
  const failed = [failing('a'), failing('b', 'expected 1\n\nreceived 2'), failing('c', long)];
  const { lines } = judged({ passed: 5, failed, skipped: [] }, { ...whole, status: 1 });
  expect(lines.slice(0, 2)).toEqual(['✗ a', '✗ b\n    expected 1\n    received 2']);
  expect(lines[2]?.split('\n')).toHaveLength(13);
});

test('a runner that ends badly without a failed test counts as one', () => {
  expect(judged({ passed: 5, failed: [], skipped: [] }, { ...whole, status: 7 }).lines).toEqual([
    '✗ no test failed, and yet the runner ended with status 7',
  ]);
  expect(judged({ passed: 5, failed: [], skipped: [] }, { ...whole, status: 1 }).tally.failed).toBe(
    1,
  );
  expect(
    judged(
      { passed: 5, failed: [failing('a'), failing('b')], skipped: [] },
      { ...whole, status: 1 },
    ).tally.failed,
  ).toBe(2);
});

test('a report that is none stops the run', async () => {
  await expect(readVitestReport(fileOf({ testResults: 3 }), '/nowhere')).rejects.toThrow(
    'without a report',
  );
});
