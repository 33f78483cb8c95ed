/**
 * No sentence outlives what it stands on: each is heard of a host, and then no more, or in its cautious
 * form, once one of its premises is taken away.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { damaged, damagedTree, type Damage, type Host } from '../../testing/shared/damagedTree';
import { takenAway } from '../../testing/shared/takenAway';
import { dmesg, livepatch, modules, thread, type Files } from '../../testing/shared/memoryTree';
import {
  noFunctionText,
  noLivepatch,
  noTransition,
  nothingToDoText,
  orderText,
  originalText,
  taintText,
} from '../report/emptyViews';
import { consumersInWords } from '../report/consumers';
import { forceText, knownToBlock } from '../report/forcing';
import { headlineOf } from '../report/headline';
import { progressText } from '../report/progressText';
import { functionRole, patchRole } from '../report/roles';
import { runnersOf, runsText } from '../report/runners';
import type { StatusDocument } from '../report/statusDocument';
import { nonRemedies } from '../report/nonRemedies';
import { watchTransition, withStall } from '../history/transitionWatch';
import type { Readings, Tree } from '../readings/readings';
import { searchTree } from '../readings/stackSearch';
import { statusOf } from '../report/status';
import { renderStatusText } from '../report/statusText';
import { transitionNotes } from '../report/transitionNotes';
import { soughtFor } from '../whatif/blocking';
import type { WhatIfAction } from '../whatif/document';
import { refusalOf } from '../whatif/refusal';
import { changedText, doneText, renderWhatIf } from '../whatif/text';
import { whatIf } from '../whatif/whatIf';
import { fallbackText, whatThen } from '../whatif/whatThen';
import { premises, type Premise } from './sentence';

interface Written {
  readonly needs: readonly Premise[];
  says(facts: unknown): string;
}

async function writtenDown(): Promise<Map<string, Written>> {
  const found = new Map<string, Written>();
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  for (const file of files) {
    const module: Record<string, unknown> = await import(join(import.meta.dirname, file));
    for (const words of Object.values(module)) {
      if (typeof words !== 'object' || words === null) continue;
      for (const [name, one] of Object.entries(words)) {
        if (isSentence(one)) found.set(`${file.slice(0, -3)}.${name}`, one);
      }
    }
  }
  return found;
}

function isSentence(one: unknown): one is Written {
  return typeof one === 'object' && one !== null && 'needs' in one && 'says' in one;
}

const start = (patch: string, direction = 'patching', at = 100) =>
  `[  ${at}.000000] livepatch: '${patch}': starting ${direction} transition`;
const complete = (patch: string, direction = 'patching') =>
  `[  103.000000] livepatch: '${patch}': ${direction} complete`;
const booted = '[    0.000000] Linux version 6.12.0 (x) #1 SMP';

/** Who sits on functions of these hosts: a livepatch on f, tracers on others. */
const listed = [
  'f (1)   I     M ',
  ...['g', 'h', 'f [ext4]', 'f [nfs]'].map((one) => `${one} (1)   `),
]
  .map((line) => `${line}\n`)
  .join('');

const machine: Files = {
  '/proc/sys/kernel/osrelease': '6.12.0\n',
  '/proc/sys/kernel/hostname': 'db1\n',
  '/proc/sys/kernel/tainted': '0\n',
  '/proc/uptime': '200.00 100.00\n',
  '/sys/kernel/livepatch/': '',
  '/sys/kernel/mm/x': '',
  ...modules('ext4 1 0 - Live 0x0'),
  ...dmesg(booted),
};
const applied: Files = {
  ...machine,
  '/proc/sys/kernel/tainted': '32768\n',
  ...livepatch('lp', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '1' }),
  ...modules('lp 1 1 - Live 0x0 (OEK)', 'ext4 1 0 - Live 0x0'),
  ...dmesg(booted, start('lp'), complete('lp')),
  '/sys/kernel/tracing/enabled_functions': listed,
};
const two: Files = {
  ...applied,
  ...livepatch('lp', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '1' }),
  ...livepatch('lp2', { vmlinux: ['g,1'] }, { replace: '0', stack_order: '2' }),
  ...modules('lp2 1 1 - Live 0x0 (OEK)', 'lp 1 1 - Live 0x0 (OEK)'),
  ...dmesg(booted, start('lp'), complete('lp'), start('lp2'), complete('lp2')),
};
const moving: Files = {
  ...applied,
  ...livepatch('lp', { vmlinux: ['f,1'] }, { transition: '1', replace: '0', stack_order: '1' }),
  ...dmesg(booted, start('lp')),
  ...thread(1, { state: '1' }),
  ...thread(2, { state: '1', kthread: true }),
  ...thread(389, { stack: ['f+0x1/0x2', 'do_syscall_64+0x1/0x2'] }),
};

