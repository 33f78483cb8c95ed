/**
 * Proves on real kernels that every scenario ends as it says:
 *
 *     npx tsx e2e/lab/selfcheck.ts [6.1] [6.12] [6.12-systemd] [--threads]
 *
 * Expectations come from the kernel's own documentation and sources (Documentation/livepatch,
 * ABI/testing/sysfs-kernel-livepatch, kernel/livepatch), not from what was seen here; each check says
 * why it should hold.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  guestNames,
  isScenario,
  scenarios,
  startLab,
  unavailableWhy,
  type GuestName,
  type KernelWord,
  type Lab,
  type Outcome,
  type ScenarioName,
} from './index.js';

let passed = 0;
let failed = 0;

function check(what: string, holds: boolean, why: string): void {
  if (holds) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`FAILED ${what}\n       should hold because ${why}`);
  }
}

function same(what: string, found: unknown, expected: unknown, why: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(`${what}: ${a}, expected ${b}`, a === b, why);
}

/** What one sees of a guest, read in one go by a script that shares nothing with the scenarios. */
interface Seen {
  /** Below /sys/kernel/livepatch: files with their values, folders with null. */
  readonly sysfs: ReadonlyMap<string, string | null>;
  /** patch_state of every thread that has one other than -1. */
  readonly states: ReadonlyMap<number, number>;
  /** Modules of the lab: name and `refcnt taint`. */
  readonly modules: Readonly<Record<string, string>>;
  readonly taint: number;
  readonly files: Readonly<Record<string, string>>;
  readonly log: readonly string[];
}

const reader = `
cd /sys/kernel/livepatch
find . -mindepth 1 -type d | sed 's,^./,D ,'
find . -type f ! -name force | while read -r file; do echo "F \${file#./} $(cat "$file")"; done
find . -type f -name force -printf 'f %P %m\\n'
printf '%s\\0' /proc/[0-9]*/task/[0-9]*/patch_state | xargs -0 grep -sHv '^-1' |
  sed 's,/proc/.*/task/\\(.*\\)/patch_state:,S \\1 ,'
for module in /sys/module/lp_* /sys/module/klp_*; do
  [ -e "$module" ] && echo "M \${module##*/} $(cat "$module/refcnt") $(cat "$module/taint")"
done
echo "K $(cat /proc/sys/kernel/tainted)"
for file in cmdline version uptime loadavg klp_later; do
  [ -e /proc/$file ] && echo "P $file $(head -n 1 /proc/$file)"
done
dmesg | grep -E 'livepatch: |lp_shadow: ' | sed 's/^/L /'
`;

async function look(lab: Lab): Promise<Seen> {
  const { stdout } = await lab.ssh(reader);
  const sysfs = new Map<string, string | null>();
  const states = new Map<number, number>();
  const modules: Record<string, string> = {};
  const files: Record<string, string> = {};
  const log: string[] = [];
  let taint = -1;
  for (const line of stdout.split('\n')) {
    const [, kind, rest = ''] = /^(\w) (.*)$/.exec(line) ?? [];
    const [, name = '', value = ''] = /^(\S+) ?(.*)$/.exec(rest) ?? [];
    if (kind === 'D') sysfs.set(rest, null);
    if (kind === 'F') sysfs.set(name, value);
    if (kind === 'f') sysfs.set(name, `mode ${value}`);
    if (kind === 'S') states.set(Number(name), Number(value));
    if (kind === 'M') modules[name] = value;
    if (kind === 'K') taint = Number(name);
    if (kind === 'P') files[name] = value;
    if (kind === 'L') log.push(rest);
  }
  return { sysfs, states, modules, taint, files, log };
}

/** One livepatch as sysfs shows it: `enabled,transition`, then its objects with their functions. */
type Shown = Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>>;

