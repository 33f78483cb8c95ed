/** Sessions of ssh2, with a server that the test plays. */
import { connect as connectTo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { controlTime, releaseTime } from '../../../testing/main/passTime';
import { playServer, type Play } from '../../../testing/sshd/playedServer';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import type { Channel } from '../transport';
import { openChannel, sessionsInTurn } from './ssh2Channel';

const { waits } = vi.hoisted(() => ({ waits: [] as (number | undefined)[] }));

// No test waits for the time between two tries.
vi.mock(import('node:timers/promises'), async (original) => {
  const real = await original();
  const now: typeof real.setTimeout = (ms, value, options) => {
    waits.push(ms);
    return real.setTimeout(0, value, options);
  };
  return { ...real, setTimeout: now };
});

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  releaseTime();
  waits.length = 0;
});

const gone: Problem = { code: 'connection-lost', path: 'db1', message: 'It is gone.' };

/** A connection that has been let in; `lose` says why it is gone. */
async function connect(program: NonNullable<Play['program']>) {
  const server = await playServer({ program });
  const client = new ssh2.Client();
  ends.push(
    () => client.destroy(),
    () => server.stop(),
  );
  let lose: (problem: Problem) => void = () => undefined;
  const closed = new Promise<Problem>((resolve) => {
    lose = resolve;
  });
  await new Promise<void>((resolve, reject) => {
    client.on('ready', resolve).on('error', reject);
    const sock = connectTo(server.port, '127.0.0.1').setNoDelay();
    client.connect({ sock, username: 'root' });
  });
  const open = (limitMs?: number) => openChannel(client, 'a line', closed, 'db1', limitMs);
  return { server, client, closed, lose, open };
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

describe('a session', () => {
  it('is a program with its input, its two outputs and its status', async () => {
    const lines: string[] = [];
    const { open } = await connect((line, start) => {
      lines.push(line);
      const channel = start();
      channel.stderr.write('a complaint');
      channel.on('data', (chunk: Buffer) => channel.write(`heard ${chunk.toString()}`));
      channel.on('end', () => {
        channel.exit(3);
        channel.end();
      });
    });
    const channel = valueOf(await open());
    channel.stdin.write('this');
    channel.stdin.end();
    expect(await Promise.all([text(channel.stdout), text(channel.stderr)])).toEqual([
      'heard this',
      'a complaint',
    ]);
    expect(await channel.ended).toEqual({ status: 3, problem: null });
    expect(lines).toEqual(['a line']);
  });

  it('that ends by a signal has no status, and nothing is wrong with the connection', async () => {
    const { open } = await connect((_line, start) => {
      const channel = start();
      channel.exit('KILL');
      channel.end();
    });
    const channel = valueOf(await open());
    channel.stdout.resume();
    channel.stderr.resume();
    expect(await channel.ended).toEqual({ status: null, problem: null });
  });

  it('ends when it is let go of, once', async () => {
    const heard = vi.fn<() => void>();
    const { open } = await connect((_line, start) => {
      const channel = start();
      channel.on('end', heard);
      channel.resume();
    });
    const channel = valueOf(await open());
    channel.stdout.resume();
    channel.stderr.resume();
    channel.close();
    expect(await channel.ended).toMatchObject({ problem: null });
    expect(heard).toHaveBeenCalledTimes(1);
    expect(() => channel.close()).not.toThrow();
  });

  it('that the server refuses is none, and the server is quoted, cut and harmless', async () => {
    const { open } = await connect((_line, _start, refuse) => refuse());
    const opened = await open();
    expect(opened).toMatchObject({ ok: false, problem: { code: 'no-shell', path: 'db1' } });
    expect(!opened.ok && opened.problem.message).toMatch(/^db1 does not open a session: .+\.$/);
  });

  it('that is not opened in time is none', async () => {
    const { open } = await connect(() => undefined);
    const passTime = controlTime();
    const opening = open();
    await passTime(29_000);
    await passTime(1_000);
    expect(await opening).toEqual(
      fail('timeout', 'db1', 'db1 did not open a session within 30 s.'),
    );
  });

  it('that was opened, or refused, has no limit that goes on', async () => {
    let isOpen = true;
    const { open } = await connect((_line, start, refuse) => (isOpen ? void start() : refuse()));
    controlTime();
    const before = vi.getTimerCount();
    expect((await open()).ok).toBe(true);
    expect(vi.getTimerCount()).toBe(before);
    isOpen = false;
    expect((await open()).ok).toBe(false);
    expect(vi.getTimerCount()).toBe(before);
  });
});

describe('where the connection is lost', () => {
  it('a session ends by that', async () => {
    const { open, client, lose } = await connect((_line, start) => void start());
    client.on('close', () => lose(gone));
    const channel = valueOf(await open());
    channel.stdout.resume();
    channel.stderr.resume();
    client.destroy();
    expect(await channel.ended).toEqual({ status: null, problem: gone });
  });

  it('a session that is being opened is none, for that reason', async () => {
    const { open, lose } = await connect(() => undefined);
    const opening = open();
    lose(gone);
    expect(await opening).toEqual({ ok: false, problem: gone });
  });

  it('none is opened, which is no exception', async () => {
    const { open, client, lose } = await connect((_line, start) => void start());
    const closing = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.destroy();
    await closing;
    lose(gone);
    expect(await open()).toEqual({ ok: false, problem: gone });
  });

  it('a status that was told before still counts', async () => {
    const { open, client, lose } = await connect((_line, start, _refuse, connection) => {
      const channel = start();
      channel.exit(7);
      channel.end();
      channel.on('close', () => connection.end());
    });
    client.on('close', () => lose(gone));
    const channel = valueOf(await open());
    channel.stdout.resume();
    channel.stderr.resume();
    expect(await channel.ended).toEqual({ status: 7, problem: null });
  });
});

describe('sessions in turn', () => {
  const full = fail('no-shell', 'db1', 'The server has no place.');
  const channel: Channel = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    ended: new Promise(() => undefined),
    close: () => undefined,
  };

  function turns(...results: readonly Result<Channel>[]) {
    const left = [...results];
    const asked: string[] = [];
    const open = sessionsInTurn((line) => {
      asked.push(line);
      return Promise.resolve(left.shift() ?? full);
    });
    return { open, asked };
  }

  it('asks once for the first: where that is refused no place will become free', async () => {
    const { open, asked } = turns();
    expect(await open('first')).toEqual(full);
    expect(asked).toEqual(['first']);
  });

  it('asks again for one that comes too early, until there is a place', async () => {
    const { open, asked } = turns(succeed(channel), full, full, succeed(channel));
    await open('first');
    expect(await open('second')).toEqual(succeed(channel));
    expect(asked).toEqual(['first', 'second', 'second', 'second']);
    expect(waits).toEqual([100, 400]);
  });

  it('gives up after three more tries, two seconds in all', async () => {
    const { open, asked } = turns(succeed(channel));
    await open('first');
    expect(await open('second')).toEqual(full);
    expect(asked).toEqual(['first', 'second', 'second', 'second', 'second']);
    expect(waits).toEqual([100, 400, 1600]);
  });

  it('asks no second time for what failed for another reason', async () => {
    const lost = fail('connection-lost', 'db1', 'It is gone.');
    const { open, asked } = turns(succeed(channel), lost);
    await open('first');
    expect(await open('second')).toEqual(lost);
    expect(asked).toHaveLength(2);
  });
});
