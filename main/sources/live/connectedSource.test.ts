/** What becomes of a connection: lost, refused, given up, and made again, with this machine as host. */
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answering } from '../../../testing/main/answering';
import { temporaryFolder } from '../../../testing/main/folders';
import { controlTime, releaseTime, type PassTime } from '../../../testing/main/passTime';
import {
  opensAtOnce,
  playTransport,
  type PlayedHost,
  type PlayedTransport,
} from '../../../testing/main/playedTransport';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import type { Readings } from '../../../shared/readings/readings';
import { nobody, type Ask } from '../../ssh/questions';
import { ConnectedSource, type ConnectedOptions, type Connection } from './connectedSource';

const ends: (() => void)[] = [];
afterEach(() => {
  releaseTime();
  for (const end of ends.splice(0)) end();
});

type Attempt = PlayedHost | Problem | 'never';

/** Each connection is made, refused or never made, as the list has it; the last goes on for ever. */
function open(
  attempts: readonly Attempt[],
  { note = null, ...options }: Partial<ConnectedOptions> & { note?: Problem | null } = {},
) {
  const transports: PlayedTransport[] = [];
  const asks: Ask[] = [];
  const steps: string[] = [];
  const ask = options.ask ?? answering();
  const connect = (asking: Ask, signal: AbortSignal): Promise<Result<Connection>> => {
    const attempt = attempts[Math.min(asks.length, attempts.length - 1)] ?? {};
    asks.push(asking);
    if (attempt === 'never') {
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve(fail('unreachable', null, 'Given up.'))),
      );
    }
    if ('code' in attempt) return Promise.resolve({ ok: false, problem: attempt });
    const transport = playTransport(attempt);
    transports.push(transport);
    ends.push(() => transport.close());
    return Promise.resolve(succeed({ transport, user: 'ada', host: 'db1', note }));
  };
  const source = new ConnectedSource(
    'db1',
    'ssh',
    { through: [], timeoutMs: null, ...options, ask, trace: (step) => steps.push(step) },
    connect,
  );
  ends.push(() => source.close());
  return { source, transports, asks, steps, ask };
}

function codeOf(result: Result<Readings>): string {
  return result.ok ? 'read' : result.problem.code;
}

const problem = (code: Problem['code']): Problem => ({ code, path: 'db1', message: `${code}!` });
const sought = { symbols: [], modules: [], prefixes: [] };

/** Ends the probe of a connection. */
function cut(transport: PlayedTransport | undefined): void {
  transport?.close();
}

describe('a connection', () => {
  it('is made with the first sample, and used by those that follow in their order', async () => {
    const { source, transports, asks } = open([{}]);
    expect([source.roundMs, source.waitsForHuman, asks.length]).toEqual([null, false, 0]);
    const samples = await Promise.all([source.sample(), source.sample()]);
    expect(samples.map(codeOf)).toEqual(['read', 'read']);
    expect([asks.length, transports[0]?.commands.length]).toEqual([1, 1]);
    expect(source.roundMs).toBeGreaterThan(0);
    const [first] = samples;
    expect(first).toMatchObject({
      value: { target: 'db1', source: 'ssh', privileged: process.geteuid?.() === 0 },
    });
  });

  it('is what a search goes over, and none is made for it', async () => {
    const { source, asks } = open([{}]);
    expect(await source.seek(sought)).toEqual(
      fail('connection-lost', 'db1', 'db1 is not connected.'),
    );
    expect(asks).toHaveLength(0);
    await source.sample();
    const [searched, sampled] = await Promise.all([source.seek(sought), source.sample()]);
    expect([searched.ok, sampled.ok]).toEqual([true, true]);
  });

  it('that is closed is let go of, with what runs there, and not made again', async () => {
    const { source, transports, asks } = open([{}]);
    await source.sample();
    source.close();
    expect(transports[0]?.isClosed).toBe(true);
    await expect.poll(() => transports[0]?.running()).toBe(0);
    expect(await source.sample()).toEqual(fail('connection-lost', 'db1', 'db1 was closed.'));
    expect((await source.seek(sought)).ok).toBe(false);
    expect(asks).toHaveLength(1);
  });

  it('tells what is to be known of the way it was made, with each sample', async () => {
    const note = problem('no-agreement');
    const { source } = open([{}], { note });
    for (let times = 0; times < 2; times += 1) {
      const sampled = await source.sample();
      expect(sampled.ok && sampled.value.problems[0]).toEqual(note);
    }
  });

  it('counts no time in which somebody is asked for a password', async () => {
    const passTime = controlTime();
    const ask = async () => {
      await passTime(60_000);
      return ['right'];
    };
    const { source } = open([{ sudo: passwordSudo() }], {
      through: ['sudo'],
      timeoutMs: 20_000,
      ask,
    });
    expect(codeOf(await source.sample())).toBe('read');
    // The probe's start is limited by what is left since the answer, and so is sudo's second prompt.
    const twice = passwordSudo().replace('read -r given;', 'read -r given; sleep 0.2;');
    const other = open([{ sudo: twice }], { through: ['sudo'], timeoutMs: 20_000, ask });
    expect(codeOf(await other.source.sample())).toBe('read');
  });

  it('whose probe does not start is closed, and says both', async () => {
    const note = problem('no-agreement');
    const shell = 'echo no shell for you; exit 1';
    const noted = open([{ shell }], { note });
    expect(await noted.source.sample()).toMatchObject({
      problem: {
        code: 'no-shell',
        message: expect.stringMatching(/^no-agreement! .*no shell for you/),
      },
    });
    const plain = open([{ shell }]);
    expect(await plain.source.sample()).toMatchObject({
      problem: { code: 'no-shell', message: expect.not.stringContaining('no-agreement!') },
    });
    for (const { transports } of [noted, plain]) expect(transports[0]?.isClosed).toBe(true);
  });

  it('has the time that was wished for, to start and for each answer', async () => {
    const late = open([{ shell: 'exec sleep 600' }], { timeoutMs: 60 });
    expect(codeOf(await late.source.sample())).toBe('timeout');
    // It hears nothing after its first answer: what it reads from is a pipe of its own.
    const pipe = join(temporaryFolder(), 'pipe');
    const shell = `mkfifo '${pipe}'; exec <>'${pipe}'; exec "$0" "$@"`;
    const passTime = controlTime();
    const { source } = open([{ shell }], { timeoutMs: 7_000 });
    expect(codeOf(await source.sample())).toBe('read');
    const second = source.sample();
    await passTime(7_000);
    expect(await second).toMatchObject({
      problem: { code: 'timeout', message: 'The host did not answer within 7 s.' },
    });
  });
});

