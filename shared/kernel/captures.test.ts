/**
 * The captures of a real kernel 6.12, one boot of one machine, told again as operations: at the moment
 * of each capture the model has the same sysfs tree, the same states of the threads involved and the
 * same log.
 *
 * What differs, and why: stamps, addresses and offsets are the machine's own; so are the processes
 * that have nothing to do with livepatching. `force` can't be read; a capture holds it as an empty
 * file. The captures' retries come a little off the whole second, where the kernel's clock began.
 */
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tree } from '../readings/readings';
import { livepatchLiteral as livepatch } from '../../testing/shared/literals';
import { MemoryTree } from '../../testing/shared/memoryTree';
import {
  livepatchLog,
  livepatchModules,
  livepatchStatus,
  pathsBelow,
  redirectedFunctions,
} from '../../testing/shared/sameHost';
import { treeOf } from './files/kernelTree';
import { Kernel } from './kernel';
import type { LivepatchLiteral, PostureLiteral } from './state/literals';
import type { Operation } from './operations/operation';

const samples = new URL('../../samples/linux-6.12/', import.meta.url);

const busyFunctions = {
  vmlinux: ['version_proc_show'],
  klp_busy: ['klp_busy_wait_d', 'klp_busy_wait_s'],
};
const one = livepatch('lp_one', { vmlinux: ['cmdline_proc_show'] });
const two = livepatch('lp_two', { vmlinux: ['cmdline_proc_show'] });
const busy = livepatch('lp_busy', busyFunctions);
const cumulative = livepatch('lp_cumul_busy', busyFunctions, { replace: true });
const later = livepatch('lp_later', {
  vmlinux: ['loadavg_proc_show'],
  klp_later: ['klp_later_show'],
});
const shadow = livepatch('lp_shadow', { vmlinux: ['uptime_proc_show'] });
const kthread = livepatch('lp_kthread', { klp_busy: ['klp_busy_kwait'] });

const readerIn = (letter: 'd' | 's'): PostureLiteral => ({
  calls: [
    'ksys_read',
    'vfs_read',
    { object: 'klp_busy', name: `busy_read_${letter}` },
    { object: 'klp_busy', name: `klp_busy_wait_${letter}` },
  ],
  state: letter === 'd' ? 'D' : 'S',
});
const reader = (tid: number, letter: 'd' | 's'): Operation => ({
  do: 'create-thread',
  thread: { comm: 'cat', tid, posture: readerIn(letter) },
});
const exits = (...tids: number[]): Operation[] => tids.map((tid) => ({ do: 'exit', tid }));
const write = (patch: string, value: boolean): Operation => ({
  do: 'write-enabled',
  patch,
  value,
});
const unload = (module: string): Operation => ({ do: 'unload', module });
const load = (what: LivepatchLiteral): Operation => ({ do: 'load', livepatch: what });

const loadBusy: Operation = { do: 'load-module', module: { name: 'klp_busy', foreign: true } };

type Step = readonly [seconds: number, operations: readonly Operation[]] | string;

/** Moments are those of the log; a text is the capture taken there. */
const story: readonly Step[] = [
  '01-none',
  [7.3, [load(one)]],
  '02-one-enabled',
  [8.8, [load(two)]],
  '03-two-stacked',
  [12.5, [loadBusy]],
  [12.6, [reader(219, 'd'), reader(221, 's')]],
  [12.93, [load(busy)]],
  [15.5, []],
  '04-stalled-patching',
  [32.5, [reader(365, 'd'), reader(367, 's')]],
  [38.02, [write('lp_busy', false)]],
  [39.5, []],
  '07-reversed-stalled',
  [40.5, exits(219, 221, 365, 367)],
  [42, [unload('lp_busy')]],
  [45.65, [load(busy)]],
  [47, [reader(534, 'd'), reader(536, 's')]],
  [49.76, [write('lp_busy', false)]],
  [51.3, []],
  '10-stalled-disabling',
  [51.64, [write('lp_busy', true)]],
  [53, exits(534, 536)],
  [54.65, [write('lp_busy', false)]],
  [58, [unload('lp_busy')]],
  [59, [reader(716, 'd'), reader(718, 's')]],
  [60.47, [load(cumulative)]],
  [62.3, []],
  '14-stalled-atomic-replace',
  [62.5, exits(716, 718)],
  [63.3, []],
  '15-after-atomic-replace',
  [65, [unload('lp_one'), unload('lp_two')]],
  [68, [reader(871, 'd'), reader(873, 's')]],
  [69.09, [write('lp_cumul_busy', false)]],
  [70.9, [{ do: 'force', patch: 'lp_cumul_busy' }]],
  [71.5, []],
  '17-forced-disable',
  [72, exits(871, 873)],
  [75, [reader(1022, 'd'), reader(1024, 's')]],
  [76.05, [load(busy)]],
  [77.62, [{ do: 'force', patch: 'lp_busy' }]],
  [79, exits(1022, 1024)],
  [80.23, [write('lp_busy', false)]],
  [81, [unload('lp_busy')]],
  [83.39, [load(later)]],
  '20-object-module-not-loaded',
  [84.6, [{ do: 'load-module', module: { name: 'klp_later', foreign: true } }]],
  [85.49, [unload('klp_later')]],
  [86.43, [load(shadow)]],
  '23-shadow',
  [87.56, [write('lp_later', false)]],
  [88, [unload('klp_busy'), loadBusy]],
  [
    88.5,
    [
      {
        do: 'create-thread',
        thread: {
          comm: 'klp_busy_kt',
          tid: 1226,
          kthread: true,
          posture: {
            calls: [
              { object: 'klp_busy', name: 'klp_busy_thread' },
              { object: 'klp_busy', name: 'klp_busy_kwait' },
            ],
            state: 'I',
          },
        },
      },
    ],
  ],
  [88.95, [load(kthread)]],
  [93.2, []],
  '24-stalled-on-kthread',
];