/** Hosts on which sentences are to be heard; between them they say all. */
const hosts: Readonly<Record<string, Host>> = {
  nothing: { files: machine },
  'nothing, live': { files: machine, options: { source: 'local', privileged: true } },
  applied: { files: applied },
  two: { files: two },
  disabled: {
    files: {
      ...applied,
      ...livepatch('lp', { vmlinux: ['f,1'] }, { enabled: '0' }),
      '/sys/kernel/livepatch/lp/signal': '0\n',
    },
  },
  moving: { files: moving },
  young: { files: { ...moving, '/proc/uptime': '101.00 1.00\n' } },
  'moving, all done': { files: { ...moving, ...thread(389, { state: '1' }) } },
  removing: {
    files: {
      ...moving,
      ...livepatch('lp', { vmlinux: ['f,1'] }, { transition: '1', enabled: '0' }),
      ...dmesg(booted, start('lp', 'unpatching', 190)),
      ...thread(1, { state: '0' }),
      ...thread(2, { state: '0', kthread: true }),
      ...thread(389, { state: '1', stack: ['f+0x1/0x2 [lp]', 'do_syscall_64+0x1/0x2'] }),
    },
  },
  replacing: {
    files: {
      ...two,
      ...moving,
      ...livepatch(
        'lp2',
        { vmlinux: ['f,1'] },
        { transition: '1', replace: '1', stack_order: '2' },
      ),
      ...livepatch('lp', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '1' }),
      ...modules('lp2 1 1 - Live 0x0 (OEK)', 'lp 1 1 - Live 0x0 (OEK)'),
      ...dmesg(booted, start('lp'), complete('lp'), start('lp2', 'patching', 195)),
    },
  },
  'disabled, order of two': {
    files: {
      ...two,
      ...livepatch('lp2', { vmlinux: ['f,1'] }, { enabled: '0', stack_order: '2' }),
    },
  },
  'patches no object': {
    files: {
      ...without(/\/lp\/vmlinux|\/enabled_functions$/, applied),
    },
  },
  undecided: { files: { ...moving, ...thread(390, { state: '-1' }) } },
  denied: {
    files: moving,
    options: { source: 'local', privileged: false },
    damage: { denied: /patch_state$/ },
  },
  torn: { files: moving, damage: { torn: true } },
  'young, all done': {
    files: { ...moving, '/proc/uptime': '101.00 1.00\n', ...thread(389, { state: '1' }) },
  },
  'young, none blocks': {
    files: { ...moving, '/proc/uptime': '101.00 1.00\n', ...thread(389, { state: '-1' }) },
  },
  'left over': {
    files: { ...applied, ...modules('lp 1 1 - Live 0x0 (OEK)', 'old 1 0 - Live 0x0 (OEK)') },
  },
  'no livepatching': {
    files: Object.fromEntries(
      Object.entries(machine).filter(([path]) => !path.includes('livepatch')),
    ),
    options: { source: 'local', privileged: true },
  },
  ksplice: { files: { ...machine, ...modules('ksplice_x 1 1 - Live 0x0 (OE)') } },
  'engine waits': {
    files: { ...machine, '/sys/kernel/kgraft/in_progress': '1\n' },
  },
  kgraft: { files: { ...machine, '/sys/kernel/kgraft/in_progress': '0\n' } },
};

let sentences: Map<string, Written>;
const said = new Set<string>();
const heard = new Map<string, ReadonlySet<string>>();
/** Findings of which nothing, or half a message, is left. */
const holes: string[] = [];

beforeAll(async () => {
  sentences = await writtenDown();
  for (const [name, one] of sentences) {
    const says = one.says.bind(one);
    vi.spyOn(one, 'says').mockImplementation((facts) => {
      said.add(name);
      return says(facts);
    });
  }
});
afterAll(() => vi.restoreAllMocks());

