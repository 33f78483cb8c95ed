/**
 * A host on which no other process may be started (RLIMIT_NPROC, getrlimit(2)): every step of the
 * probe may be the one that fails.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
  stalledCapture,
} from '../../testing/sshd/fabricatedRoot';
import { probe, tryProbe, type ProbedHost } from '../../testing/sshd/probedHost';
import { buildState } from '../../shared/model/buildState';
import type { Readings } from '../../shared/readings/readings';
import { skipping } from '../../testing/main/skipping';

const impossible = skipping(import.meta.filename, cannotFabricate());

/** Processes are counted per user: each probe's has no others. */
let user = 700_000_000 + process.pid * 100;

const shells = [
  ['dash', (root: FabricatedRoot) => [...root.ownPrograms, ...asUser(), 'dash']],
  ['busybox', ({ path }: FabricatedRoot) => ['chroot', `--userspec=${user}:${user}`, path, 'sh']],
] as const;

function asUser(): string[] {
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
}

/** The user's own limit can be changed by the user only, without more rights than tests may have. */
function allow(host: ProbedHost, processes: number): void {
  const [program = '', ...args] = asUser();
  const limit = ['--pid', String(host.channel.child.pid), `--nproc=${processes}:1000`];
  execFileSync(program, [...args, 'prlimit', ...limit]);
}

function looksLike(readings: Readings, truth: unknown): 'whole' | 'in part' | 'wrong' {
  const { transitionState, transition } = buildState(readings);
  if (transitionState !== 'running') return 'wrong';
  if (transition?.threads.total === null) return readings.problems.length > 0 ? 'in part' : 'wrong';
  return isDeepStrictEqual(transition?.threads, truth) ? 'whole' : 'wrong';
}

describe.skipIf(impossible).each(shells)('fork pressure, in %s', (_, command) => {
  let root: FabricatedRoot;
  let host: ProbedHost | null = null;

  beforeAll(() => {
    root = fabricateRoot(stalledCapture);
    execFileSync('chmod', ['-R', 'a+rX', root.path]);
  });
  afterEach(() => {
    host?.live.close();
    host = null;
  });
  afterAll(() => root.remove());

  const start = (processes: number) => {
    user += 1;
    return ['prlimit', `--nproc=${processes}:1000`, ...command(root)];
  };

  it('says what it could not read, and reads all of it when the pressure is over', async () => {
    host = await probe(start(1000));
    const before = buildState(await host.read());
    allow(host, 1);
    // The known blocking threads are read without any other program.
    const known = await host.read();
    expect(known.problems).toEqual([]);
    expect(buildState(known).transition?.threads).toEqual(before.transition?.threads);
    const enabled = join(root.path, 'sys/kernel/livepatch/lp_busy/enabled');
    writeFileSync(enabled, '0\n');
    const during = await host.read();
    expect(during.problems).toMatchObject([{ code: 'protocol-error' }]);
    expect(during.problems[0]?.message).toMatch(/could start no other program .*: the threads\.$/);
    const pressed = buildState(during);
    expect(pressed.transitionState).toBe('running');
    expect(pressed.transition).toMatchObject({
      direction: 'unpatching',
      threads: { total: null, done: null, blocking: null },
    });
    expect(pressed.log?.entries).toEqual(before.log?.entries);
    allow(host, 1000);
    const after = await host.read();
    writeFileSync(enabled, '1\n');
    expect(after.problems).toEqual([]);
    expect(buildState(after).transition?.threads).toMatchObject({
      done: before.transition?.threads.blocking,
      blocking: before.transition?.threads.done,
    });
  });

  it('never shows a scan that was cut short as a whole one', async () => {
    host = await probe(start(1000));
    const truth = buildState(await host.read()).transition?.threads;
    host.live.close();
    const seen: string[] = [];
    for (let processes = 1; processes <= 9; processes += 1) {
      const started = await tryProbe(start(processes));
      const sampled = started.ok ? await started.value.live.sample() : started;
      if (started.ok) started.value.live.close();
      seen.push(sampled.ok ? looksLike(sampled.value, truth) : sampled.problem.code);
    }
    expect(seen.at(0)).toBe('no-shell');
    expect(seen).toContain('in part');
    expect(seen.at(-1)).toBe('whole');
    expect(seen).not.toContain('wrong');
  });
});
