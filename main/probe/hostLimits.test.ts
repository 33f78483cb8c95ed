/**
 * What the probe holds back and cleans up on the host itself: seen from there, since this side has
 * limits of its own that would hide what is missing.
 */
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
  stalledCapture,
} from '../../testing/sshd/fabricatedRoot';
import { hold, probe, type ProbedHost } from '../../testing/sshd/probedHost';
import { buildState } from '../../shared/model/buildState';
import { skipping } from '../../testing/main/skipping';

const impossible = skipping(import.meta.filename, cannotFabricate());

describe.skipIf(impossible)('on the host', () => {
  let root: FabricatedRoot;
  let host: ProbedHost | null = null;

  beforeEach(() => {
    root = fabricateRoot(stalledCapture);
  });
  afterEach(() => {
    host?.live.close();
    host = null;
    root.remove();
  });

  const inRoot = (path: string) => join(root.path, path);

  /** Command lines of the programs that run in the fabricated root, but its one shell. */
  const running = (): string[] => {
    const words: string[] = [];
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        if (readlinkSync(`/proc/${pid}/root`) !== root.path) continue;
        words.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 4).join(' '));
      } catch {
        // It has ended meanwhile.
      }
    }
    return words;
  };

  /** Starts a probe, and counts what it sends on both of its streams. */
  const start = async (...shell: readonly string[]) => {
    host = await probe(shell);
    const said = { out: '', late: '' };
    host.channel.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString('latin1')));
    host.channel.stderr.on('data', (chunk: Buffer) => (said.late += chunk.toString('latin1')));
    return { host, said };
  };

  const blocking = async () => {
    const { host: first } = await start(...root.busyboxOnly, 'sh');
    const threads = buildState(await first.read()).transition?.blockingThreads ?? [];
    first.live.close();
    const [{ pid } = { pid: 0 }] = threads;
    return { pid };
  };

  // Those tools read a command line by itself, and a cgroup along with others.
  it.each([
    ['cmdline', 'timeout(1)', []],
    ['cgroup', 'timeout(1)', []],
    ['cmdline', 'a shell alone', ['timeout']],
    ['cgroup', 'a shell alone', ['timeout']],
  ])('no reader of a %s that does not answer is left, limited by %s', async (name, _, without) => {
    for (const tool of without) rmSync(inRoot(`bin/${tool}`));
    const { pid } = await blocking();
    await expect.poll(running).toEqual([]);
    const held = hold(inRoot(`proc/${pid}/${name}`));
    const { host: slow } = await start(...root.busyboxOnly, 'sh');
    const [readings] = await Promise.all([slow.read(), held.awaitReader()]);
    expect(readings.files.get(`/proc/${pid}/${name}`)).toEqual({ missing: 'timed-out' });
    // The session goes on, and its shell is all that is left of it.
    await expect.poll(() => running().length).toBe(1);
    expect(running().join()).toMatch(/^sh /);
    expect((await slow.read()).files.has('/proc/uptime')).toBe(true);
    slow.live.close();
    await expect.poll(running).toEqual([]);
  });

  it('nothing is left when the session ends while a file does not answer', async () => {
    const held = hold(inRoot('sys/kernel/livepatch/lp_one/stack_order'));
    const { host: slow } = await start(...root.busyboxOnly, 'sh');
    await Promise.all([slow.read(), held.awaitReader()]);
    slow.live.close();
    // Who waits for the kernel's lock can't be told before it has it.
    held.release('1\n');
    await expect.poll(running).toEqual([]);
  });

  it('a long log is cut before it is sent, lines about single threads apart', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => {
      const stamp = `[${String(index).padStart(5)}.000000] `;
      return index % 2 === 0
        ? `${stamp}livepatch: enabling patch 'lp_${index}'`
        : `${stamp}livepatch: klp_try_switch_task: cat:${index} is sleeping on function f`;
    });
    writeFileSync(inRoot('log'), `${lines.join('\n')}\n[ 9999.000000] the last\n`);
    const { host: flooding } = await start(...root.busyboxOnly, 'sh');
    const readings = await flooding.read();
    const log = readings.files.get('/dev/kmsg');
    const told = log && 'text' in log ? log.text.split('\n') : [];
    const ofThreads = told.filter((line) => line.includes('klp_try_switch_task'));
    const ofPatches = told.filter((line) => line.includes('enabling patch'));
    // The last thousand of each, and the very last line, which is one of the first thousand.
    expect(ofThreads).toHaveLength(1000);
    expect(ofThreads.at(-1)).toContain('cat:2999 ');
    expect(ofPatches).toHaveLength(999);
    expect(ofPatches.at(-1)).toContain("'lp_2998'");
    expect(told.findLast((line) => line !== '')).toBe('[ 9999.000000] the last');
  });

  it('only the lines of the log that matter are sent', async () => {
    writeFileSync(
      inRoot('log'),
      [
        '[    1.000000] usb: a device',
        '[    2.000000] livepatch: enabling patch',
        '[    3.000000] x: tainted: TAINT_LIVEPATCH',
        '[    4.000000] Duplicate shadow variable',
        '[    5.000000] eth0: up',
        '[    6.000000] eth0: down',
        '',
      ].join('\n'),
    );
    const { host: quiet } = await start(...root.busyboxOnly, 'sh');
    const log = (await quiet.read()).files.get('/dev/kmsg');
    const stamps = log && 'text' in log ? log.text.match(/^\[ +\d/gm) : null;
    expect(stamps?.map((stamp) => stamp.at(-1))).toEqual(['2', '3', '4', '6']);
  });

  it.each([
    ['with a cut that keeps lines whole', () => [...root.ownPrograms, 'dash']],
    ['without one', () => [...root.busyboxOnly, 'sh']],
  ])('a command line is cut before it is sent, %s', async (_, shell) => {
    const { pid } = await blocking();
    writeFileSync(inRoot(`proc/${pid}/cmdline`), 'y'.repeat(1_000_000));
    const { host: long, said } = await start(...shell());
    const readings = await long.read();
    await expect.poll(() => said.late).toContain(' end 1\n');
    expect(said.late).toContain('yyyy');
    expect(said.late.length).toBeLessThan(100_000);
    const sent = readings.files.get(`/proc/${pid}/cmdline`);
    expect(sent && 'text' in sent ? sent.text : '').toMatch(/^y{4000,4200}$/);
  });
});