describe('a connection that is lost', () => {
  it('is made again by itself after a while, and nobody is asked then', async () => {
    const passTime = controlTime();
    const { source, transports, asks, steps, ask } = open([{}, problem('unreachable'), {}]);
    await source.sample();
    cut(transports[0]);
    expect(codeOf(await source.sample())).toBe('connection-lost');
    expect(source.waitsForHuman).toBe(false);
    expect(steps.at(-1)).toBe('tried again by itself');
    // Not before a second has passed.
    expect(codeOf(await source.sample())).toBe('connection-lost');
    expect(asks).toHaveLength(1);
    await passTime(1_000);
    expect(codeOf(await source.sample())).toBe('unreachable');
    expect(asks).toHaveLength(2);
    expect([asks[0]?.unattended, asks[1]?.unattended]).toEqual([ask.unattended, true]);
    await passTime(2_000);
    expect(codeOf(await source.sample())).toBe('read');
    expect(source.roundMs).not.toBeNull();
    // What was is over: the next loss is a first one.
    cut(transports[1]);
    await source.sample();
    await passTime(1_000);
    expect(codeOf(await source.sample())).toBe('read');
  });

  it('is tried less and less often while it fails', async () => {
    const passTime: PassTime = controlTime();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { source, asks } = open([problem('unreachable')]);
    await source.sample();
    for (const wait of [1, 2, 4]) {
      const before = asks.length;
      await passTime(wait * 1000 - 500);
      await source.sample();
      expect(asks).toHaveLength(before);
      await passTime(500);
      await source.sample();
      expect(asks).toHaveLength(before + 1);
    }
  });

  it('is tried soon again after somebody has wanted it in vain', async () => {
    const passTime = controlTime();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { source, asks } = open([problem('unreachable')]);
    await source.sample();
    for (const wait of [1_000, 2_000, 4_000]) {
      await passTime(wait);
      await source.sample();
    }
    source.retry();
    await source.sample();
    expect(asks).toHaveLength(5);
    await passTime(1_000);
    await source.sample();
    expect(asks).toHaveLength(6);
  });

  it('lets go of its transport', async () => {
    const { source, transports } = open([{}, problem('unreachable')]);
    await source.sample();
    const [transport] = transports;
    const killed = transport?.commands.length;
    cut(transport);
    await source.sample();
    expect([transport?.isClosed, killed]).toEqual([true, 1]);
    expect((await source.seek(sought)).ok).toBe(false);
    expect(source.roundMs).toBeNull();
  });

  it.each([
    ['because a human had to answer when it was made', { neededHuman: true }, {}],
    ['because sudo’s password was asked for', { sudo: passwordSudo() }, { through: ['sudo'] }],
  ] as const)('waits for a human %s', async (_why, host, options) => {
    const passTime = controlTime();
    const ask = answering(['right'], ['right']);
    const { source, transports, asks, steps } = open([host], { ...options, ask });
    expect(codeOf(await source.sample())).toBe('read');
    expect(source.waitsForHuman).toBe(false);
    cut(transports[0]);
    expect(codeOf(await source.sample())).toBe('connection-lost');
    expect(source.waitsForHuman).toBe(true);
    expect(steps.at(-1)).toBe('not tried again before a person asks for it');
    await passTime(3_600_000);
    expect(codeOf(await source.sample())).toBe('connection-lost');
    expect(asks).toHaveLength(1);
    source.retry();
    expect(codeOf(await source.sample())).toBe('read');
    expect(asks[1]?.unattended).toBeUndefined();
  });

  it.each(['authentication-failed', 'host-key-changed', 'sudo-password-needed'] as const)(
    'waits for a human after %s, who may then be asked, at once',
    async (code) => {
      const passTime = controlTime();
      const { source, asks } = open([problem(code), problem('unreachable'), {}]);
      expect(codeOf(await source.sample())).toBe(code);
      expect(source.waitsForHuman).toBe(true);
      await passTime(3_600_000);
      expect(codeOf(await source.sample())).toBe(code);
      source.retry();
      expect(codeOf(await source.sample())).toBe('unreachable');
      expect(asks[1]?.unattended).toBeUndefined();
      // That it waited before still holds.
      expect(source.waitsForHuman).toBe(true);
      source.retry();
      expect(codeOf(await source.sample())).toBe('read');
      expect(source.waitsForHuman).toBe(false);
    },
  );
});

