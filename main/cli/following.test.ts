/** Commands on a host whose samples the test gives, by a clock that never waits. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as format from '../../shared/history/recording/format';
import { watchEventSchema } from '../../shared/history/change';
import { Recording } from '../../shared/history/recording/recording';
import { succeed, type Problem, type Result } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { livepatch, readingsOf, thread } from '../../testing/shared/memoryTree';
import { contentOfFile } from '../sources/content';
import { readRecording } from '../sources/recording/recordingFile';
import type { Source } from '../sources/source';
import { temporaryFolder } from '../../testing/main/folders';
import { run } from './run';

/** Milliseconds that were slept, and what happens meanwhile. */
const sleeps: number[] = [];
let clock = 0;
let whileAsleep: () => void = () => undefined;
let source: Source | null = null;

vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, value: unknown, { signal }: { signal: AbortSignal }) => {
    sleeps.push(ms);
    clock += ms;
    await new Promise((resolve) => setImmediate(resolve));
    whileAsleep();
    if (signal.aborted) throw signal.reason;
    return value;
  },
}));

vi.mock('../sources/openSource', () => ({ openSource: () => ({ ok: true, value: source }) }));

// A recording is full with few samples here.
vi.mock('../../shared/history/recording/format', async (original) => ({
  ...(await original<typeof format>()),
  recordingLimits: { unpackedBytes: 1_048_576, moments: 12 },
}));

type Step = Readings | Problem | 'silence' | (() => Readings | Problem);

const about = { target: 'local', source: 'local', live: true } as const;
const state = (transition: '0' | '1', blocking: '0' | '1' = '0') =>
  readingsOf(
    {
      ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition }),
      ...thread(1, { state: transition === '1' ? '1' : '-1' }),
      ...thread(2, { state: transition === '1' ? blocking : '-1' }),
    },
    about,
  );
const inBoot = (readings: Readings, id: string): Readings => ({
  ...readings,
  files: new Map([
    ...readings.files,
    [
      '/proc/sys/kernel/random/boot_id',
      { text: `${id}-2222-4333-8444-555555555555\n`, truncated: false },
    ],
  ]),
});
const moving = state('1');
const settled = state('0');
const gone: Problem = { code: 'connection-lost', path: null, message: 'The host is gone.' };

/** Gives the steps one after the other, the last again and again. */
function scripted(steps: readonly Step[], more: Partial<Source> = {}) {
  const taken = { samples: 0, closed: 0 };
  source = {
    target: 'local',
    kind: 'local',
    live: true,
    sample() {
      const step = steps[Math.min(taken.samples, steps.length - 1)];
      taken.samples += 1;
      if (step === undefined || step === 'silence') return new Promise(() => undefined);
      const given = typeof step === 'function' ? step() : step;
      const result: Result<Readings> =
        'files' in given ? { ok: true, value: given } : { ok: false, problem: given };
      return Promise.resolve(result);
    },
    close: () => void (taken.closed += 1),
    ...more,
  };
  return taken;
}

async function klpscope(...args: readonly string[]) {
  const printed: string[] = [];
  const warnings: string[] = [];
  const progress: (string | null)[] = [];
  const status = await run(args, {
    style: { width: 100, colour: false, unicode: true },
    write: (text) => void printed.push(text),
    warn: (line) => void warnings.push(line),
    progress: (text) => void progress.push(text),
  });
  return { status, printed: printed.join(''), warnings, progress };
}

const events = (printed: string) =>
  printed
    .trimEnd()
    .split('\n')
    .map((line) => watchEventSchema.parse(JSON.parse(line)).event);

