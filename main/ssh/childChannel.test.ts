/** Programs of this machine as channels. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startChild, type ChildChannel } from './childChannel';
import { localTransport } from './rights/localTransport';
import type { Channel } from './transport';

/** When there is no program yet. */
const before = process.listenerCount('exit');
const opened: Channel[] = [];
afterEach(() => {
  for (const channel of opened.splice(0)) channel.close();
  vi.unstubAllEnvs();
});

function start(script: string, environment?: NodeJS.ProcessEnv): ChildChannel {
  const channel = startChild(['/bin/sh', '-c', script], environment);
  if (!channel) throw new Error('no program');
  opened.push(channel);
  return channel;
}

function isRunning(pid: number): boolean {
  try {
    // One that has ended and was not asked for yet is none that runs.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program', () => {
  it('that has ended is no duty any more of the end of this process', async () => {
    const listeners = () => process.listenerCount('exit');
    // Those of other tests have ended, or are about to.
    await expect.poll(listeners).toBe(before);
    const channel = start('read line');
    expect(listeners()).toBe(before + 1);
    channel.stdin.end();
    await channel.ended;
    expect(listeners()).toBe(before);
  });

  it('has its input, its two outputs and its status', async () => {
    const channel = start('read line; echo "heard $line"; echo complaint >&2; exit 3');
    channel.stdin.write('this\n');
    expect(await Promise.all([text(channel.stdout), text(channel.stderr)])).toEqual([
      'heard this\n',
      'complaint\n',
    ]);
    expect(await channel.ended).toEqual({ status: 3, problem: null });
  });

  it('has the environment that it is given, or this one', async () => {
    vi.stubEnv('KLPSCOPE_TEST_WORD', 'ours');
    const script = 'echo "$KLPSCOPE_TEST_WORD"';
    expect(await text(start(script).stdout)).toBe('ours\n');
    expect(await text(start(script, { PATH: '/bin' }).stdout)).toBe('\n');
  });

  it('that is let go of is ended, and has no status', async () => {
    const channel = start('exec sleep 600');
    const pid = channel.child.pid ?? 0;
    expect(isRunning(pid)).toBe(true);
    channel.close();
    expect(await channel.ended).toEqual({ status: null, problem: null });
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('that no signal reaches is told by the end of its input', async () => {
    const channel = start('trap "" TERM; echo ready; read line; exit 9');
    await new Promise((resolve) => channel.stdout.once('data', resolve));
    channel.close();
    expect((await channel.ended).status).toBe(9);
  });

  it('that is not there is a problem, and none has no channel', async () => {
    const channel = startChild(['/nowhere/at/all']);
    expect(await channel?.ended).toMatchObject({
      status: null,
      problem: { code: 'no-shell', path: '/nowhere/at/all' },
    });
    expect(startChild([])).toBeNull();
  });

  it('may end before it has read what is written to it', async () => {
    const channel = start('exit 0');
    channel.stdin.write('x'.repeat(1_000_000));
    expect((await channel.ended).problem).toBeNull();
  });
});

describe('this machine', () => {
  it('runs programs with nothing of our environment but where its own are', async () => {
    vi.stubEnv('LD_PRELOAD_OF_A_TEST', '/tmp/x');
    const opening = await localTransport().exec({ argv: ['/usr/bin/env'], line: '' });
    if (!opening.ok) throw new Error(opening.problem.message);
    opened.push(opening.value);
    const lines = (await text(opening.value.stdout)).trim().split('\n').sort();
    expect(lines.map((line) => line.split('=')[0])).toEqual(['LC_ALL', 'PATH']);
    expect(lines[0]).toBe('LC_ALL=C');
    for (const folder of (lines[1] ?? '').slice('PATH='.length).split(':')) {
      expect(folder).toMatch(/^\/(?:run|usr|s?bin)/);
    }
  });

  it('that is closed ends all that runs there, and says so', async () => {
    const transport = localTransport();
    const channels = await Promise.all(
      [1, 2].map(() => transport.exec({ argv: ['/bin/sleep', '600'], line: '' })),
    );
    transport.close();
    for (const channel of channels) {
      if (!channel.ok) throw new Error(channel.problem.message);
      expect((await channel.value.ended).status).toBeNull();
    }
    expect(await transport.closed).toMatchObject({ code: 'connection-lost', path: 'local' });
  });

  it('runs nothing where there is no program', async () => {
    expect(await localTransport().exec({ argv: [], line: 'ignored' })).toMatchObject({
      ok: false,
      problem: { code: 'no-shell' },
    });
    expect(localTransport().neededHuman).toBe(false);
  });
});
