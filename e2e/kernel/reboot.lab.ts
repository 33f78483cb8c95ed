/** A guest that went away is there again for the next scenario, whoever has its port by then. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../main/cli/run';
import { watchEventSchema, type WatchEvent } from '../../shared/history/change';
import { startLab, unavailableWhy, type Lab } from '../lab/index.js';
import { clientOf } from './client';
import { skipping } from '../../testing/main/skipping';

const kernel = process.env['KLPSCOPE_LAB_KERNEL'] === '6.1' ? '6.1' : '6.12';
const why = skipping(import.meta.filename, await unavailableWhy(kernel));

describe.skipIf(why)('a guest that went away', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab(kernel);
  }, 600_000);

  afterAll(async () => {
    await lab?.stop();
  }, 60_000);

  it('is booted again on another port, where a stranger took the old one', async () => {
    const { port, qemuPid } = lab;
    const bootId = () => lab.ssh('cat /proc/sys/kernel/random/boot_id');
    const before = await bootId();
    process.kill(qemuPid, 'SIGKILL');
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      // As the guest would: a greeting alone must not be taken for the guest's.
      socket.write('SSH-2.0-stranger\r\n');
    });
    await listening(stranger, port);
    try {
      await lab.scenario('one');
    } finally {
      stranger.close();
    }
    expect(lab.port).not.toBe(port);
    expect(lab.qemuPid).not.toBe(qemuPid);
    expect(await bootId()).toMatchObject({ code: 0 });
    expect(await bootId()).not.toEqual(before);
    expect((await lab.ssh('cat /proc/cmdline')).stdout).toBe('lp_one was here\n');
  });

  it('that loads a livepatch again within an interval is told to have, and with which transitions', async () => {
    await lab.scenario('one');
    const client = clientOf(lab);
    Object.assign(process.env, client.env);
    const events: WatchEvent[] = [];
    const watching = run(['watch', 'guest', '--json', '--interval', '1', '--for', '12'], {
      style: { width: 100, colour: false, unicode: true },
      write: (text) => {
        for (const line of text.trimEnd().split('\n')) {
          events.push(watchEventSchema.parse(JSON.parse(line)));
        }
      },
      warn: () => undefined,
    });
    const guest = await lab.guest();
    try {
      while (events.length === 0) await pause(100);
      await guest.disable('lp_one');
      await guest.unload('lp_one');
      await guest.load('lp_one');
      const isTold = () =>
        events.filter(({ event }) => event === 'transition-completed').length > 1;
      while (!isTold()) await Promise.race([pause(100), watching]);
    } finally {
      await watching;
      await guest.close();
      client.remove();
    }
    const told = events
      .filter(({ event }) => /^(?:patch-(?:gone|appeared)|transition|changed)/.test(event))
      .map(({ event, subject, direction }) =>
        [event, subject, direction].filter(Boolean).join(' '),
      );
    expect(told.toSorted()).toEqual([
      'patch-appeared lp_one',
      'patch-gone lp_one',
      'transition-completed lp_one patching',
      'transition-completed lp_one unpatching',
      'transition-started lp_one patching',
      'transition-started lp_one unpatching',
    ]);
  });

  it('that panics amid a stall and is booted again is never told to have settled', async () => {
    await lab.scenario('stalled-patching');
    const client = clientOf(lab);
    Object.assign(process.env, client.env);
    const events: WatchEvent[] = [];
    const warnings: string[] = [];
    const isOver = { value: false };
    const watching = run(['watch', 'guest', '--until', 'settled', '--json', '--interval', '1'], {
      style: { width: 100, colour: false, unicode: true },
      write: (text) => {
        for (const line of text.trimEnd().split('\n')) {
          events.push(watchEventSchema.parse(JSON.parse(line)));
        }
      },
      warn: (line) => void warnings.push(line),
    }).finally(() => {
      isOver.value = true;
    });
    try {
      while (events.length === 0 && !isOver.value) await pause(100);
      expect(events[0]?.status?.transitionState).toBe('running');
      void lab.ssh('echo c > /proc/sysrq-trigger', { timeoutMs: 5000 }).catch(() => undefined);
      await lab.reboot();
      expect(await watching).toBe(3);
    } finally {
      client.remove();
    }
    const told = events.map(({ event }) => event);
    expect(told.slice(-2)).toEqual(['rebooted', 'state']);
    expect(told).not.toContain('transition-completed');
    expect(told).not.toContain('patch-gone');
    expect(events.at(-2)?.ended?.transition).toEqual({ patch: 'lp_busy', direction: 'patching' });
    expect(events.at(-1)?.status?.transitionState).toBe('none');
    expect(warnings).toEqual([expect.stringMatching(/^rebooted: /)]);
  });

  it('is booted again on its own port, where nobody has it', async () => {
    const { port } = lab;
    await lab.reboot();
    expect(lab.port).toBe(port);
    expect((await lab.ssh('ls /sys/kernel/livepatch')).stdout).toBe('');
  });
});

/** The port is free as soon as the guest that was killed is gone for good. */
async function listening(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  for (;;) {
    const taken = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (await taken) return;
  }
}