function shown(seen: Seen): Shown {
  const patches: Record<string, [string, Record<string, string>]> = {};
  const names = [...seen.sysfs.keys()].sort();
  for (const name of names) {
    const [patch = '', object, fn] = name.split('/');
    const entry = (patches[patch] ??= ['', {}]);
    if (object === undefined) {
      entry[0] = `${seen.sysfs.get(`${patch}/enabled`)},${seen.sysfs.get(`${patch}/transition`)}`;
    } else if (seen.sysfs.get(name) === null && fn === undefined) {
      entry[1][object] = `patched ${seen.sysfs.get(`${name}/patched`)}`;
    } else if (fn !== undefined && fn !== 'patched') {
      entry[1][object] += ` ${fn}`;
    }
  }
  return patches;
}

const one = ['1,0', { vmlinux: 'patched 1 cmdline_proc_show,1' }] as const;
const busyObjects = {
  klp_busy: 'patched 1 klp_busy_wait_d,1 klp_busy_wait_s,1',
  vmlinux: 'patched 1 version_proc_show,1',
};
const withNop = { ...busyObjects, vmlinux: 'patched 1 cmdline_proc_show,1 version_proc_show,1' };
const waits = ['klp_busy_wait_d', 'klp_busy_wait_s'];
const later = (patched: number): Shown => ({
  lp_later: [
    '1,0',
    {
      klp_later: `patched ${patched} klp_later_show,1`,
      vmlinux: 'patched 1 loadavg_proc_show,1',
    },
  ],
});

interface Expectation {
  readonly sysfs: Shown;
  /** Reference counts of modules that must be there; others of the lab's must not. */
  readonly modules: Readonly<Record<string, number>>;
  /** The functions that the kernel names for the blocked threads, in their order. */
  readonly functions?: readonly string[];
  /** First lines of files in /proc that prove whose code runs. */
  readonly files?: Readonly<Record<string, string>>;
  readonly log?: readonly RegExp[];
  readonly why: string;
}