const captures = story.filter((step) => typeof step === 'string');
const told = new Map<string, Kernel>();
const refusals: unknown[] = [];

beforeAll(() => {
  const kernel = Kernel.boot({ name: 'klpvm', kernel: '6.12', dynamicDebug: true });
  for (const step of story) {
    if (typeof step === 'string') {
      told.set(step, kernel.clone());
      continue;
    }
    const [seconds, operations] = step;
    kernel.pass(seconds - kernel.core.now);
    for (const operation of operations) {
      const outcome = kernel.apply(operation);
      if (!outcome.ok) refusals.push({ operation, outcome });
    }
    kernel.pass(0.03);
  }
});

async function unpack(name: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const archive = createReadStream(new URL(`${name}.tar.gz`, samples));
  for await (const entry of archive.pipe(createGunzip()).pipe(extract())) {
    const path = entry.header.name.replace(/^(?:\.\/)?(?=\d\d-)[^/]*\/|^\.\//, '');
    const content = await text(entry);
    files[`/${path.replace(/\/$/, '')}${entry.header.type === 'directory' ? '/' : ''}`] = content;
  }
  return files;
}

describe.each(captures)('%s', (name) => {
  const modelled = () => told.get(name) ?? Kernel.boot({ name: 'none' });
  let files: Record<string, string> = {};
  let captured: Tree;
  beforeAll(async () => {
    files = await unpack(name);
    captured = new MemoryTree(files);
  });

  it('has the same sysfs tree', () => {
    const root = '/sys/kernel/livepatch';
    expect(pathsBelow(treeOf(modelled().core), root)).toEqual(pathsBelow(captured, root));
  });

  it('has the same states of the threads that sleep in functions concerned', () => {
    const concerned = [...modelled().core.threads.all()].filter(({ tid }) => tid > 2);
    for (const { tid, stack } of concerned) {
      const path = `/proc/${tid}/task/${tid}`;
      expect(treeOf(modelled().core).readFile(`${path}/patch_state`, 10)).toEqual(
        captured.readFile(`${path}/patch_state`, 10),
      );
      const symbols = stack.frames.slice(0, 2).map(({ symbol }) => symbol);
      const lines = (files[`${path}/stack`] ?? '').split('\n').slice(0, 2);
      expect(symbols).toEqual(lines.map((line) => />] (.+)\+0x/.exec(line)?.[1]));
    }
  });

  it('has the same functions redirected, in the same columns', () => {
    expect(redirectedFunctions(treeOf(modelled().core))).toEqual(redirectedFunctions(captured));
  });

  it('has the same log', () => {
    const lines = (files['/sos_commands/kernel/dmesg'] ?? '').split('\n');
    expect(livepatchLog(modelled().core.messages.texts())).toEqual(livepatchLog(lines));
  });

  it('has the same livepatch modules, with the same reference counts', () => {
    expect(livepatchModules(treeOf(modelled().core))).toEqual(livepatchModules(captured));
  });

  it('is the same document where it speaks of the same', () => {
    expect(livepatchStatus(treeOf(modelled().core))).toEqual(livepatchStatus(captured));
  });
});

it('no step of the story was refused', () => {
  expect(refusals).toEqual([]);
});
