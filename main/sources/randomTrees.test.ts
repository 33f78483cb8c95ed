/** Whatever a tree holds, it becomes a document that keeps its contract, or a problem. */
import * as fc from 'fast-check';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { problemCodes } from '../../shared/base/problem';
import { renderStatusText } from '../../shared/report/statusText';
import { statusDocumentSchema } from '../../shared/report/statusDocument';
import { temporaryFolder } from '../../testing/main/folders';
import { readTarget } from '../../testing/main/status';

const secret = 'SECRET-THAT-MUST-NOT-LEAK';

const livepatches = fc.constantFrom('lp_a', 'lp_b', 'a,1', 'Ünïcode', '\u001b[31m');
const objects = fc.constantFrom('vmlinux', 'ext4', 'force', 'x-y');
const functions = fc.constantFrom(
  'show,1',
  'show,2',
  'show',
  ',',
  'a,b,1',
  'f,99999999999999999999',
);
const numbers = fc.constantFrom('1', '2', '40', '0', '4194304', '99999999999', 'self');
const modules = fc.constantFrom('lp_a', 'lp_old', 'ext4', 'x_y');

const paths = fc.oneof(
  fc
    .tuple(livepatches, fc.constantFrom('enabled', 'transition', 'replace', 'stack_order', 'force'))
    .map(([name, file]) => `sys/kernel/livepatch/${name}/${file}`),
  fc
    .tuple(livepatches, objects, fc.oneof(functions, fc.constant('patched')))
    .map(([name, object, entry]) => `sys/kernel/livepatch/${name}/${object}/${entry}`),
  fc
    .tuple(
      numbers,
      numbers,
      fc.constantFrom('patch_state', 'comm', 'stat', 'status', 'stack', 'wchan'),
    )
    .map(([pid, tid, file]) => `proc/${pid}/task/${tid}/${file}`),
  fc
    .tuple(numbers, fc.constantFrom('cmdline', 'cgroup', 'task', 'patch_state'))
    .map(([pid, file]) => `proc/${pid}/${file}`),
  fc
    .tuple(modules, fc.constantFrom('taint', 'refcnt', 'initstate'))
    .map(([name, file]) => `sys/module/${name}/${file}`),
  fc.constantFrom(
    'proc/modules',
    'proc/uptime',
    'proc/sys/kernel/osrelease',
    'proc/sys/kernel/hostname',
    'proc/sys/kernel/tainted',
    'proc/sys/kernel/random/boot_id',
    'sys/kernel/tracing/enabled_functions',
    'sos_commands/kernel/dmesg',
  ),
);

const contents = fc.oneof(
  fc.constantFrom('0\n', '1\n', '-1\n', '2\n', '', '1', 'live\n', 'OEK\n'),
  fc.constantFrom(
    'lp_a 16384 1 - Live 0x0 (OEK)\nlp_old 16384 0 - Live 0x0 (OEK)\n',
    '[<0>] show+0x1/0x2\n[<0>] 0xffffffffc0a1b2c3\n',
    '1 (a) b) S 1 1 1 0 -1 2097152 0\n',
    "[    5.000000] livepatch: 'lp_a': starting patching transition\n",
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.uint8Array({ maxLength: 60 }),
);

/** Content of a file, the goal of a link, or null for a folder. */
type Entry = readonly [path: string, what: string | Uint8Array | { link: string } | null];

const entries: fc.Arbitrary<Entry[]> = fc.array(
  fc.tuple(
    paths,
    fc.oneof(
      { weight: 8, arbitrary: contents },
      { weight: 2, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('/OUTSIDE/secret', '/OUTSIDE', '.', '..', '../../../..', '/', 'nowhere')
          .map((goal) => ({ link: goal })),
      },
    ),
  ),
  { maxLength: 40 },
);

/** What does not fit what is there already is left out. */
function writeTree(root: string, outside: string, tree: readonly Entry[]): void {
  for (const [path, what] of tree) {
    const place = join(root, path);
    if (!isFolderPossible(root, path) || lstatSync(place, { throwIfNoEntry: false })) continue;
    mkdirSync(what === null ? place : dirname(place), { recursive: true });
    if (what === null) continue;
    if (typeof what === 'string' || what instanceof Uint8Array) writeFileSync(place, what);
    else symlinkSync(what.link.replace('/OUTSIDE', outside), place);
  }
}

/** Whether every part above a path is a real folder, or not there yet. */
function isFolderPossible(root: string, path: string): boolean {
  const parts = path.split('/');
  return parts.slice(0, -1).every((_, index) => {
    const stats = lstatSync(join(root, ...parts.slice(0, index + 1)), { throwIfNoEntry: false });
    return stats === undefined || stats.isDirectory();
  });
}

it('becomes a document or a problem, and nothing outside the tree is read', async () => {
  const folder = temporaryFolder();
  const outside = join(folder, 'outside');
  mkdirSync(join(outside, 'task/5'), { recursive: true });
  for (const name of ['secret', 'enabled', 'comm', 'task/5/comm', secret]) {
    writeFileSync(join(outside, name), secret);
  }
  const host = join(folder, 'host');
  await fc.assert(
    fc.asyncProperty(entries, async (tree) => {
      rmSync(host, { recursive: true, force: true });
      mkdirSync(host);
      writeTree(host, outside, tree);
      const result = await readTarget(`dir:${host}`);
      const isHost = ['sys', 'proc'].some((name) => existsSync(join(host, name)));
      expect(result.ok).toBe(isHost);
      const printed = result.ok
        ? renderStatusText(result.value, { width: 80, colour: false, unicode: true })
        : result.problem.message;
      const document = result.ok ? statusDocumentSchema.parse(result.value) : result.problem;
      expect(`${JSON.stringify(document)}${printed}`).not.toContain(secret);
      expect(printed).not.toMatch(/[^\P{Cc}\n]/u);
      if (!result.ok) return problemCodes.includes(result.problem.code);
      const { transition, blockers, transitionState } = result.value;
      return (
        (transitionState === 'running') === (transition !== null) &&
        blockers.length === (transition?.threads.blocking ?? 0)
      );
    }),
    { numRuns: 150 },
  );
});
