/**
 * The executable model against a real kernel: every scenario of the lab is told to both, and both
 * must show the same sysfs tree, the same threads in the same code, and say the same in the log.
 *
 * What differs, and why: stamps, addresses, sizes and thread ids are each machine's own, as are the
 * processes that have nothing to do with livepatching.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryTree } from '../../main/sources/directory/directoryTree';
import { savedLogFiles } from '../../shared/readings/paths';
import type { Tree } from '../../shared/readings/readings';
import {
  linesOf,
  livepatchLog,
  livepatchModules,
  livepatchStatus,
  pathsBelow,
  redirectedFunctions,
} from '../../testing/shared/sameHost';
import {
  isScenario,
  scenarios,
  startLab,
  unavailableWhy,
  type Lab,
  type ScenarioName,
} from '../lab/index.js';
import { skipping } from '../../testing/main/skipping';
import { ModelGuest } from './modelGuest';

const kernel = process.env['KLPSCOPE_LAB_KERNEL'] === '6.1' ? '6.1' : '6.12';
const why = skipping(import.meta.filename, await unavailableWhy(kernel));

const names = Object.keys(scenarios)
  .filter(isScenario)
  .filter((name) => !name.startsWith('many-threads'));

// In the order of the list, with none first: the taint of the first livepatch stays until the guest
// boots again, and the model has just booted.
describe.skipIf(why)(`the model and a real kernel ${kernel}`, { shuffle: false }, () => {
  let lab: Lab;
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-model-'));

  beforeAll(async () => {
    lab = await startLab(kernel);
  }, 600_000);

  afterAll(async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /**
   * The kernel gives 15 s until its signal frees interruptible sleepers. Where this machine was too busy
   * to bring a scenario to its end and save it in that time, the model lets as much pass; what was saved
   * in the middle of it begins anew.
   */
  it.each(names)('%s: they are the same', async (name) => {
    for (let attempt = 1; ; attempt += 1) {
      const model = new ModelGuest(kernel);
      await scenarios[name].run(model, {});
      const { tree, failure } = await real(name, join(folder, `${name}-${attempt}`));
      const wasLate = isSignalled(tree) && !isSignalled(model.tree);
      if (wasLate) {
        await model.waitLog(signal, 120);
        await model.nextRound();
      }
      const agree = failure === null && isDeepStrictEqual(look(model.tree), look(tree));
      if (wasLate && !agree && attempt < 8) continue;
      if (failure !== null) throw failure;
      expect(look(model.tree)).toEqual(look(tree));
      return;
    }
  });

  /** What the guest shows after a scenario, and why it did not come to its end. */
  async function real(name: ScenarioName, place: string) {
    await lab.scenario('none');
    const before = (await log()).length;
    const failure = await lab
      .scenario(name)
      .then(() => lab.capture(place))
      .then(() => null)
      .catch((error: unknown) => error);
    const lines = (await log()).slice(before);
    const file = join(place, savedLogFiles[0]);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, lines.join('\n'));
    return { tree: new DirectoryTree(place), failure };
  }

  /** What the kernel said of livepatches since it booted. */
  async function log(): Promise<string[]> {
    const { stdout } = await lab.ssh('dmesg');
    return stdout.split('\n').filter((line) => line.includes('livepatch'));
  }
});

const signal = 'signaling remaining tasks';

function isSignalled(tree: Tree): boolean {
  return savedLogFiles.some((path) => linesOf(tree, path).some((line) => line.includes(signal)));
}

/** Everything that must be the same. */
function look(tree: Tree) {
  const { blockers, ...status } = livepatchStatus(tree);
  const { story, tries } = livepatchLog(savedLogFiles.flatMap((path) => linesOf(tree, path)));
  return {
    sysfs: pathsBelow(tree, '/sys/kernel/livepatch'),
    threads: threadsConcerned(tree),
    redirected: redirectedFunctions(tree),
    modules: livepatchModules(tree),
    // A kernel is tainted, and says so, once for all scenarios.
    story: story.filter((line) => !line.includes('taint') && !isOfRemoval(line)),
    // Whoever removes a module and the transition's own work don't wait for each other.
    removals: story.filter(isOfRemoval),
    tries: [...new Set(tries.filter((line) => concerned.test(line)).map(withoutTid))].sort(),
    status,
    blockers: blockers.map((blocker) => ({ ...blocker, tid: 0 })),
  };
}

function isOfRemoval(line: string): boolean {
  return line.includes(' on unloading module ');
}

const concerned = /: (?:cat|klp_busy_kt):\d+ /;

function withoutTid(line: string): string {
  return line.replace(/:\d+ /, ' ');
}

/** Of each reader and of klp_busy's thread: its state and the code it sleeps in. */
function threadsConcerned(tree: Tree): string[] {
  const reading = tree.readFolder('/proc');
  const pids = 'entries' in reading ? reading.entries.map(({ name }) => name) : [];
  return pids
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => `/proc/${pid}/task/${pid}`)
    .flatMap((path) => {
      const [comm = ''] = linesOf(tree, `${path}/comm`);
      if (comm !== 'cat' && comm !== 'klp_busy_kt') return [];
      const [state] = linesOf(tree, `${path}/patch_state`);
      const frames = linesOf(tree, `${path}/stack`).slice(0, 2);
      const symbols = frames.map((line) => />\] (.+)\+0x/.exec(line)?.[1]);
      return [`${comm} ${state} in ${symbols.join(', ')}`];
    })
    .sort();
}