beforeEach(() => {
  sleeps.length = 0;
  clock = 0;
  whileAsleep = () => undefined;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('watch', () => {
  it('--until settled goes on while the host is lost, and ends when it is back and settled', async () => {
    const taken = scripted([moving, gone, gone, moving, settled]);
    const { status, printed, warnings } = await klpscope(
      'watch',
      'local',
      '--json',
      '--until',
      'settled',
    );
    expect({ status, warnings }).toEqual({ status: 0, warnings: [] });
    expect(taken).toEqual({ samples: 5, closed: 1 });
    const kinds = events(printed);
    expect(kinds[0]).toBe('state');
    expect(kinds.filter((kind) => kind === 'lost' || kind === 'back')).toEqual(['lost', 'back']);
    expect(kinds).toContain('transition-completed');
  });

  it('--until settled ends with 3 where the host was booted again in the middle, in a replay as well', async () => {
    const steps = [inBoot(moving, '11111111'), gone, inBoot(settled, '99999999')];
    const taken = scripted(steps);
    const watched = await klpscope('watch', 'local', '--json', '--until', 'settled');
    expect(watched.status).toBe(3);
    expect(taken.samples).toBe(3);
    expect(events(watched.printed)).toEqual(['state', 'lost', 'back', 'rebooted', 'state']);
    expect(watched.warnings).toEqual([
      expect.stringMatching(
        /^rebooted: The host was booted again while livepatch_a was in transition/,
      ),
    ]);
    // Without --until it goes on, and ends as the last state says.
    scripted(steps);
    expect((await klpscope('watch', 'local', '--for', '3')).status).toBe(0);

    scripted(steps);
    const file = join(temporaryFolder(), 'a.klprec');
    const recorded = await klpscope('record', 'local', '-o', file, '--duration', '2.5');
    expect(recorded.warnings).toEqual([
      expect.stringMatching(/^The host was booted again while livepatch_a was in transition/),
    ]);
    const read = await readRecording(contentOfFile(file));
    const recording = read.ok ? succeed(new Recording(file, read.value)) : read;
    scripted([], { live: false, recording: () => Promise.resolve(recording) });
    const replayed = await klpscope('watch', 'local', '--json', '--until', 'settled');
    expect(replayed).toMatchObject({ status: 3, warnings: watched.warnings });
    expect(events(replayed.printed)).toEqual(events(watched.printed));
  });

  it('without --until goes on when all is settled', async () => {
    const taken = scripted([settled]);
    expect((await klpscope('watch', 'local', '--for', '12')).status).toBe(0);
    expect({ sleeps, samples: taken.samples }).toEqual({ sleeps: [5000, 5000, 2000], samples: 4 });
  });

  it('--until takes nothing but settled', async () => {
    scripted([moving]);
    const { status, warnings } = await klpscope('watch', 'local', '--until', 'done');
    expect(status).toBe(64);
    expect(warnings.join()).toContain('--until takes settled.');
  });

  it('--for ends it, with the status of the last state, and waits no longer than that', async () => {
    const taken = scripted([moving]);
    const { status, warnings } = await klpscope('watch', 'local', '--for', '2.5');
    expect({ status, warnings }).toEqual({ status: 1, warnings: [] });
    expect({ sleeps, ...taken }).toEqual({ sleeps: [1000, 1000, 500], samples: 4, closed: 1 });
  });

  it('--for counts what the host takes to answer', async () => {
    const slow = () => {
      clock += 4000;
      return moving;
    };
    const taken = scripted([moving, slow]);
    expect((await klpscope('watch', 'local', '--for', '2.5')).status).toBe(1);
    expect({ sleeps, ...taken }).toEqual({ sleeps: [1000], samples: 2, closed: 1 });
  });

  it.each([
    [moving, [], 1000],
    [settled, [], 5000],
    [moving, ['--interval', '7'], 7000],
    [settled, ['--interval', '0.2'], 200],
  ])('asks as often as the state or --interval says', async (sample, args, ms) => {
    const taken = scripted([sample]);
    whileAsleep = () => void process.emit('SIGINT');
    await klpscope('watch', 'local', ...args);
    expect({ sleeps, samples: taken.samples }).toEqual({ sleeps: [ms], samples: 1 });
  });

  it('says once that a slow host is asked more rarely, in JSON Lines as well', async () => {
    let asleep = 0;
    const interrupt = () => {
      asleep += 1;
      if (asleep % 3 === 0) process.emit('SIGINT');
    };
    scripted([moving], { roundMs: 1200 });
    whileAsleep = interrupt;
    const { printed } = await klpscope('watch', 'local');
    expect(printed.match(/read every 4\.8 s: a round takes 1\.2 s/g)).toHaveLength(1);
    expect(sleeps).toEqual([4800, 4800, 4800]);
    scripted([moving], { roundMs: 1200 });
    const json = await klpscope('watch', 'local', '--json');
    expect(events(json.printed)).toEqual(['state', 'slowed']);
    expect(JSON.parse(json.printed.trim().split('\n').at(-1) ?? '')).toMatchObject({
      subject: null,
      pace: { everySeconds: 4.8, roundSeconds: 1.2 },
    });
    scripted([moving], { roundMs: 100 });
    expect((await klpscope('watch', 'local')).printed).not.toContain('read every');
  });

  it('ends with 3 where the host can’t be read at first, and asks no second time', async () => {
    const taken = scripted([gone]);
    const { status, printed, warnings } = await klpscope('watch', 'local');
    expect({ status, printed }).toEqual({ status: 3, printed: '' });
    expect(warnings).toEqual([expect.stringMatching(/^connection-lost: The host is gone\. /)]);
    expect(taken).toEqual({ samples: 1, closed: 1 });
  });

  it('ends with 3 where the host is lost at the end, and says why', async () => {
    scripted([moving, gone]);
    const { status, printed, warnings } = await klpscope('watch', 'local', '--for', '0.5');
    expect(status).toBe(3);
    expect(printed).toContain('The host is gone.');
    expect(warnings).toEqual([expect.stringMatching(/^connection-lost: The host is gone\. /)]);
  });

  it('reads a saved state once', async () => {
    const taken = scripted([moving], { live: false });
    expect((await klpscope('watch', 'local')).status).toBe(1);
    expect({ ...taken, sleeps }).toEqual({ samples: 1, closed: 1, sleeps: [] });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends its wait for the next sample', async (name) => {
    const before = process.listenerCount(name);
    const taken = scripted([moving]);
    whileAsleep = () => void process.emit(name);
    const { status, warnings } = await klpscope('watch', 'local');
    expect({ status, warnings }).toEqual({ status: 1, warnings: [] });
    expect(taken).toEqual({ samples: 1, closed: 1 });
    expect(process.listenerCount(name)).toBe(before);
  });

  it('ends its wait for a host that doesn’t answer, too', async () => {
    const taken = scripted([moving, 'silence']);
    whileAsleep = () => void setImmediate(() => process.emit('SIGINT'));
    const { status, warnings } = await klpscope('watch', 'local');
    expect({ status, warnings }).toEqual({ status: 1, warnings: [] });
    expect(taken).toEqual({ samples: 2, closed: 1 });
  });

  it('interrupted before the first answer says so', async () => {
    scripted(['silence']);
    setImmediate(() => process.emit('SIGINT'));
    const { status, warnings } = await klpscope('watch', 'local');
    expect(status).toBe(3);
    expect(warnings).toEqual(['local: interrupted before the first answer.']);
  });

  it('shows a thread that blocks and then does not', async () => {
    scripted([moving, state('1', '1'), settled]);
    const { printed } = await klpscope('watch', 'local', '--until', 'settled');
    expect(printed).toMatch(/^\d\d:\d\d:\d\dZ {2}.*livepatch_a.*\n/);
    expect(printed).toMatch(/blocks no more/);
    expect(printed).toMatch(/transition completed \(patching\)\n$/m);
  });
});

describe('record', () => {
  const newFile = () => join(temporaryFolder(), 'x.klprec');
  const kept = async (file: string) => {
    const read = await readRecording(contentOfFile(file));
    if (!read.ok) throw new Error(read.problem.message);
    const { moments, end, problems } = read.value;
    expect(problems).toEqual([]);
    return { lost: moments.map((moment) => 'lost' in moment), end: end?.end };
  };

  it('keeps samples and losses until --duration has passed, and waits no longer', async () => {
    const file = newFile();
    const taken = scripted([moving, gone, settled]);
    const args = ['-o', file, '--duration', '12.4', '--interval', '4'];
    const { status, printed, warnings } = await klpscope('record', 'local', ...args);
    expect({ status, warnings }).toEqual({ status: 0, warnings: [] });
    expect(await kept(file)).toEqual({ lost: [false, true, false, false, false], end: 'done' });
    expect({ sleeps, ...taken }).toEqual({
      sleeps: [4000, 4000, 4000, 400],
      samples: 5,
      closed: 1,
    });
    expect(printed).toMatch(/^5 samples in 12 s, [\d.]+ KiB in .*\.klprec\n$/);
  });

  it.each([
    [moving, [], {}, 1000],
    [settled, [], {}, 5000],
    [settled, ['--interval', '7'], {}, 7000],
    [moving, [], { roundMs: 1000 }, 4000],
  ])('asks as often as the state or --interval says', async (sample, args, more, ms) => {
    const file = newFile();
    scripted([sample], more);
    whileAsleep = () => void process.emit('SIGTERM');
    const { status } = await klpscope('record', 'local', '-o', file, ...args);
    expect({ status, sleeps }).toEqual({ status: 0, sleeps: [ms] });
    expect(await kept(file)).toEqual({ lost: [false], end: 'interrupted' });
  });

  it('goes by the last state that was read, also while the host is lost', async () => {
    let asleep = 0;
    whileAsleep = () => void ((asleep += 1) === 3 && process.emit('SIGINT'));
    scripted([settled, moving, gone]);
    const { status, warnings } = await klpscope('record', 'local', '-o', newFile());
    expect(sleeps).toEqual([5000, 1000, 1000]);
    expect(status).toBe(3);
    expect(warnings).toEqual([expect.stringMatching(/^connection-lost: The host is gone\. /)]);
  });

  it('ends a recording that is full, and says so', async () => {
    const file = newFile();
    const taken = scripted([moving]);
    const { status, printed, warnings } = await klpscope('record', 'local', '-o', file);
    expect(status).toBe(0);
    expect(warnings).toEqual(['The recording has reached its largest size.']);
    expect(printed).toMatch(/^12 samples in 11 s, /);
    expect(taken).toEqual({ samples: 12, closed: 1 });
    expect((await kept(file)).end).toBe('full');
  });

  it('interrupted while a sample is waited for keeps what there is', async () => {
    const file = newFile();
    scripted([moving, 'silence']);
    whileAsleep = () => void setImmediate(() => process.emit('SIGINT'));
    expect((await klpscope('record', 'local', '-o', file)).status).toBe(0);
    expect(await kept(file)).toEqual({ lost: [false], end: 'interrupted' });
  });

  it('interrupted before the first answer says so', async () => {
    const taken = scripted(['silence']);
    setImmediate(() => process.emit('SIGINT'));
    const { status, warnings } = await klpscope('record', 'local', '-o', newFile());
    expect(status).toBe(3);
    expect(warnings).toEqual(['local: interrupted before the first answer.']);
    expect(taken.closed).toBe(1);
  });

  it('tells at a terminal how far it is, and takes that back at its end', async () => {
    let asleep = 0;
    whileAsleep = () => void ((asleep += 1) === 2 && process.emit('SIGINT'));
    scripted([moving]);
    const { progress } = await klpscope('record', 'local', '-o', newFile());
    expect(progress).toEqual([
      expect.stringMatching(/^1 sample in 0 s, [\d.]+ KiB$/),
      expect.stringMatching(/^2 samples in 1 s, [\d.]+ KiB$/),
      null,
    ]);
  });
});

describe('--timeout', () => {
  it.each([
    ['status', []],
    ['what-if', ['--disable', 'livepatch_a']],
  ])('ends the wait of %s for a host that does not answer', async (command, args) => {
    const taken = scripted(['silence']);
    const ended = await klpscope(command, 'local', '--timeout', '0.02', ...args);
    expect(ended).toMatchObject({ status: 3, printed: '' });
    expect(ended.warnings).toEqual([
      expect.stringMatching(/^timeout: local could not be read within 0\.02 s\. /),
    ]);
    expect(taken.samples).toBe(1);
  });

  it('holds for what is asked of it behind the first reading, too', async () => {
    const seek = vi.fn<NonNullable<Source['seek']>>(() => new Promise(() => undefined));
    scripted([state('0')], { seek });
    const args = ['--replace-with', 'livepatch_a', '--timeout', '0.02'];
    const { status, warnings } = await klpscope('what-if', 'local', ...args);
    expect(seek).toHaveBeenCalled();
    expect(status).toBe(3);
    expect(warnings).toEqual([expect.stringMatching(/^timeout: local could not be read/)]);
  });

  it('is no end for a host that does', async () => {
    const taken = scripted([moving]);
    expect((await klpscope('status', 'local', '--timeout', '60')).status).toBe(1);
    expect(taken).toEqual({ samples: 1, closed: 1 });
  });
});