function passwordSudo(): string {
  return `case "$*" in *" -n "*) echo "a password is required" >&2; exit 1 ;; esac
    for last; do :; done
    printf %s "$(printf %s "$*" | sed 's/.*-p \\(klpscope-password-[0-9a-f]*:\\).*/\\1/')" >&2
    IFS= read -r given; exec sh -c "$last"`;
}

describe('connecting that is given up', () => {
  it('says so where nothing was before, and is not tried again at once', async () => {
    const { source, asks } = open(['never', {}]);
    const first = source.sample();
    await expect.poll(() => asks.length).toBe(1);
    source.cancel();
    expect(await first).toEqual(fail('connection-lost', 'db1', 'Connecting to db1 was given up.'));
    expect(source.waitsForHuman).toBe(false);
    source.retry();
    expect(codeOf(await source.sample())).toBe('read');
  });

  it('leaves what was lost as it was', async () => {
    const { source, asks } = open([problem('host-key-changed'), 'never']);
    await source.sample();
    source.retry();
    const second = source.sample();
    await expect.poll(() => asks.length).toBe(2);
    source.cancel();
    expect(codeOf(await second)).toBe('host-key-changed');
  });

  it('by closing says so too', async () => {
    const { source, asks } = open(['never']);
    const first = source.sample();
    await expect.poll(() => asks.length).toBe(1);
    source.close();
    expect(codeOf(await first)).toBe('connection-lost');
  });

  it('while the probe starts closes what was connected by then', async () => {
    const { source, transports } = open([{ shell: 'exec sleep 600' }]);
    const first = source.sample();
    await expect.poll(() => transports[0]?.running()).toBe(1);
    source.cancel();
    expect(await first).toMatchObject({ problem: { message: 'Connecting to db1 was given up.' } });
    await expect.poll(() => transports[0]?.running()).toBe(0);
  });

  it('by whoever tries again makes way for that', async () => {
    const { source, asks } = open(['never', {}]);
    const first = source.sample();
    await expect.poll(() => asks.length).toBe(1);
    source.retry();
    const second = source.sample();
    expect(codeOf(await first)).toBe('connection-lost');
    expect(codeOf(await second)).toBe('read');
  });

  it('is nothing where nobody connects', async () => {
    const { source, asks } = open([{}]);
    source.cancel();
    await source.sample();
    source.cancel();
    expect(codeOf(await source.sample())).toBe('read');
    expect(asks).toHaveLength(1);
  });
});

describe('rights that were refused', () => {
  const refusing = 'echo "ada is not in the sudoers file." >&2; exit 1';

  it('are told with each sample, until somebody tries again', async () => {
    const { source, transports } = open([{ sudo: refusing }, { sudo: opensAtOnce }], {
      through: ['sudo'],
    });
    for (let times = 0; times < 2; times += 1) {
      const sampled = await source.sample();
      expect(sampled).toMatchObject({ ok: true });
      expect(sampled.ok && sampled.value.problems.map(({ code }) => code)).toContain(
        'sudo-refused',
      );
    }
    expect(transports).toHaveLength(1);
    source.retry();
    const again = await source.sample();
    expect(again.ok && again.value.problems.map(({ code }) => code)).not.toContain('sudo-refused');
    expect([transports.length, transports[0]?.isClosed]).toEqual([2, true]);
    // Nothing is missing now: whoever tries again keeps what there is.
    source.retry();
    await source.sample();
    expect(transports).toHaveLength(2);
  });

  it('are not refused where nobody can be asked: it is not read at all', async () => {
    const sudo = 'echo "sudo: a password is required" >&2; exit 1';
    const { source, transports } = open([{ sudo }], { through: ['sudo'], ask: nobody });
    expect(codeOf(await source.sample())).toBe('sudo-password-needed');
    expect(source.waitsForHuman).toBe(true);
    expect(transports[0]?.isClosed).toBe(true);
  });
});
