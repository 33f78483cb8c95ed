/**
 * How long what-if takes on a demo host with 12,000 threads and 50 functions, for each action: the
 * answer alone, with the stacks looked through, and with the host read for it.
 *
 * Times are of the processor, so that a busy machine tells the same. `npm run bench whatIf` ends with 1 where an answer takes 50 ms or more (issue 4, section 5).
 */
import { treeOf } from '../shared/kernel';
import { Kernel } from '../shared/kernel';
import type { LivepatchLiteral, ThreadLiteral } from '../shared/kernel/state/literals';
import { searchTree } from '../shared/readings/stackSearch';
import { statusOf } from '../shared/report';
import { soughtFor } from '../shared/whatif/blocking';
import type { WhatIfAction } from '../shared/whatif/document';
import { whatIf } from '../shared/whatif/whatIf';
import { readKernel } from '../testing/shared/kernelAgreement';
import { median } from './lib/median';

const rounds = 40;
/** The first answers are also compiled. */
const warmUps = 5;
const limitMs = 50;

const threads = 12_000;
const functions = Array.from({ length: 50 }, (_, index) => `do_work_${index}`);

/** A livepatch of some of them. */
function livepatch(name: string, from: number, to: number): LivepatchLiteral {
  return {
    name,
    objects: [
      {
        name: 'vmlinux',
        functions: functions
          .slice(from, to)
          .map((one) => ({ name: one, replacement: `${name}_${one}` })),
      },
    ],
  };
}

/** Every tenth sleeps in a function that is patched, a few run, the rest sleep elsewhere. */
function thread(index: number): ThreadLiteral {
  const call = index % 10 === 0 ? [functions[index % functions.length] ?? ''] : [];
  return {
    comm: `worker-${index % 100}`,
    tid: 1000 + index,
    pid: 1000 + (index - (index % 60)),
    ...(index % 500 === 1
      ? {}
      : { posture: { calls: ['vfs_read', `wait_for_${index % 40}`, ...call], state: 'S' } }),
  };
}

/** Four livepatches on top of each other, with threads asleep in their code and in the originals. */
function host(): Kernel {
  const kernel = Kernel.boot({
    name: 'bench',
    kernel: '6.12',
    threads: Array.from({ length: threads }, (_, index) => thread(index)),
  });
  load(kernel, livepatch('livepatch_a', 0, 20));
  load(kernel, livepatch('livepatch_b', 10, 35));
  load(kernel, livepatch('livepatch_c', 30, 45));
  return kernel;
}

/** Whoever is in the way calls anew, and so is in the new code. */
function load(kernel: Kernel, literal: LivepatchLiteral): void {
  kernel.apply({ do: 'load', livepatch: literal });
  for (let index = 0; index < threads; index += 1) {
    const { posture, tid = 0 } = thread(index);
    if (index % 10 !== 0 || !posture) continue;
    kernel.apply({ do: 'wake', tid });
    kernel.apply({ do: 'enter', tid, posture });
  }
  for (let second = 0; kernel.core.transition && second < 40; second += 1) {
    kernel.apply({ do: 'poke-cpus' });
    kernel.pass(1);
  }
}

/** Of the processor, since the start. */
function milliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Times {
  readonly answer: number[];
  readonly searched: number[];
  readonly read: number[];
}

function measure(name: string, kernel: Kernel, action: WhatIfAction): boolean {
  const times: Times = { answer: [], searched: [], read: [] };
  let blocking = 0;
  for (let round = -warmUps; round < rounds; round += 1) {
    const began = milliseconds();
    const status = statusOf(readKernel(kernel.core));
    const wasRead = milliseconds();
    const sought = soughtFor(status, action);
    const search = sought && searchTree(treeOf(kernel.core), sought);
    const wasSearched = milliseconds();
    const answer = whatIf(status, action, search);
    const ended = milliseconds();
    if (!answer.allowed) throw new Error(`${name}: refused`);
    blocking = answer.wouldBlock.length;
    if (round < 0) continue;
    times.answer.push(ended - wasSearched);
    times.searched.push(ended - wasRead);
    times.read.push(ended - began);
  }
  const worst = Math.max(...times.answer);
  console.log(
    `whatIf, ${name}, ${blocking} would block: ${figures(times.answer)}; stacks looked through too ${figures(times.searched)}; and the host read ${figures(times.read)}`,
  );
  return worst < limitMs;
}

function figures(times: readonly number[]): string {
  return `${median(times).toFixed(1)} ms (worst ${Math.max(...times).toFixed(1)})`;
}

const settled = host();
const moving = settled.clone();
moving.apply({ do: 'load', livepatch: livepatch('livepatch_d', 0, 50) });
const wanted = functions.slice(0, 25).map((name) => ({ object: 'vmlinux', name, sympos: 1 }));
const met = [
  measure('disable', settled, { do: 'disable', patch: 'livepatch_b' }),
  measure('replace', settled, { do: 'replace', functions: wanted }),
  measure('reverse', moving, { do: 'reverse', patch: 'livepatch_d' }),
  measure('force', moving, { do: 'force', patch: 'livepatch_d' }),
];
if (met.includes(false)) process.exitCode = 1;
