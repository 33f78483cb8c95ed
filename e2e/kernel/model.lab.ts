/**
 * The executable model against a real kernel: every scenario of the lab is told to both, and both
 * must show the same sysfs tree, the same threads in the same code, and say the same in the log.
 *
 * What differs, and why: stamps, addresses, sizes and thread ids are each machine's own, as are the
 * processes that have nothing to do with livepatching.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryTree } from '../../main/sources/directoryTree';
import { savedLogFiles } from '../../shared/readings/paths';
import type { Tree } from '../../shared/readings/readings';
import {
  linesOf,
  livepatchLog,
  livepatchModules,
  livepatchStatus,
  pathsBelow,
  redirectedFunctions,
} from '../../shared/testing/sameHost';
import {
  isScenario,
  scenarios,
  startLab,
  unavailableWhy,
  type Lab,
  type ScenarioName,
} from '../lab/index.js';
import { ModelGuest } from './modelGuest';

const kernel = process.env['KLPSCOPE_LAB_KERNEL'] === '6.1' ? '6.1' : '6.12';
const why = await unavailableWhy(kernel);
if (why !== undefined) console.warn(`SKIPPED: the model against a real kernel: ${why}`);

const names = Object.keys(scenarios)
  .filter(isScenario)
  .filter((name) => !name.startsWith('many-threads'));

describe.skipIf(why !== undefined)(`the model and a real kernel ${kernel}`, () => {
  let lab: Lab;
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-model-'));

  beforeAll(async () => {
    lab = await startLab(kernel);
  }, 600_000);

  afterAll(async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it.each(names)('%s: they are the same', async (name) => {
    const model = new ModelGuest(kernel);
    await scenarios[name].run(model, {});
    const shown = look(model.tree);
    const isSignalled = shown.story.some(isSignal);
    expect(shown).toEqual(look(await real(name, isSignalled)));
  });

  /**
   * The kernel gives 15 s until its signal frees interruptible sleepers. Where this machine was too busy
   * to bring a scenario to its end and save it in that time, it begins anew.
   */
  async function real(name: ScenarioName, isSignalled: boolean): Promise<Tree> {
    for (let attempt = 1; ; attempt += 1) {
      await lab.scenario('none');
      const before = (await log()).length;
      const place = join(folder, `${name}-${attempt}`);
      const failure = await lab
        .scenario(name)
        .then(() => lab.capture(place))
        .then(() => null)
        .catch((error: unknown) => error);
      const lines = (await log()).slice(before);
      if (!isSignalled && lines.some(isSignal) && attempt < 8) continue;
      if (failure !== null) throw failure;
      writeFileSync(join(place, savedLogFiles[0]), lines.join('\n'));
      return new DirectoryTree(place);
    }
  }

  /** What the kernel said of livepatches since it booted. */
  async function log(): Promise<string[]> {
    const { stdout } = await lab.ssh('dmesg');
    return stdout.split('\n').filter((line) => line.includes('livepatch'));
  }
});

function isSignal(line: string): boolean {
  return line.includes('signaling remaining tasks');
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
    story: story.filter((line) => !line.includes('taint')),
    tries: [...new Set(tries.filter((line) => concerned.test(line)).map(withoutTid))].sort(),
    status,
    blockers: blockers.map((blocker) => ({ ...blocker, tid: 0 })),
  };
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