const expected: Readonly<Partial<Record<ScenarioName, Expectation>>> = {
  none: { sysfs: {}, modules: {}, why: 'nobody loaded a livepatch' },
  one: {
    sysfs: { lp_one: one },
    modules: { lp_one: 1 },
    files: { cmdline: 'lp_one was here' },
    why: 'an enabled livepatch holds a reference of its module and redirects the function',
  },
  'two-stacked': {
    sysfs: { lp_one: one, lp_two: one },
    modules: { lp_one: 1, lp_two: 1 },
    files: { cmdline: 'lp_two was here' },
    why: 'the function of the livepatch that was enabled last is on top of the stack',
  },
  'stalled-patching': {
    sysfs: { lp_busy: ['1,1', busyObjects], lp_one: one, lp_two: one },
    modules: { klp_busy: 2, lp_busy: 1, lp_one: 1, lp_two: 1 },
    functions: waits,
    files: { version: 'lp_busy version', cmdline: 'lp_two was here' },
    why: 'a thread switches only when no function to be patched is on its stack',
  },
  signalled: {
    sysfs: { lp_busy: ['1,1', busyObjects], lp_one: one, lp_two: one },
    modules: { klp_busy: 2, lp_busy: 1, lp_one: 1, lp_two: 1 },
    functions: ['klp_busy_wait_d'],
    log: [/livepatch: signaling remaining tasks$/],
    why: 'the fake signal wakes interruptible sleepers only, and they switch on their way out',
  },
  'reversed-stalled': {
    sysfs: { lp_busy: ['0,1', busyObjects], lp_one: one, lp_two: one },
    modules: { klp_busy: 4, lp_busy: 1, lp_one: 1, lp_two: 1 },
    functions: waits,
    log: [/'lp_busy': reversing transition from patching to unpatching/],
    why: 'children inherit the state and ran the new code, which the unpatching waits for',
  },
  're-reversed': {
    sysfs: { lp_busy: ['1,1', busyObjects], lp_one: one, lp_two: one },
    modules: { klp_busy: 4, lp_busy: 1, lp_one: 1, lp_two: 1 },
    functions: waits,
    log: [/from patching to unpatching/, /from unpatching to patching/],
    why: 'writing the opposite value to enabled reverses a transition, as often as one likes',
  },
  'stalled-disabling': {
    sysfs: { lp_busy: ['0,1', busyObjects], lp_one: one, lp_two: one },
    modules: { klp_busy: 2, lp_busy: 1, lp_one: 1, lp_two: 1 },
    functions: waits,
    log: [/'lp_busy': starting unpatching transition/],
    why: 'while unpatching the kernel looks for the livepatch’s code, and names what it patched',
  },
  'stalled-atomic-replace': {
    sysfs: { lp_cumul_busy: ['1,1', withNop], lp_one: one, lp_two: one },
    modules: { klp_busy: 2, lp_cumul_busy: 1, lp_one: 1, lp_two: 1 },
    functions: waits,
    why: 'a replace carries nops for what it takes back; replaced ones stay enabled until its end',
  },
  'after-atomic-replace': {
    sysfs: { lp_cumul_busy: ['1,0', busyObjects] },
    modules: { klp_busy: 0, lp_cumul_busy: 1, lp_one: 0, lp_two: 0 },
    files: { version: 'lp_cumul_busy version' },
    why: 'when the replace is complete nops and replaced livepatches go; modules stay loaded',
  },
  'stalled-replace-over-livepatched-sleeper': {
    sysfs: { lp_busy: ['1,0', busyObjects], lp_cumul_busy: ['1,1', busyObjects] },
    modules: { klp_busy: 2, lp_busy: 1, lp_cumul_busy: 1 },
    functions: waits,
    why: 'klp_check_stack_func looks for the previous function of the stack, here lp_busy’s',
  },
  'forced-disable': {
    sysfs: {},
    modules: { klp_busy: 2, lp_cumul_busy: 1 },
    log: [/forcing remaining tasks to the patched state/, /'lp_cumul_busy': unpatching complete/],
    why: 'a thread may still be in the code of a forced livepatch: its module is never released',
  },
  'forced-replace': {
    sysfs: { lp_cumul_busy: ['1,0', busyObjects] },
    modules: { klp_busy: 2, lp_busy: 1, lp_cumul_busy: 1 },
    log: [/forcing remaining tasks to the patched state/, /'lp_cumul_busy': patching complete/],
    why: 'forcing marks every livepatch that is being replaced as forced, and keeps its module',
  },
  'object-not-loaded': {
    sysfs: later(0),
    modules: { lp_later: 1 },
    files: { loadavg: '9.99 9.99 9.99 1/1 1' },
    why: 'an object that is not loaded does not keep the rest from being patched',
  },
  'object-loaded-late': {
    sysfs: later(1),
    modules: { klp_later: 0, lp_later: 1 },
    files: { klp_later: 'lp_later was here' },
    log: [/applying patch 'lp_later' to loading module 'klp_later'/],
    why: 'a coming module is patched before its init runs',
  },
  'object-unloaded-during-transition': {
    sysfs: {
      lp_objects: [
        '1,1',
        { klp_busy: 'patched 1 klp_busy_wait_d,1', klp_later: 'patched 0 klp_later_show,1' },
      ],
    },
    modules: { klp_busy: 1, lp_objects: 1 },
    functions: ['klp_busy_wait_d'],
    log: [/reverting patch 'lp_objects' on unloading module 'klp_later'/],
    why: 'a going module is unpatched at once, whatever the transition waits for',
  },
  'object-removal-ends-stall': {
    sysfs: { lp_kthread: ['1,0', { klp_busy: 'patched 0 klp_busy_kwait,1' }] },
    modules: { lp_kthread: 1 },
    log: [/reverting patch 'lp_kthread' on unloading module 'klp_busy'/],
    why: 'the thread ended with its module, and nobody else was in the way',
  },
  'middle-of-stack-disabled': {
    sysfs: { lp_one: one, lp_three: one },
    modules: { lp_one: 1, lp_three: 1, lp_two: 0 },
    files: { cmdline: 'lp_three was here' },
    why: 'since 5.1 any livepatch of the stack may be disabled; who is on top stays on top',
  },
  shadow: {
    sysfs: { lp_shadow: ['1,0', { vmlinux: 'patched 1 uptime_proc_show,1' }] },
    modules: { lp_shadow: 1 },
    files: { uptime: '1.00 1.00 shadow-1' },
    log: Array<RegExp>(7).fill(
      /lp_shadow: attach obj=[0-9a-f]{16} id=[0-9a-f]+ data=[0-9a-f]{16}$/,
    ),
    why: 'post_patch callbacks run when the transition is complete',
  },
  kthread: {
    sysfs: { lp_kthread: ['1,1', { klp_busy: 'patched 1 klp_busy_kwait,1' }] },
    modules: { klp_busy: 0, lp_kthread: 1 },
    functions: ['klp_busy_kwait'],
    why: 'kernel threads have to leave the function by themselves',
  },
  'module-removed': {
    sysfs: {},
    modules: {},
    log: [/'lp_one': patching complete/, /'lp_one': unpatching complete/],
    why: 'a disabled livepatch’s module can be removed; the log and the taint remain',
  },
};