const stack = (...lines: readonly string[]) => [...lines, 'do_syscall_64+0x1/0x2'];
const withThread = (options: Parameters<typeof thread>[1]): Host => ({
  files: { ...moving, ...thread(389, options) },
});
const withLog = (...lines: readonly string[]): Host => ({
  files: {
    ...applied,
    ...dmesg(
      booted,
      start('lp'),
      complete('lp'),
      ...lines.map((line) => `[  150.000000] livepatch: ${line}`),
    ),
  },
});
const tried = (what: string) => `[  150.000000] livepatch: klp_try_switch_task: ${what}`;
const withTry = (what: string, more: Files = {}): Host => ({
  files: { ...moving, ...dmesg(booted, start('lp'), tried(what)), ...more },
});
const noConsistency =
  "[  100.000000] livepatch: This architecture doesn't have support for the livepatch consistency model.";

const withList = (functions: string, kprobes?: string): Host => ({
  files: {
    ...applied,
    '/sys/kernel/tracing/enabled_functions': functions,
    ...(kprobes === undefined ? {} : { '/sys/kernel/debug/kprobes/list': kprobes }),
  },
});

/** Those files whose paths are not these. */
function without(paths: RegExp, files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.test(path)));
}

const more: Readonly<Record<string, Host>> = {
  runs: withThread({ letter: 'R' }),
  'kernel thread runs': withThread({ letter: 'R', kthread: true }),
  'in uninterruptible sleep': withThread({ letter: 'D', stack: stack('g+0x1/0x2') }),
  stopped: withThread({ letter: 'T', stack: stack('g+0x1/0x2') }),
  waits: withThread({ stack: stack('g+0x1/0x2') }),
  'kernel thread': withThread({ kthread: true, stack: ['g+0x1/0x2', 'kthread+0x1/0x2'] }),
  'by wchan': {
    files: without(/389\/stack$/, { ...moving, ...thread(389, { stack: null, wchan: 'f' }) }),
  },
  traced: withThread({ stack: stack('g+0x1/0x2', 'bpf_prog_1+0x1/0x2') }),
  'ends early': withThread({ stack: ['g+0x1/0x2'] }),
  'bare address': withThread({
    stack: ['g+0x1/0x2', '0xffffffff81000000', 'do_syscall_64+0x1/0x2'],
  }),
  'log: sleeping': withTry('cat:389 is sleeping on function f'),
  'log: running': withTry('cat:389 is running'),
  'log: unreliable': withTry('cat:389 has an unreliable stack'),
  'log: idle': withTry('swapper/3:0 is running'),
  'no reliable stacks': {
    files: {
      ...moving,
      ...dmesg(booted, noConsistency, start('lp')),
      ...thread(389, { stack: stack('g+0x1/0x2') }),
    },
  },
  signalled: {
    files: {
      ...moving,
      ...dmesg(booted, start('lp'), '[  116.000000] livepatch: signaling remaining tasks'),
    },
  },
  'strict stack': {
    files: {
      ...without(/replace$|stack_order$|patched$/, {
        ...applied,
        ...livepatch('lp2', { vmlinux: ['g,1'] }),
        ...modules('lp2 1 1 - Live 0x0 (OEK)', 'lp 1 1 - Live 0x0 (OEK)'),
      }),
      '/sys/kernel/livepatch/lp/signal': '0\n',
      '/sys/kernel/livepatch/lp/force': '0\n',
    },
  },
  'strict stack, disabled on top': {
    files: {
      ...without(/replace$|stack_order$|patched$/, {
        ...applied,
        ...livepatch('lp2', { vmlinux: ['g,1'] }, { enabled: '0' }),
        ...modules('lp2 1 1 - Live 0x0 (OEK)', 'lp 1 1 - Live 0x0 (OEK)'),
      }),
      '/sys/kernel/livepatch/lp/signal': '0\n',
      '/sys/kernel/livepatch/lp/force': '0\n',
    },
  },
  'sleeps in it': {
    files: {
      ...applied,
      ...thread(1, { state: '-1' }),
      ...thread(389, { state: '-1', stack: stack('klpp_f+0x1/0x2 [lp]') }),
    },
  },
  'no way to force': {
    files: without(/replace$|stack_order$|patched$/, moving),
    options: { source: 'local', live: true },
  },
  sets: {
    files: {
      ...two,
      '/sys/kernel/livepatch/lp/replace_set': '1\n',
      '/sys/kernel/livepatch/lp2/replace_set': '2\n',
    },
  },
  'signals on request': {
    files: {
      '/sys/kernel/livepatch/lp/force': '0\n',
      ...Object.fromEntries(
        Object.entries(moving).filter(([path]) => !/replace$|stack_order$|patched$/.test(path)),
      ),
      '/sys/kernel/livepatch/lp/signal': '0\n',
    },
  },
  container: {
    files: Object.fromEntries(
      Object.entries(moving).filter(([path]) => !path.startsWith('/proc/2/')),
    ),
  },
  'replacing, by nops': {
    files: {
      ...moving,
      ...two,
      ...livepatch('lp', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '1' }),
      ...livepatch('lp2', { vmlinux: ['f,1', 'g,1'] }, { transition: '1', replace: '1' }),
      '/sys/kernel/livepatch/lp2/stack_order': '2\n',
    },
  },
  'replacing, order unknown': {
    files: {
      ...moving,
      ...livepatch('lp', { vmlinux: ['f,1'] }, { replace: '0' }),
      ...livepatch('lp2', { vmlinux: ['g,1'] }, { transition: '1', replace: '1' }),
      '/sys/kernel/livepatch/lp/stack_order': '1\n',
      '/sys/kernel/livepatch/lp2/stack_order': '1\n',
      ...modules('lp2 1 1 - Live 0x0 (OEK)'),
    },
  },
  'replacing none': {
    files: {
      ...moving,
      ...livepatch('lp', { vmlinux: ['f,1'] }, { transition: '1', replace: '1' }),
    },
  },
  'not patched': {
    files: {
      ...applied,
      ...livepatch('lp', { ext4: ['f,1'], vmlinux: ['g,1'] }, { replace: '0' }),
      '/sys/kernel/livepatch/lp/ext4/patched': '0\n',
    },
  },
  'patches nothing': {
    files: {
      ...applied,
      '/sys/kernel/livepatch/lp/vmlinux/patched': '0\n',
    },
  },
  'waits for a module': {
    files: {
      ...without(/\/lp\/vmlinux/, applied),
      ...livepatch('lp', { nfs: ['f,1'] }, { replace: '0' }),
      '/sys/kernel/livepatch/lp/nfs/patched': '0\n',
    },
  },
  'module unused': {
    files: {
      ...moving,
      ...livepatch('lp', { ext4: ['f,1'] }, { transition: '1', replace: '0' }),
      '/sys/kernel/livepatch/lp/vmlinux/': '',
      ...thread(389, { stack: stack('f+0x1/0x2 [ext4]') }),
    },
  },
  overlapping: {
    files: {
      ...two,
      ...livepatch('lp2', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '2' }),
    },
  },
  'older build': {
    files: {
      ...applied,
      ...livepatch('lp', { vmlinux: ['f,1', 'h,1'] }, { replace: '0', stack_order: '1' }),
      ...livepatch('lp2', { vmlinux: ['f,1'] }, { replace: '0', stack_order: '2' }),
    },
  },
  pinned: {
    files: { ...applied, ...modules('lp 1 1 - Live 0x0 (OEK)', 'old 1 1 - Live 0x0 (OEK)') },
  },
  'redirected by somebody': {
    files: {
      ...applied,
      '/sys/kernel/tracing/enabled_functions': `${listed}q (1) R I\n`,
    },
  },
  'redirected by another name': {
    files: {
      ...applied,
      // Moving it is not known where, so that nothing is said of what runs in p.
      ...livepatch('lp', { vmlinux: ['f,1', 'p,1'] }, { enabled: '?', transition: '1' }),
      '/sys/kernel/tracing/enabled_functions': `${listed}q (1) R I\n`,
    },
  },
  'redirected by a livepatch': {
    files: {
      ...applied,
      '/sys/kernel/tracing/enabled_functions':
        listed +
        'q (1) R I     M \ttramp: 0xffffffffc0000000 (klp_ftrace_handler+0x0/0x1) ->klp_ftrace_handler+0x0/0x1\n',
    },
  },
  'redirected by a kprobe': {
    files: {
      ...applied,
      '/sys/kernel/tracing/enabled_functions':
        listed +
        'q (1) R I     \ttramp: 0xffffffffc0000000 (kprobe_ftrace_handler+0x0/0x1) ->kprobe_ftrace_handler+0x0/0x1\n',
    },
  },
  'alone on it': withList('f (1)   I     M \ttramp: 0x0 (klp_ftrace_handler+0x0/0x1)\n'),
  'traced as well': withList('f (2)   I     M  ->arch_ftrace_ops_list_func+0x0/0x1\n'),
  'somebody as well': withList('f (2) R I     M  ->arch_ftrace_ops_list_func+0x0/0x1\n'),
  'a kprobe as well': withList('f (2) R I     M \n', 'ffffffff81  k  f+0x4    [FTRACE]\n'),
  'BPF as well': withList('f (2) R I D   M \n\tdirect-->bpf_trampoline_1+0x0/0x1\n'),
  'not reached': {
    ...withList('f (1)             \ng (1)   I     M \n'),
    damage: { listedTwice: true, soleNames: ['vmlinux:f'] },
  },
  tainted: { files: { ...machine, '/proc/sys/kernel/tainted': '32768\n' } },
  alarm: {
    files: {
      ...moving,
      ...dmesg(
        booted,
        start('lp'),
        '[  101.000000] INFO: task cat:389 blocked for more than 120 seconds.',
      ),
    },
  },
  'alarm in its code': {
    files: {
      ...applied,
      ...dmesg(
        booted,
        start('lp'),
        complete('lp'),
        '[  150.000000] WARNING: CPU: 1 PID: 77 at net/x.c:1 f+0x1/0x2',
        '[  150.000001]  klpp_f+0x1/0x2 [lp]',
      ),
    },
  },
  'log: enable failed': withLog("failed to enable patch 'lp9'"),
  'log: module refused': withLog(
    "failed to initialize patch 'lp' for module 'nfs' (-22)",
    "patch 'lp' failed for module 'nfs', refusing to load module 'nfs'",
  ),
  'log: could not patch': withLog("failed to apply patch 'lp' to module 'nfs' (-16)"),
  'log: not marked': withLog("module 'lp9' is not marked as a livepatch module"),
  'log: symbol missing': withLog("symbol 'h' not found in symbol table"),
  'log: symbol ambiguous': withLog("unresolvable ambiguity for symbol 'h' in object 'vmlinux'"),
  'log: position missing': withLog(
    "symbol position 3 for symbol 'h' in object 'vmlinux' not found",
  ),
  'log: callback': withLog("pre-patch callback failed for object 'nfs'"),
  'log: cause': withLog("failed to find location for function 'h'", "failed to enable patch 'lp9'"),
  'log: cause alone': withLog("failed to find location for function 'h'"),
  'log: object': withLog("failed to patch object 'nfs'"),
  'log: incompatible': withLog(
    'Livepatch patch (lp9) is not compatible with the already installed livepatches.',
  ),
  'log: ftrace': withLog("failed to register ftrace handler for function 'f' (-16)"),
  'log: shadow twice': {
    files: {
      ...applied,
      ...dmesg(
        booted,
        start('lp'),
        '[  150.000000] Duplicate shadow variable <0000000012345678, 1>',
      ),
    },
  },
  'log: shadow failed': withLog('Failed to construct shadow variable <0000000012345678, 1> (-12)'),
  'log: forced': withLog('forcing remaining tasks to the patched state'),
};

