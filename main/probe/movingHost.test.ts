/** Hosts that change while they are read: threads that die, livepatches that come, go and turn. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
} from '../../testing/sshd/fabricatedRoot';
import { hold, probe, type ProbedHost } from '../../testing/sshd/probedHost';
import { buildState } from '../../shared/model/buildState';
import type { Readings } from '../../shared/readings/readings';
import { skipping } from '../../testing/main/skipping';

const samples = join(dirname(fileURLToPath(import.meta.url)), '../../samples/linux-6.12');
const impossible = skipping(import.meta.filename, cannotFabricate());

describe.skipIf(impossible)('a host that changes while it is read', () => {
  let root: FabricatedRoot;
  let host: ProbedHost | null = null;

  beforeEach(() => {
    root = fabricateRoot(join(samples, '04-stalled-patching.tar.gz'));
  });
  afterEach(() => {
    host?.live.close();
    host = null;
    root.remove();
  });

  const inRoot = (path: string) => join(root.path, path);
  const ofPatch = (file: string) => inRoot(`sys/kernel/livepatch/lp_busy/${file}`);
  const open = async () => (host = await probe([...root.busyboxOnly, 'sh']));
  const transitionOf = (readings: Readings) => buildState(readings).transition;

  /** All threads, by a host of its own. */
  async function truth() {
    const other = await probe([...root.busyboxOnly, 'sh']);
    const readings = await other.read();
    other.live.close();
    const transition = transitionOf(readings);
    if (!transition) throw new Error('no transition');
    return transition;
  }

  it('counts threads that die between the listing and the reading as gone, and nothing else', async () => {
    const before = await truth();
    const [dies, stays] = before.blockingThreads;
    // Threads are read in the order of their names, so all others come later.
    const held = hold(inRoot('proc/1/task/1/patch_state'));
    const { read } = await open();
    const reading = read();
    await held.awaitReader();
    rmSync(inRoot(`proc/${dies?.pid}`), { recursive: true });
    held.release('1\n');
    const readings = await reading;
    expect(readings.threads?.vanished).toBe(1);
    expect(readings.problems).toEqual([]);
    const after = transitionOf(readings);
    expect(after?.blockingThreads.map(({ pid }) => pid)).toEqual([stays?.pid]);
    expect(after?.threads).toEqual({
      total: (before.threads.total ?? 0) - 1,
      done: before.threads.done,
      blocking: 1,
      undefined: 0,
    });
  });

  it('forgets a known blocking thread that has died since', async () => {
    const { read } = await open();
    const first = transitionOf(await read());
    const [dies, stays] = first?.blockingThreads ?? [];
    rmSync(inRoot(`proc/${dies?.pid}`), { recursive: true });
    const readings = await read();
    const second = transitionOf(readings);
    expect(second?.blockingThreads.map(({ tid }) => tid)).toEqual([stays?.tid]);
    expect(readings.problems).toEqual([]);
  });

  it('reads modules anew as soon as another is the newest, not only once the list is old', async () => {
    const list = inRoot('proc/modules');
    const modules = readFileSync(list, 'utf8');
    const { read } = await open();
    const listed = async () => (await read()).files.get('/proc/modules');
    const before = await listed();
    // How often the newest is used says nothing.
    writeFileSync(list, modules.replace(/^(\S+ \d+) \d+/, '$1 77'));
    expect(await listed()).toEqual(before);
    const loaded = `lp_one 16384 1 - Live 0x0000000000000000 (OEK)\n${modules}`;
    writeFileSync(list, loaded);
    expect(await listed()).toMatchObject({ text: expect.stringContaining(loaded.trimEnd()) });
  });

  it('reads again when a livepatch vanishes between two reads, and misses nothing', async () => {
    const held = hold(inRoot('sys/kernel/livepatch/lp_busy/replace'));
    const { read } = await open();
    const reading = read();
    await held.awaitReader();
    rmSync(inRoot('sys/kernel/livepatch/lp_two'), { recursive: true });
    held.release('0\n');
    const readings = await reading;
    const state = buildState(readings);
    expect(state.patches.map(({ name }) => name).toSorted()).toEqual(['lp_busy', 'lp_one']);
    expect(state.transition?.patch).toBe('lp_busy');
    expect(readings.torn).toBe(false);
    expect(readings.problems).toEqual([]);
  });

  it('shows what is left of a transition that starts and ends within one sample', async () => {
    writeFileSync(ofPatch('transition'), '0\n');
    const held = hold(ofPatch('replace'));
    const { read } = await open();
    const reading = read();
    await held.awaitReader();
    // It was disabled, and that has completed, while one file was read.
    writeFileSync(ofPatch('enabled'), '0\n');
    held.release('0\n');
    const readings = await reading;
    const state = buildState(readings);
    expect(state.transitionState).toBe('none');
    expect(state.patches.find(({ name }) => name === 'lp_busy')?.enabled).toBe(false);
    expect(readings.torn).toBe(false);
  });

  it.each([
    ['once more as a whole, which then stands', 3, false],
    ['that too, and then says so', 6, true],
  ])('takes a sample that changes underneath again, twice, and %s', async (_what, turns, torn) => {
    const { read } = await open();
    await read();
    const held = hold(ofPatch('replace'));
    const reading = read();
    for (let turn = 1; turn <= turns; turn += 1) {
      await held.awaitReader();
      writeFileSync(ofPatch('enabled'), `${1 - (turn % 2)}\n`);
      if (turn < turns) held.answer('0\n');
      else held.release('0\n');
    }
    const readings = await reading;
    expect(readings.torn).toBe(torn);
    const about = buildState(readings).problems.map(({ path }) => path);
    expect(about.includes('/sys/kernel/livepatch')).toBe(torn);
    expect((await read()).torn).toBe(false);
  });

  it('reads again when a livepatch turns while modules and functions are read', async () => {
    const held = hold(inRoot('proc/sys/kernel/tainted'));
    const { read } = await open();
    const reading = read();
    await held.awaitReader();
    writeFileSync(ofPatch('enabled'), '0\n');
    held.release('0\n');
    const readings = await reading;
    const { patches } = buildState(readings);
    expect(patches.find(({ name }) => name === 'lp_busy')?.enabled).toBe(false);
    expect(readings.torn).toBe(false);
  });

  it('believes “every thread says the same” only when a second sample says it too', async () => {
    // Enabling begins: every thread has its new state, `enabled` is not yet flipped
    // (kernel/livepatch/core.c, __klp_enable_patch), so this looks like unpatching that is done.
    const { threads } = await truth();
    writeFileSync(ofPatch('enabled'), '0\n');
    const files = execFileSync('find', ['proc', '-path', '*/task/*/patch_state'], {
      cwd: root.path,
    });
    for (const path of files.toString().trim().split('\n')) writeFileSync(inRoot(path), '0\n');
    const held = hold(inRoot('proc/sys/kernel/hostname'));
    const { read } = await open();
    const reading = read();
    // The facts about the host are read when all threads have been.
    await held.awaitReader();
    writeFileSync(ofPatch('enabled'), '1\n');
    held.release('lab\n');
    const transition = transitionOf(await reading);
    expect(transition?.direction).toBe('patching');
    expect(transition?.threads).toEqual({ ...threads, done: 0, blocking: threads.total });
  });
});
