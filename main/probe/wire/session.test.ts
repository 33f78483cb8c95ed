/** A session's questions and answers, with a host that the test plays. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelEnd } from '../../ssh/transport';
import { firstRequest } from '../liveHost';
import { ProbeSession, type Answer } from './session';
import { defaultLimits } from './limits';

const boundary = '01234567-89ab-cdef-0123-456789abcdef';
const soon = () => new Promise((resolve) => setImmediate(resolve));

async function open(limits = defaultLimits) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const state = { isClosed: false };
  let end: (how: Partial<ChannelEnd>) => void = () => undefined;
  const ended = new Promise<ChannelEnd>((resolve) => {
    end = (how) => resolve({ status: null, problem: null, ...how });
  });
  const channel = { stdin, stdout, stderr, ended, close: () => void (state.isClosed = true) };
  const opening = ProbeSession.open(channel, '0a', firstRequest, limits);
  stdout.write(`\nklpscope-probe 1 0a ${boundary} 1000\n`);
  const opened = await opening;
  if (!opened.ok) throw new Error(opened.problem.message);
  const { session, first } = opened.value;
  const say = (...lines: string[]) =>
    void stdout.write(lines.map((l) => `\n${boundary} ${l}\n`).join(''));
  const late = (text: string) => void stderr.write(text);
  return { session, first, say, late, end, state, stdin };
}

async function valueOf(answer: Promise<{ ok: boolean } & Partial<{ value: Answer }>>) {
  const { value } = await answer;
  if (!value) throw new Error('no answer');
  return value;
}

const kinds = ({ frames }: Answer) => frames.map(({ kind }) => kind);

describe('an answer', () => {
  it('has what stands before its end, and knows whose rights it was read with', async () => {
    const { session, first, say } = await open();
    expect(session.uid).toBe(1000);
    say('p', 'h', 'end 1');
    const answer = await valueOf(first);
    expect(kinds(answer)).toEqual(['p', 'h']);
    expect(answer).toMatchObject({ torn: false, unfinished: false, late: null });
    expect(answer.orders).not.toBeNull();
  });

  it('has nothing of an attempt that was begun anew, and says where the last was torn', async () => {
    const { first, say } = await open();
    say('p', 't', 'again', 'h', 'again', 'm', 'end 1 xxx');
    const answer = await valueOf(first);
    expect(kinds(answer)).toEqual(['m']);
    expect(answer.torn).toBe(true);
  });

  it.each(['x', 'xx'])('is not torn that came whole after %s attempts', async (tries) => {
    const { first, say } = await open();
    say('p', `end 1 ${tries}`);
    expect((await valueOf(first)).torn).toBe(false);
  });

  it('is told where the host gave up in the middle', async () => {
    const { first, say } = await open();
    say('p', 'end 1 unfinished');
    expect(await valueOf(first)).toMatchObject({ unfinished: true, torn: false });
  });

  it('belongs to the question whose number it has', async () => {
    const { session, first, say, stdin } = await open();
    say('p', 'end 1');
    await first;
    const second = session.ask({
      id: 2,
      sections: ['h', 'm'],
      scan: 'known',
      known: [{ pid: 1, tid: 2 }],
    });
    expect(String(stdin.read())).toBe('2 hm known /proc/1/task/2\n');
    say('x', 'end 1');
    await soon();
    let isAnswered = false;
    void second.then(() => (isAnswered = true));
    await soon();
    expect(isAnswered).toBe(false);
    say('h', 'end 2');
    const answer = await valueOf(second);
    expect(kinds(answer)).toContain('h');
    // It did not ask for the order of livepatches.
    expect(answer.orders).toBeNull();
  });

  it('counts its bytes anew each time', async () => {
    const { session, first, say } = await open({ ...defaultLimits, answerBytes: 1000 });
    say(`p\n${'x'.repeat(700)}`, 'end 1');
    expect((await valueOf(first)).bytes).toBeGreaterThan(700);
    const second = session.ask({ ...firstRequest, id: 2 });
    say(`p\n${'x'.repeat(700)}`, 'end 2');
    expect((await valueOf(second)).bytes).toBeLessThan(1000);
  });
});

describe('what comes late', () => {
  it('belongs to the answer that announced it, whichever comes first', async () => {
    const { first, say, late } = await open();
    late(`${boundary}=o /a:2\n${boundary}=o /b:1\n${boundary}=O 1\n`);
    late(`\n${boundary} k\nstacks\n${boundary} end 1\n`);
    say('p', 'late', 'end 1');
    const answer = await valueOf(first);
    expect(await answer.orders).toEqual(['/a:2', '/b:1']);
    const frames = await answer.late;
    expect(frames?.map(({ kind, body }) => [kind, body.toString()])).toEqual([['k', 'stacks']]);
  });

  it('is not told again with the next answer', async () => {
    const { session, first, say, late } = await open();
    late(`${boundary}=o /a:1\n${boundary}=O 1\n\n${boundary} k\nold\n${boundary} end 1\n`);
    say('p', 'late', 'end 1');
    const before = await valueOf(first);
    expect(await before.orders).toEqual(['/a:1']);
    await before.late;
    const second = session.ask({ ...firstRequest, id: 2 });
    late(`${boundary}=o /b:1\n${boundary}=O 2\n\n${boundary} k\nnew\n${boundary} end 2\n`);
    say('p', 'late', 'end 2');
    const after = await valueOf(second);
    expect(await after.orders).toEqual(['/b:1']);
    expect((await after.late)?.map(({ body }) => body.toString())).toEqual(['new']);
  });

  it('is none where the host says that there is none', async () => {
    const { first, say, late } = await open();
    say('p', 'end 1 unfinished');
    const answer = await valueOf(first);
    late(`${boundary}=o /a:2\n${boundary}=O 1 none\n`);
    expect(await answer.orders).toBeNull();
  });

  it('is waited for no more when the session ends', async () => {
    const { first, say, session } = await open();
    say('p', 'late', 'end 1');
    const answer = await valueOf(first);
    session.close();
    expect(await answer.late).toEqual([]);
    expect(await answer.orders).toBeNull();
  });
});

describe('the end of a session', () => {
  it.each([
    [{ status: 2 }, /^The shell on the host ended with status 2 in the middle of an answer/],
    [{ status: 0 }, /^The shell on the host ended with status 0\.$/],
    [{ status: null }, /^The shell on the host ended\.$/],
  ])('by the host, %j, is told to who waits and to all after', async (how, message) => {
    const { first, end, session, state } = await open();
    end(how);
    const answer = await first;
    expect(answer).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    expect(answer.ok ? '' : answer.problem.message).toMatch(message);
    expect(await session.ask({ ...firstRequest, id: 2 })).toEqual(answer);
    expect(state.isClosed).toBe(true);
  });

  it('by the connection says what that says', async () => {
    const { first, end } = await open();
    const problem = { code: 'connection-lost', path: 'db1', message: 'Gone.' } as const;
    end({ problem });
    expect(await first).toEqual({ ok: false, problem });
  });

  it('between two answers blames no program', async () => {
    const { first, end, say, session } = await open();
    say('p', 'end 1');
    await first;
    end({ status: 2 });
    await soon();
    expect(await session.ask({ ...firstRequest, id: 2 })).toMatchObject({
      problem: { message: 'The shell on the host ended with status 2.' },
    });
  });

  it('by us closes the channel, and writes nothing more', async () => {
    const { first, session, state, stdin } = await open();
    session.close();
    expect(state.isClosed).toBe(true);
    expect(await first).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    expect(await session.ask({ ...firstRequest, id: 2 })).toMatchObject({ ok: false });
    expect(stdin.read()).toBeNull();
  });
});

describe('what is to be tidied up', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is no clock that goes on once the answer is there', async () => {
    const { session, first, say } = await open();
    expect(vi.getTimerCount()).toBe(1);
    say('p', 'end 1');
    await first;
    expect(vi.getTimerCount()).toBe(0);
    const second = session.ask({ ...firstRequest, id: 2 });
    session.close();
    await second;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is the channel of a login that is no shell', async () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const close = vi.fn<() => void>();
    const ended = Promise.resolve({ status: 1, problem: null });
    const channel = { stdin, stdout, stderr, ended, close };
    expect(await ProbeSession.open(channel, '0a', firstRequest)).toMatchObject({
      ok: false,
      problem: { code: 'no-shell' },
    });
    expect(close).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