const all: Readonly<Record<string, Host>> = { ...hosts, ...more };

/** All that is said anywhere of a host. */
function listen(host: string, damage: Damage = {}, key = ''): ReadonlySet<string> {
  const known = heard.get(`${host} ${key}`);
  if (known) return known;
  said.clear();
  const read = all[host];
  if (!read) throw new Error(host);
  const status = statusOf(damaged(read, damage));
  for (const { code, message } of status.findings) {
    if (/^\s|^$|\s\s|\s$/.test(message)) holes.push(`${code}: “${message}”: ${host} − ${key}`);
  }
  tellAll(status, damagedTree(read, damage));
  const words = new Set(said);
  heard.set(`${host} ${key}`, words);
  return words;
}

/** What the window and a terminal say of a reading. */
function tellAll(status: StatusDocument, tree: Tree): void {
  headlineOf(status);
  renderStatusText(status, { width: 100, colour: false, unicode: true });
  if (status.transitionState === 'none') noTransition(status);
  originalText(status);
  if (status.patches.length === 0) nothingToDoText(status);
  if (status.patches.length === 0) noLivepatch(status);
  else orderText(status);
  if (status.functions.length === 0) noFunctionText(status);
  taintText(status);
  if (status.transition) {
    transitionNotes(status, status.transition);
    progressText(status, status.transition);
    forceText(knownToBlock(status));
  }
  for (const entry of status.functions) {
    consumersInWords(entry, status);
    runnersOf(entry, status);
    runsText(entry, status);
    whatThen(entry, status);
    fallbackText(entry, status);
  }
  for (const patch of status.patches) {
    patchRole(patch, status);
    for (const object of patch.objects) {
      for (const one of object.functions) functionRole(status, patch, object, one);
    }
  }
  for (const action of actionsOn(status)) tellWhatIf(status, tree, action);
  for (const blocker of status.blockers) nonRemedies(blocker);
  withStall(status, watchTransition(null, status, 0), 40_000);
}

