/** Hosts whose files hold their reader up, flood, or vanish: FIFOs and shells stand for them. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
  stalledCapture,
} from '../../testing/sshd/fabricatedRoot';
import { buildState } from '../../shared/model/buildState';
import type { Readings } from '../../shared/readings/readings';
import { startChild, type ChildChannel } from '../ssh/childChannel';
import { skipping } from '../../testing/main/skipping';
import { firstRequest, LiveHost } from './liveHost';
import { ProbeSession } from './wire/session';
import { defaultLimits, type SessionLimits } from './wire/limits';
import { programText, startArguments } from './program/start';

const impossible = skipping(import.meta.filename, cannotFabricate());

function start(argv: readonly string[]): ChildChannel {
  const channel = startChild(argv);
  if (!channel) throw new Error('no program');
  onTestFinished(() => channel.close());
  return channel;
}

async function open(argv: readonly string[], limits?: SessionLimits): Promise<LiveHost> {
  const program = startArguments(programText('0a', firstRequest));
  const channel = start([...argv, 'sh', ...program]);
  const opened = await ProbeSession.open(channel, '0a', firstRequest, limits);
  if (!opened.ok) throw new Error(opened.problem.message);
  const { session, first } = opened.value;
  return new LiveHost(session, { target: 'x', source: 'ssh' }, first);
}

async function readFrom(host: LiveHost): Promise<Readings> {
  const sampled = await host.sample();
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return sampled.value;
}

describe.skipIf(impossible)('a slow host', () => {
  let root: FabricatedRoot;
  let host: LiveHost | null = null;

  beforeEach(() => {
    root = fabricateRoot(stalledCapture);
  });
  afterEach(() => {
    host?.close();
    host = null;
    root.remove();
  });

  const fifo = (path: string) => {
    rmSync(join(root.path, path), { force: true });
    execFileSync('mkfifo', [join(root.path, path)]);
  };

  it('keeps everything else flowing while stack_order waits for the kernel’s lock', async () => {
    fifo('sys/kernel/livepatch/lp_one/stack_order');
    for (const [name, order] of [
      ['lp_two', 2],
      ['lp_busy', 3],
    ] as const) {
      writeFileSync(join(root.path, `sys/kernel/livepatch/${name}/stack_order`), `${order}\n`);
    }
    host = await open(root.busyboxOnly);
    const path = '/sys/kernel/livepatch/lp_one/stack_order';
    const first = await readFrom(host);
    expect(first.files.get(path)).toMatchObject({ missing: 'timed-out' });
    expect(buildState(first).transition?.blockingThreads).toHaveLength(2);
    expect(
      buildState(first).transition?.blockingThreads[0]?.details?.stack?.length,
    ).toBeGreaterThan(1);
    const again = await readFrom(host);
    expect(buildState(again).transition?.blockingThreads).toHaveLength(2);
    appendFileSync(join(root.path, path), '1\n');
    const came = async () => (await readFrom(host ?? (await open([])))).files.get(path);
    await expect.poll(came).toEqual({ text: '1\n', truncated: false });
    expect(buildState(await readFrom(host)).order).toBe('reported');
  });

  it('gives up a command line that a lock holds up, and only that', async () => {
    host = await open(root.busyboxOnly);
    const before = buildState(await readFrom(host));
    host.close();
    const [held, free] = before.transition?.blockingThreads ?? [];
    fifo(`proc/${held?.pid}/cmdline`);
    host = await open(root.busyboxOnly);
    const after = await readFrom(host);
    const threads = buildState(after).transition?.blockingThreads;
    expect(threads?.map(({ details }) => details?.comm)).toEqual(
      before.transition?.blockingThreads.map(({ details }) => details?.comm),
    );
    expect(after.files.get(`/proc/${held?.pid}/cmdline`)).toEqual({ missing: 'timed-out' });
    expect(threads?.[1]?.details?.cmdline).toBe(free?.details?.cmdline);
    expect(threads?.[0]?.details?.stack).toEqual(held?.details?.stack);
  });

  it('follows the livepatches without scanning, and scans when one moves', async () => {
    for (const name of ['lp_one', 'lp_two', 'lp_busy']) {
      writeFileSync(join(root.path, `sys/kernel/livepatch/${name}/transition`), '0\n');
    }
    host = await open(root.busyboxOnly);
    expect((await readFrom(host)).threads).toBeNull();
    writeFileSync(join(root.path, 'sys/kernel/livepatch/lp_busy/transition'), '1\n');
    const moving = await readFrom(host);
    expect(buildState(moving).transition).toMatchObject({
      patch: 'lp_busy',
      threads: { blocking: 2 },
    });
  });

  it('counts on with the threads that were known, and sees one switch', async () => {
    host = await open(root.busyboxOnly);
    const first = buildState(await readFrom(host)).transition;
    const [one] = first?.blockingThreads ?? [];
    writeFileSync(join(root.path, `proc/${one?.pid}/task/${one?.tid}/patch_state`), '1\n');
    const second = buildState(await readFrom(host)).transition;
    expect(second?.threads).toEqual({
      total: first?.threads.total,
      done: (first?.threads.done ?? 0) + 1,
      blocking: 1,
      undefined: 0,
    });
  });

  it('reports the livepatch that reverses as what it is then', async () => {
    host = await open(root.busyboxOnly);
    const first = buildState(await readFrom(host)).transition;
    writeFileSync(join(root.path, 'sys/kernel/livepatch/lp_busy/enabled'), '0\n');
    const reversed = buildState(await readFrom(host)).transition;
    expect(reversed?.direction).toBe('unpatching');
    expect(reversed?.threads.blocking).toBe(first?.threads.done);
    expect(reversed?.threads.done).toBe(first?.threads.blocking);
  });

  it('ends a session that answers with more than is allowed', async () => {
    const limits = { ...defaultLimits, answerBytes: 2000 };
    host = await open(root.busyboxOnly, limits);
    expect(await host.sample()).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });
});

describe('a session', () => {
  it('ends when nothing is answered in time', async () => {
    const boundary = '00000000-0000-0000-0000-000000000000';
    const script = `printf '\\nklpscope-probe 1 0a ${boundary} 0\\n'; read more`;
    const limits = { ...defaultLimits, answerMs: 200 };
    const opened = await ProbeSession.open(start(['sh', '-c', script]), '0a', firstRequest, limits);
    if (!opened.ok) throw new Error(opened.problem.message);
    expect(await opened.value.first).toMatchObject({ ok: false, problem: { code: 'timeout' } });
    expect(await opened.value.session.ask({ ...firstRequest, id: 2 })).toMatchObject({ ok: false });
  });

  it('does not take a damaged compressed part for an answer', async () => {
    const boundary = '00000000-0000-0000-0000-000000000000';
    const script = `printf '\\nklpscope-probe 1 0a ${boundary} 0\\n\\n${boundary} z\\nnot gzip\\n${boundary} end 1\\n'; read more`;
    const opened = await ProbeSession.open(start(['sh', '-c', script]), '0a', firstRequest);
    if (!opened.ok) throw new Error(opened.problem.message);
    expect(await opened.value.first).toMatchObject({
      ok: false,
      problem: { code: 'protocol-error' },
    });
  });

  it('says so when no shell answers', async () => {
    const opened = await ProbeSession.open(
      start(['sh', '-c', 'echo go away >&2; exit 1']),
      '0a',
      firstRequest,
    );
    expect(opened).toMatchObject({ ok: false, problem: { code: 'no-shell' } });
    expect(opened.ok ? '' : opened.problem.message).toContain('go away');
  });
});