function byName<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => a.localeCompare(b));
}

/** What holds in any state of any kernel. */
function checkAlways(
  name: string,
  seen: Seen,
  outcome: Outcome,
  words: readonly KernelWord[],
): void {
  const inTransition = [...seen.sysfs]
    .filter(([path, value]) => path.endsWith('/transition') && value === '1')
    .map(([path]) => path.split('/')[0]);
  same(
    `${name}: in transition`,
    inTransition,
    outcome.inTransition === null ? [] : [outcome.inTransition],
    'the kernel has one klp_transition_patch at most',
  );
  const modes = [...seen.sysfs].filter(([path]) => path.endsWith('/force'));
  check(
    `${name}: force can't be read by anybody`,
    modes.every(([, mode]) => mode === 'mode 200'),
    'the ABI gives it mode 0200',
  );
  if (outcome.inTransition === null) {
    same(
      `${name}: threads with a patch_state`,
      [...seen.states.keys()],
      [],
      'outside a transition every patch_state is -1',
    );
    return;
  }
  const target = Number(seen.sysfs.get(`${outcome.inTransition}/enabled`));
  const behind = [...seen.states].filter(([, state]) => state !== target).map(([tid]) => tid);
  const blocked = [...outcome.blocked].sort((a, b) => a - b);
  same(
    `${name}: threads that have not switched`,
    behind.sort((a, b) => a - b),
    blocked,
    'a thread is behind if its patch_state differs from enabled; nobody else is in the way',
  );
  same(
    `${name}: threads that the kernel names`,
    words.map((word) => word.tid).sort((a, b) => a - b),
    blocked,
    'klp_try_complete_transition tries everybody who is left, every second',
  );
}

async function checkScenario(
  lab: Lab,
  name: ScenarioName,
  expectation: Expectation,
): Promise<void> {
  const start = Date.now();
  const outcome = await lab.scenario(name);
  const took = Date.now() - start;
  const seen = await look(lab);
  const words = await lab.kernelWords();
  checkAlways(name, seen, outcome, words);
  const { why } = expectation;
  const sorted = (value: Shown): unknown =>
    byName(value).map(([patch, [state, objects]]) => [patch, state, byName(objects)]);
  same(`${name}: sysfs`, sorted(shown(seen)), sorted(expectation.sysfs), why);
  same(
    `${name}: modules`,
    byName(seen.modules).map(([module, text]) => [module, Number(text.split(' ')[0])]),
    byName(expectation.modules),
    why,
  );
  check(
    `${name}: taint flags of modules`,
    Object.entries(seen.modules).every(
      ([module, text]) => text.split(' ')[1] === (module.startsWith('lp_') ? 'OEK' : 'OE'),
    ),
    'out of tree, unsigned, and K for a livepatch',
  );
  if (expectation.functions !== undefined) {
    same(
      `${name}: why`,
      words.map((word) => `${word.reason} ${word.functionName}`).sort(),
      expectation.functions.map((fn) => `sleeping on ${fn}`).sort(),
      why,
    );
  }
  for (const [file, text] of Object.entries(expectation.files ?? {})) {
    same(`${name}: /proc/${file}`, seen.files[file], text, why);
  }
  let from = 0;
  for (const pattern of expectation.log ?? []) {
    const at = seen.log.findIndex((line, index) => index >= from && pattern.test(line));
    check(`${name}: the log has ${String(pattern)}`, at >= 0, why);
    from = at + 1;
  }
  for (const file of ['replace', 'stack_order']) {
    const has = [...seen.sysfs.keys()].some((path) => path.endsWith(`/${file}`));
    const should = file === 'replace' && lab.kernel === '6.12' && seen.sysfs.size > 0;
    check(
      `${name}: ${file} is${should ? '' : ' not'} there`,
      has === should,
      '6.11 and 6.14 added them',
    );
  }
  console.log(`${lab.name} ${name}: ${(took / 1000).toFixed(1)} s`);
}

