/** The first words of a probe, among whatever else a login says. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Problem } from '../../../shared/base/problem';
import type { ChannelEnd } from '../../ssh/transport';
import { readGreeting } from './greeting';

const boundary = '01234567-89ab-cdef-0123-456789abcdef';
const own = `\nklpscope-probe 1 0a ${boundary} 1000\n`;

function channelFor() {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let end: (how: ChannelEnd) => void = () => undefined;
  const ended = new Promise<ChannelEnd>((resolve) => (end = resolve));
  const channel = { stdin: new PassThrough(), stdout, stderr, ended, close: () => undefined };
  return { channel, end };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('a greeting', () => {
  it('is believed only with the nonce that this probe was given', async () => {
    const { channel, end } = channelFor();
    const read = readGreeting(channel, '0a', { startMs: 60_000 });
    const other = '99999999-9999-9999-9999-999999999999';
    channel.stdout.write(`Welcome\nklpscope-probe 1 0b ${other} 0\nklpscope-probe 1  ${other} 0\n`);
    channel.stdout.write(`klpscope-probe 1 0a no-boundary 0\nklpscope-probe 2 0a ${other} 0\n`);
    channel.stdout.write(`x klpscope-probe 1 0a ${other} 0\n`);
    await soon();
    channel.stdout.write(own);
    expect(await read).toEqual({ ok: true, value: { boundary, uid: 1000 } });
    end({ status: 0, problem: null });
  });

  it('leaves what stands behind it to the next reader, in however many pieces it came', async () => {
    const { channel } = channelFor();
    const read = readGreeting(channel, '0a', { startMs: 60_000 });
    for (const piece of `noise\n${own}rest of it`.match(/[^]{1,7}/g) ?? []) {
      channel.stdout.write(Buffer.from(piece, 'latin1'));
    }
    expect((await read).ok).toBe(true);
    await soon();
    // Frames begin with a newline: the greeting's own is theirs.
    expect(String(channel.stdout.read())).toBe('\nrest of it');
    expect([channel.stdout.isPaused(), channel.stderr.isPaused()]).toEqual([true, true]);
  });
});

describe('a login that gives no shell', () => {
  const endOf = async (words: { out?: string; err?: string }, status: number | null) => {
    const { channel, end } = channelFor();
    const read = readGreeting(channel, '0a', { startMs: 60_000 });
    channel.stdout.write(words.out ?? '');
    channel.stderr.write(words.err ?? '');
    await soon();
    end({ status, problem: null });
    const result = await read;
    if (result.ok) throw new Error('a greeting');
    return result.problem;
  };

  it('is quoted with its last words, those on standard error first', async () => {
    expect(await endOf({ out: 'Welcome\n', err: 'a\nThis account is closed.\n\n' }, 1)).toEqual({
      code: 'no-shell',
      path: null,
      message:
        'The login does not give a shell that runs commands. It ended with status 1: “This account is closed.”',
    });
    expect((await endOf({ out: 'one\ntwo\n', err: ' \n' }, 0)).message).toContain(
      'status 0: “two”',
    );
    expect((await endOf({}, null)).message).toContain('status unknown: without a word.');
  });

  it('does not reach the terminal, nor fill it', async () => {
    const { message } = await endOf({ err: `\u001b[2J\u0007${'x'.repeat(1000)}` }, 1);
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message).toContain('\\x1b[2J\\x07');
    expect(message.length).toBeLessThan(400);
  });

  it('is not quoted from far behind: only the first of its complaints are kept', async () => {
    const { message } = await endOf({ err: `first\n${'x\n'.repeat(4096)}last\n` }, 1);
    expect(message).not.toContain('last');
  });

  it('passes on what the connection says of its own end', async () => {
    const { channel, end } = channelFor();
    const read = readGreeting(channel, '0a', { startMs: 60_000 });
    const problem: Problem = { code: 'connection-lost', path: null, message: 'Gone.' };
    end({ status: null, problem });
    expect(await read).toEqual({ ok: false, problem });
  });

  it('is left when it has said more than 256 KiB', async () => {
    const { channel } = channelFor();
    const read = readGreeting(channel, '0a', { startMs: 60_000 });
    channel.stdout.write('x'.repeat(262_144));
    await soon();
    let isLeft = false;
    void read.then(() => (isLeft = true));
    await soon();
    expect(isLeft).toBe(false);
    channel.stdout.write('x');
    expect(await read).toMatchObject({ ok: false, problem: { code: 'no-shell' } });
    expect(channel.stdout.listenerCount('data')).toBe(0);
    expect(channel.stderr.listenerCount('data')).toBe(0);
  });
});

describe('a login that is silent', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is given up when its time has passed, and not before', async () => {
    const { channel } = channelFor();
    const settled = vi.fn<(result: unknown) => void>();
    void readGreeting(channel, '0a', { startMs: 20_000 }).then(settled);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledWith({
      ok: false,
      problem: {
        code: 'timeout',
        path: null,
        message: 'The host did not start a shell within 20 s.',
      },
    });
  });

  it('that has said something else is no shell', async () => {
    const { channel } = channelFor();
    const read = readGreeting(channel, '0a', { startMs: 20_000 });
    channel.stdout.write('Choose a menu entry:');
    await soon();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await read).toMatchObject({
      ok: false,
      problem: {
        code: 'no-shell',
        message: expect.stringContaining(
          'It said “Choose a menu entry:” and nothing else for 20 s.',
        ),
      },
    });
  });

  it('gets more time while a human is asked', async () => {
    const { channel } = channelFor();
    const settled = vi.fn<(result: unknown) => void>();
    const left = [5000, 0];
    const extend = vi.fn<(limitMs: number) => number>(() => left.shift() ?? 0);
    void readGreeting(channel, '0a', { startMs: 20_000, extend }).then(settled);
    await vi.advanceTimersByTimeAsync(24_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledWith(expect.objectContaining({ ok: false }));
    expect(extend.mock.calls).toEqual([[20_000], [20_000]]);
  });
});