/** Each action on each livepatch, and two of one that is not there. */
function actionsOn({ patches, functions }: StatusDocument): WhatIfAction[] {
  const wanted = functions.slice(0, 3).map((one) => ({ ...one, sympos: one.sympos ?? 0 }));
  const replacing = [
    ...wanted.map(({ object, name, sympos }) => [{ object, name, sympos }]),
    [{ object: 'vmlinux', name: 'q', sympos: 1 }],
    wanted.map(({ object, name, sympos }) => ({ object, name, sympos })),
  ];
  return [
    ...['another', ...patches.slice(0, 2).map(({ name }) => name)].flatMap((patch) =>
      (['disable', 'reverse', 'force'] as const).map((what) => ({ do: what, patch })),
    ),
    ...replacing.map((one) => ({ do: 'replace', functions: one }) as const),
  ];
}

/** What the window and a terminal say of an action. */
function tellWhatIf(status: StatusDocument, tree: Tree, action: WhatIfAction): void {
  const sought = refusalOf(status, action) ? null : soughtFor(status, action);
  const answer = whatIf(status, action, sought && searchTree(tree, sought));
  renderWhatIf(status, answer, 100);
  if (answer.refusal) return;
  doneText(status, answer);
  changedText(status, answer.functions);
}

/** The files of an archive, as a host. */
async function unpacked(archive: string): Promise<Files> {
  const files: Record<string, string> = {};
  const unpack = extract();
  unpack.end(gunzipSync(readFileSync(archive)));
  for await (const entry of unpack) {
    const { name, type } = entry.header;
    const parts: Buffer[] = [];
    for await (const part of entry) if (Buffer.isBuffer(part)) parts.push(part);
    const path = `/${name.replace(/^\.?\//, '')}`;
    if (type === 'file') files[path] = Buffer.concat(parts).toString();
    else if (type === 'directory' && path !== '/') files[`${path.replace(/\/$/, '')}/`] = '';
  }
  const roots = new Set(Object.keys(files).map((path) => path.split('/')[1]));
  if (roots.size > 1 || roots.has('sys')) return files;
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace(/^\/[^/]+/, ''), text]),
  );
}

