/** 60,000 threads: more than fit into the arguments of one program, in a tree that lies in memory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
  stalledCapture,
} from '../../testing/sshd/fabricatedRoot';
import { probe } from '../../testing/sshd/probedHost';
import { buildState } from '../../shared/model/buildState';
import { skipping } from '../../testing/main/skipping';

const impossible = skipping(import.meta.filename, cannotFabricate());
const processes = 600;
const threadsEach = 100;
const firstPid = 100_000;

describe.skipIf(impossible)('a host with 60,000 threads', () => {
  let root: FabricatedRoot;

  beforeAll(() => {
    root = fabricateRoot(stalledCapture, { inMemory: true });
    for (let process = 0; process < processes; process += 1) {
      const pid = firstPid + process * threadsEach;
      for (let thread = 0; thread < threadsEach; thread += 1) {
        const folder = join(root.path, `proc/${pid}/task/${pid + thread}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'patch_state'), '1\n');
        if (process < 3) writeFileSync(join(folder, 'comm'), `worker-${thread}\n`);
      }
    }
  });
  afterAll(() => root.remove());

  it('is read with its last thread, whatever the limit on arguments', async () => {
    const host = await probe([...root.busyboxOnly, 'sh']);
    const readings = await host.read();
    host.live.close();
    const { transition } = buildState(readings);
    expect(readings.problems).toEqual([]);
    const { total = 0, done = 0, blocking } = transition?.threads ?? {};
    expect(total).toBeGreaterThan(processes * threadsEach);
    expect(blocking).toBe(2);
    expect(total).toBe((done ?? 0) + 2);
  });

  it('counts all of them while each still blocks, and looks closely at 200', async () => {
    const enabled = join(root.path, 'sys/kernel/livepatch/lp_busy/enabled');
    writeFileSync(enabled, '0\n');
    const host = await probe([...root.busyboxOnly, 'sh']);
    const readings = await host.read();
    host.live.close();
    writeFileSync(enabled, '1\n');
    const { transition } = buildState(readings);
    expect(readings.problems).toEqual([]);
    const { total, blocking } = transition?.threads ?? {};
    expect(blocking).toBeGreaterThan(processes * threadsEach);
    // The two that blocked the other direction are where this one leads.
    expect(total).toBe((blocking ?? 0) + 2);
    expect(transition?.blockingThreads).toHaveLength(blocking ?? 0);
    const detailed = transition?.blockingThreads.filter(({ details }) => details !== null);
    expect(detailed).toHaveLength(200);
    expect(detailed?.map(({ tid }) => tid)).toEqual(
      transition?.blockingThreads.slice(0, 200).map(({ tid }) => tid),
    );
  });
});