async function checkUsers(lab: Lab): Promise<void> {
  const run = async (user: 'root' | 'admin' | 'operator' | 'viewer', command: string) =>
    (await lab.ssh(command, { user })).code;
  const { password } = lab.users.operator;
  same('root is root', (await lab.ssh('id -u')).stdout, '0\n', 'the lab has a root login');
  same('admin: sudo -n', await run('admin', 'sudo -n true'), 0, 'sudoers says NOPASSWD');
  same('operator: sudo -n', await run('operator', 'sudo -n true'), 1, 'sudo needs the password');
  same('viewer: sudo -n', await run('viewer', 'sudo -n true'), 1, 'sudoers does not know viewer');
  const asked = await lab.ssh('sudo -S -p "" id -u', { user: 'operator', input: `${password}\n` });
  same('operator: sudo with the password', asked.stdout, '0\n', 'sudoers has operator');
  same('viewer: dmesg', await run('viewer', 'dmesg'), 1, 'Debian sets dmesg_restrict');
}

async function checkCapture(lab: Lab): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-selfcheck-'));
  try {
    const archive = join(folder, 'capture.tar.gz');
    await lab.capture(archive);
    const listed = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8' });
    check('capture: threads', /proc\/1\/task\/1\/patch_state/.test(listed), 'the layout has them');
    check(
      'capture: the log',
      /sos_commands\/kernel\/dmesg/.test(listed),
      'where a sosreport has it',
    );
    await lab.capture(join(folder, 'tree'));
    const release = readFileSync(join(folder, 'tree/proc/sys/kernel/osrelease'), 'utf8').trim();
    same('capture: release', release, lab.release, 'it is this guest’s');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkGuest(name: GuestName): Promise<void> {
  const start = Date.now();
  const lab = await startLab(name, { say: (line) => console.log(line) });
  console.log(
    `${name}, ${lab.release}: greets after ${((Date.now() - start) / 1000).toFixed(1)} s`,
  );
  try {
    for (const [name, expectation] of Object.entries(expected)) {
      check(`${name} is a scenario`, isScenario(name), 'expectations are of scenarios');
      if (isScenario(name)) {
        await checkScenario(lab, name, expectation);
      }
    }
    await checkUsers(lab);
    await checkCapture(lab);
    const taint = (await look(lab)).taint;
    check(
      `taint ${taint} has bit 15`,
      (taint & 32768) !== 0,
      'K is sticky: a livepatch was loaded',
    );
  } finally {
    await lab.stop();
  }
}

async function checkThreads(guest: GuestName): Promise<void> {
  const name = 'many-threads-20000';
  const lab = await startLab(guest, { memoryMb: scenarios[name].memoryMb });
  try {
    const start = Date.now();
    const outcome = await lab.scenario(name, { blocked: 6 });
    console.log(`${lab.name} ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
    const seen = await look(lab);
    check(
      '20,000 threads and more',
      seen.states.size > 20_000,
      'in a transition every thread counts',
    );
    checkAlways(name, seen, outcome, await lab.kernelWords());
    same('six of them block', outcome.blocked.length, 6, 'six read the devices');
  } finally {
    await lab.stop();
  }
}

const wanted = new Set(process.argv.slice(2));
const guests = guestNames.filter((name) => wanted.has(name));
for (const guest of guests.length > 0 ? guests : guestNames) {
  const why = await unavailableWhy(guest);
  if (why !== undefined) {
    console.log(`SKIPPED ${guest}: ${why}`);
    continue;
  }
  await checkGuest(guest);
  if (wanted.has('--threads')) {
    await checkThreads(guest);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
