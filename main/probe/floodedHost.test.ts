/** Hosts that say more than anybody asked for: what is kept of it has a limit, and so has the wait. */
import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild, type ChildChannel } from '../ssh/childChannel';
import { firstRequest } from './liveHost';
import { ProbeSession } from './wire/session';
import { defaultLimits } from './wire/limits';

const boundary = '00000000-0000-0000-0000-000000000000';
const greeting = `printf '\\nklpscope-probe 1 0a ${boundary} 0\\n'`;
const limits = { ...defaultLimits, answerBytes: 1_048_576 };

function start(script: string): ChildChannel {
  const channel = startChild(['sh', '-c', script]);
  if (!channel) throw new Error('no sh');
  onTestFinished(() => channel.close());
  return channel;
}

async function firstAnswer(script: string) {
  const channel = start(script);
  const opened = await ProbeSession.open(channel, '0a', firstRequest, limits);
  if (!opened.ok) throw new Error(opened.problem.message);
  const answer = await opened.value.first;
  return { channel, answer, session: opened.value.session };
}

/** Bytes of its output that were read at all; a flood that nobody limits has no end. */
function bytesRead({ child: { stdout } }: ChildChannel): number {
  if (!(stdout instanceof Socket)) throw new Error('no socket');
  return stdout.bytesRead;
}

/** What the system may have in its hands when a stream is closed (pipe(7): 64 KiB), and a read. */
const underWay = 131_072;

describe('a host that floods', () => {
  it('is let go when one answer is longer than is allowed, and is asked nothing more', async () => {
    const { channel, answer, session } = await firstAnswer(`${greeting}; yes flood`);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'too-large' } });
    // The flood ends because nobody reads it any more.
    expect(await channel.ended).toMatchObject({ problem: null });
    expect(await session.ask({ ...firstRequest, id: 2 })).toEqual(answer);
    expect(bytesRead(channel)).toBeGreaterThan(limits.answerBytes);
    expect(bytesRead(channel)).toBeLessThan(limits.answerBytes + underWay);
  });

  it('is let go when many small frames are', async () => {
    const frames = `while printf '\\n${boundary} p\\nx'; do :; done | cat`;
    const { answer } = await firstAnswer(`${greeting}; ${frames}`);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });

  it.each([
    ['frames without an end', `\\n${boundary} k\\n%01000d`],
    ['lines about the stack', `${boundary}=o /sys/kernel/livepatch/x/stack_order:%01000d\\n`],
  ])('is let go when what comes late has no end: %s', async (_, line) => {
    const flood = `while printf '${line}' 0; do :; done | cat >&2`;
    const { answer } = await firstAnswer(`${greeting}; ${flood}`);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });

  it('is not unpacked further than one answer may be long, in however many parts', async () => {
    const part = gzipSync(Buffer.alloc(600_000)).toString('base64');
    const frames = `for n in 1 2; do printf '\\n${boundary} z\\n'; echo '${part}' | base64 -d; done`;
    const { answer } = await firstAnswer(
      `${greeting}; ${frames}; printf '\\n${boundary} end 1\\n'; read more`,
    );
    expect(answer).toMatchObject({ ok: false, problem: { code: 'protocol-error' } });
  });

  it('is let go when it floods before its greeting', async () => {
    const channel = start('yes "Welcome to the machine"');
    const opened = await ProbeSession.open(channel, '0a', firstRequest, limits);
    expect(opened).toMatchObject({ ok: false, problem: { code: 'no-shell' } });
    await channel.ended;
    expect(bytesRead(channel)).toBeLessThan(262_144 + underWay);
  });

  it('may complain as much as it likes before its greeting', async () => {
    const flood = `i=0; while [ $i -lt 2000 ]; do printf '%01000d\\n' 0 >&2; i=$((i+1)); done`;
    const { answer } = await firstAnswer(
      `${flood}; ${greeting}; printf '\\n${boundary} end 1\\n'; read more`,
    );
    expect(answer).toMatchObject({ ok: true });
  });

  it('keeps nothing of what it says between two requests', async () => {
    const idle = `printf '\\n${boundary} end 1\\n'; printf '%0900000d' 0; read r; printf '\\n${boundary} end 2\\n'; read more`;
    const { answer, session, channel } = await firstAnswer(`${greeting}; ${idle}`);
    expect(answer).toMatchObject({ ok: true });
    let heard = 0;
    channel.stdout.on('data', (chunk: Buffer) => (heard += chunk.length));
    // What came together with the answer was heard before: some of it may be missing here.
    await expect.poll(() => heard).toBeGreaterThan(900_000 - 65_536);
    const second = await session.ask({ ...firstRequest, id: 2 });
    expect(second).toMatchObject({ ok: true, value: { frames: [] } });
  });
});
