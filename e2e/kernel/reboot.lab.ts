/** A guest that went away is there again for the next scenario, whoever has its port by then. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, unavailableWhy, type Lab } from '../lab/index.js';
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
