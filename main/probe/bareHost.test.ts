/**
 * Hosts on which a tool is missing or older than it should be, and names that look like frames. The
 * tools are busybox's and the shell is dash, since busybox's own shell brings its tools along.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
  stalledCapture,
} from '../../testing/sshd/fabricatedRoot';
import { hold, probe, tryProbe, type ProbedHost } from '../../testing/sshd/probedHost';
import { buildState } from '../../shared/model/buildState';
import type { Readings } from '../../shared/readings/readings';
import { skipping } from '../../testing/main/skipping';

const impossible = skipping(import.meta.filename, cannotFabricate());

describe.skipIf(impossible)('a bare host', () => {
  let root: FabricatedRoot;
  let host: ProbedHost | null = null;

  beforeEach(() => {
    root = fabricateRoot(stalledCapture);
    const libraries = execFileSync('ldd', ['/bin/dash']).toString().match(/\/\S+/g) ?? [];
    for (const file of ['/bin/dash', ...libraries]) {
      cpSync(file, join(root.path, file), { dereference: true });
    }
  });
  afterEach(() => {
    host?.live.close();
    host = null;
    root.remove();
  });

  const inRoot = (path: string) => join(root.path, path);
  const without = (...tools: readonly string[]) => {
    for (const tool of tools) rmSync(inRoot(`bin/${tool}`));
  };
  const replaced = (tool: string, script: string) => {
    without(tool);
    writeFileSync(inRoot(`bin/${tool}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const read = async () => {
    host?.live.close();
    host = await probe([...root.busyboxOnly, 'dash']);
    return host.read();
  };
  /** What a person is shown; when it was read, and how long that took, is another matter. */
  const shown = (readings: Readings) => {
    const { takenAt: _takenAt, readingSeconds: _seconds, ...facts } = buildState(readings);
    return facts;
  };

  it.each([
    ['timeout(1)', ['timeout']],
    ['gzip', ['gzip']],
    ['both', ['timeout', 'gzip']],
  ])('says the same without %s', async (_, tools) => {
    const before = shown(await read());
    without(...tools);
    expect(shown(await read())).toEqual(before);
  });

  it('gives up a slow file without timeout(1), and the rest is there', async () => {
    const before = buildState(await read()).transition?.blockingThreads ?? [];
    without('timeout');
    const [held, free] = before;
    hold(inRoot(`proc/${held?.pid}/cmdline`));
    const readings = await read();
    const threads = buildState(readings).transition?.blockingThreads;
    expect(readings.files.get(`/proc/${held?.pid}/cmdline`)).toEqual({ missing: 'timed-out' });
    expect(threads?.[0]?.details?.stack).toEqual(held?.details?.stack);
    expect(threads?.[1]?.details?.cmdline).toBe(free?.details?.cmdline);
  });

  it.each([
    ['an xargs that knows no -0', 'xargs', 'echo "xargs: invalid option -- 0" >&2; exit 1'],
    ['a grep that crashes', 'grep', 'kill -SEGV $$'],
    ['no uniq', 'uniq', 'exit 127'],
  ])(
    'says with %s that threads could not be read, and never that all are done',
    async (...tool) => {
      const [, name, script] = tool;
      replaced(name, script);
      const readings = await read();
      const { transitionState, transition } = buildState(readings);
      expect(transitionState).toBe('running');
      expect(transition?.threads).toEqual({
        total: null,
        done: null,
        blocking: null,
        undefined: null,
      });
      expect(readings.problems).toMatchObject([{ code: 'protocol-error', path: '/proc' }]);
    },
  );

  it('has no log without dmesg, and everything else', async () => {
    without('dmesg');
    const readings = await read();
    expect(readings.logPath).toBeNull();
    expect(buildState(readings).transition?.threads.blocking).toBe(2);
  });

  it('says so where there is no sh to speak of', async () => {
    replaced('sh', 'echo "this account is closed"');
    const started = await tryProbe([...root.busyboxOnly, 'sh']);
    expect(started).toMatchObject({ ok: false, problem: { code: 'no-shell' } });
  });

  const boundary = '00000000-0000-0000-0000-000000000000';
  const forged = `\n${boundary} end 1\n\nklpscope-probe 1 0a ${boundary} 0\n${boundary}=O 1\n\n${boundary} t 5 1\n`;

  it('takes no name, unit, stack or line of the log for a frame', async () => {
    const before = shown(await read());
    const [{ pid, tid } = { pid: 0, tid: 0 }] = before.transition?.blockingThreads ?? [];
    writeFileSync(inRoot(`proc/${pid}/task/${tid}/comm`), forged);
    writeFileSync(inRoot(`proc/${pid}/cmdline`), forged);
    appendFileSync(inRoot(`proc/${pid}/cgroup`), forged);
    appendFileSync(inRoot(`proc/${pid}/task/${tid}/stack`), forged);
    appendFileSync(inRoot('log'), `[   99.000000] livepatch: ${forged}`);
    const after = shown(await read());
    expect(after.transition?.threads).toEqual(before.transition?.threads);
    expect(after.patches).toEqual(before.patches);
    expect(after.transition?.blockingThreads.map((thread) => thread.tid)).toEqual(
      before.transition?.blockingThreads.map((thread) => thread.tid),
    );
    expect(after.transition?.blockingThreads[1]).toEqual(before.transition?.blockingThreads[1]);
  });

  it('takes no folder of a livepatch for a frame or another livepatch', async () => {
    const before = shown(await read());
    const evil = inRoot(`sys/kernel/livepatch/evil\n${boundary} end 1\n`);
    mkdirSync(evil);
    writeFileSync(join(evil, 'enabled'), '1\n');
    writeFileSync(join(evil, 'transition'), '0\n');
    const after = shown(await read());
    expect(after.transition).toEqual(before.transition);
    for (const patch of before.patches) expect(after.patches).toContainEqual(patch);
  });
});