/** Of every architecture. */
const savedTrees = ['samples', 'testing/reports'].flatMap((folder) => {
  const below = join(import.meta.dirname, '../..', folder);
  return readdirSync(below, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tar.gz'))
    .map((name) => join(below, name));
});

const ofLog = new Set<Premise>(['log', 'stalled', 'clock', 'cause', 'tracer', 'lasting']);
/** In a saved tree the log is neither in /proc nor in /sys, wherever else it is. */
const besideKernelsFiles = /^\/(?!proc\/|sys\/)/;

/** The ways that take something from any tree, whose files may be elsewhere than in those above. */
function takenFromTree(premise: Premise): readonly Damage[] {
  const ways = takenAway[premise];
  const [first = {}] = ways;
  if (!ofLog.has(premise)) return ways;
  const gone = { ...first, absent: union(first.absent, besideKernelsFiles) };
  return premise === 'log' || premise === 'stalled' ? [gone, ...ofOtherBoots] : [gone];
}

/** Its log is another boot's, or another boot's follows in it. */
const ofOtherBoots: readonly Damage[] = [
  { changed: (path, text) => (isLog(path, text) ? otherBoot('[    0.000000] ') : text) },
  {
    changed: (path, text) => (isLog(path, text) ? `${text}${otherBoot(lastPrefix(text))}` : text),
  },
];

function otherBoot(prefix: string): string {
  return `${prefix}Linux version 3.2.1-other (x) #1 SMP\n${prefix}x: up\n`;
}

const prefixes = /^(?:\[ *\d+\.\d+\] |.* kernel: )/gm;

function isLog(path: string, text: string): boolean {
  return besideKernelsFiles.test(path) && text.search(prefixes) >= 0;
}

function lastPrefix(text: string): string {
  return text.match(prefixes)?.at(-1) ?? '';
}

function union(one: RegExp | undefined, other: RegExp): RegExp {
  return one === undefined ? other : new RegExp(`${one.source}|${other.source}`);
}

const keys = new Map<Damage, string>();

/** Several premises go by the same damage: it is done once. */
function keyOf(damage: Damage): string {
  const key = keys.get(damage) ?? `${keys.size + 1}`;
  keys.set(damage, key);
  return key;
}

const hurt = new Map<string, boolean>();

/** Whether it takes anything away from this host. */
function hurts(host: string, damage: Damage, key: string): boolean {
  const name = `${host} ${key}`;
  const known = hurt.get(name) ?? textOf(host, damage) !== textOf(host, {});
  hurt.set(name, known);
  return known;
}

function textOf(host: string, damage: Damage): string {
  const read = all[host] ?? { files: {} };
  const stacks = JSON.stringify([...damagedTree(read, damage).threadStacks(4096)]);
  return readingText(damaged(read, damage)) + stacks;
}

function readingText({ files, folders, ...rest }: Readings): string {
  return JSON.stringify([[...files], [...folders], rest]);
}

describe('sentences', () => {
  it('are all heard of some host', () => {
    const heardOf = new Set(Object.keys(all).flatMap((host) => [...listen(host)]));
    expect([...sentences.keys()].filter((name) => !heardOf.has(name))).toEqual([]);
  });

  it('stand on something, that can be taken away', () => {
    const floating = [...sentences].filter(([, { needs }]) => needs.length === 0);
    expect(floating.map(([name]) => name)).toEqual([]);
    expect(premises.filter((premise) => takenAway[premise].length === 0)).toEqual([]);
  });

  it('do not outlive what they stand on', () => {
    const outlived: string[] = [];
    const untried: string[] = [];
    for (const [name, { needs }] of sentences) {
      const saying = Object.keys(all).filter((host) => listen(host).has(name));
      for (const premise of needs) {
        let tries = 0;
        for (const host of saying) {
          for (const [index, damage] of takenAway[premise].entries()) {
            const key = keyOf(damage);
            if (!hurts(host, damage, key)) continue;
            tries += 1;
            if (listen(host, damage, key).has(name)) {
              outlived.push(`${name}: ${host} − ${premise} ${index}`);
            }
          }
        }
        if (tries === 0) untried.push(`${name} − ${premise}`);
      }
    }
    expect(outlived).toEqual([]);
    expect(holes).toEqual([]);
    expect(untried).toEqual([]);
  });

  it('do not outlive it in saved trees either', async () => {
    const outlived: string[] = [];
    for (const archive of savedTrees) {
      const host: Host = { files: await unpacked(archive), options: { source: 'archive' } };
      // A supportconfig has all in the files that are taken away here.
      if (!Object.keys(host.files).some((path) => /^\/(?:proc|sys)\//.test(path))) continue;
      const heardOf = (damage: Damage, readings: Readings) => {
        said.clear();
        tellAll(statusOf(readings), damagedTree(host, damage));
        return new Set(said);
      };
      const intact = damaged(host, {});
      const whole = heardOf({}, intact);
      const text = readingText(intact);
      const known = new Map<string, ReadonlySet<string>>();
      for (const premise of premises) {
        const standing = [...whole].filter((name) => sentences.get(name)?.needs.includes(premise));
        if (standing.length === 0) continue;
        for (const [index, damage] of takenFromTree(premise).entries()) {
          const readings = damaged(host, damage);
          const left = readingText(readings);
          if (left === text) continue;
          const still = known.get(left) ?? heardOf(damage, readings);
          known.set(left, still);
          outlived.push(
            ...standing
              .filter((name) => still.has(name))
              .map((name) => `${name}: ${archive.split('/').at(-1)} − ${premise} ${index}`),
          );
        }
      }
    }
    expect(outlived).toEqual([]);
  });
});
