/** Recording a host that is open in the window, and showing a recording's moments. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type * as format from '../../shared/history/recording/format';
import { Recording } from '../../shared/history/recording/recording';
import type { Problem } from '../../shared/base/problem';
import type { Readings } from '../../shared/readings/readings';
import { livepatch, readingsOf, thread } from '../../testing/shared/memoryTree';
import { temporaryFolder } from '../../testing/main/folders';
import { HostRecorder } from './hostRecorder';
import { contentOfFile } from '../sources/content';
import { readRecording } from '../sources/recording/recordingFile';
import { RecordingPlayer } from './recordingPlayer';

// A recording is full with few samples here.
vi.mock('../../shared/history/recording/format', async (original) => ({
  ...(await original<typeof format>()),
  recordingLimits: { unpackedBytes: 1_048_576, moments: 8 },
}));

const moment = (second: number) => new Date(second * 1000).toISOString();
const gone: Problem = { code: 'connection-lost', path: null, message: 'The host is gone.' };

function sample(second: number, transition: '0' | '1' = '0'): Readings {
  return readingsOf(
    {
      ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition }),
      ...thread(1, { state: transition === '1' ? '0' : '-1' }),
    },
    { takenAt: moment(second), source: 'ssh', target: 'db1' },
  );
}

const taken = (second: number, transition?: '0' | '1') =>
  ({ ok: true, value: sample(second, transition) }) as const;

async function read(file: string) {
  const recorded = await readRecording(contentOfFile(file));
  if (!recorded.ok) throw new Error(recorded.problem.message);
  return recorded.value;
}

describe('HostRecorder', () => {
  it('keeps every sample from the last known one on, and every loss, until it is ended', async () => {
    const file = join(temporaryFolder(), 'x.klprec');
    const recorder = new HostRecorder();
    recorder.take(taken(0));
    expect(recorder.state()).toEqual({});
    recorder.begin(file, sample(1));
    recorder.take(taken(2, '1'));
    recorder.take({ ok: false, problem: gone });
    const { recorder: state } = recorder.state();
    expect(state).toEqual({ file, moments: 3, bytes: statSync(file).size, problem: null });
    recorder.end();
    recorder.take(taken(4));
    expect(recorder.state()).toEqual({});
    const { moments, end, problems } = await read(file);
    expect(moments.map((each) => ('lost' in each ? each.lost.code : each.at))).toEqual([
      moment(1),
      moment(2),
      'connection-lost',
    ]);
    expect({ end: end?.end, problems }).toEqual({ end: 'done', problems: [] });
  });

  it('takes the place of a file that is there, as the dialog has asked, and of its own before', async () => {
    const folder = temporaryFolder();
    const [first, second] = [join(folder, 'a.klprec'), join(folder, 'b.klprec')];
    writeFileSync(first, 'precious');
    const recorder = new HostRecorder();
    recorder.begin(first, sample(1));
    recorder.begin(second, sample(2));
    recorder.end();
    expect((await read(first)).end).toMatchObject({ end: 'done' });
    expect((await read(second)).moments).toHaveLength(1);
  });

  it('says why it can’t be begun, and takes nothing then', () => {
    const file = join(temporaryFolder(), 'no-folder', 'x.klprec');
    const recorder = new HostRecorder();
    recorder.begin(file, sample(1));
    recorder.take(taken(2));
    expect(recorder.state().recorder).toMatchObject({
      file,
      moments: 0,
      bytes: 0,
      problem: { code: 'permission-denied', path: file },
    });
    expect(existsSync(file)).toBe(false);
    recorder.end();
    expect(recorder.state()).toEqual({});
  });

  it('ends by itself when it is full, and says so', async () => {
    const file = join(temporaryFolder(), 'x.klprec');
    const recorder = new HostRecorder();
    recorder.begin(file, sample(0));
    for (let second = 1; second <= 10; second += 1) recorder.take(taken(second));
    expect(recorder.state().recorder?.problem).toMatchObject({ code: 'too-large', path: file });
    const { moments, end } = await read(file);
    expect(moments).toHaveLength(8);
    expect(end).toMatchObject({ end: 'full' });
  });
});

describe('RecordingPlayer', () => {
  async function recorded(...seconds: readonly number[]) {
    const file = join(temporaryFolder(), 'x.klprec');
    const recorder = new HostRecorder();
    const [first = 0, ...others] = seconds;
    recorder.begin(file, sample(first));
    for (const second of others) recorder.take(taken(second, '1'));
    const open = async () => {
      const lines = await readRecording(contentOfFile(file));
      return lines.ok ? { ok: true as const, value: new Recording('x', lines.value) } : lines;
    };
    return { open, recorder };
  }

  it('shows the last moment, or the one that is wished for, within the recording', async () => {
    const { open, recorder } = await recorded(10, 12, 15);
    const player = new RecordingPlayer();
    expect(player.moment()).toBeNull();
    expect(await player.moments()).toBeNull();
    expect(await player.reopen(open)).toBeNull();
    const shown = () => player.moment()?.recording;
    const common = { count: 3, lasts: 5, lost: false };
    expect(shown()).toEqual({ index: 2, at: moment(15), seconds: 5, ...common });
    player.moveTo(1);
    expect(shown()).toEqual({ index: 1, at: moment(12), seconds: 2, ...common });
    player.moveTo(-4);
    expect(shown()).toMatchObject({ index: 0, seconds: 0 });
    player.moveTo(99);
    expect(shown()).toMatchObject({ index: 2 });
    expect(player.moment()?.readings.takenAt).toBe(moment(15));
    recorder.end();
  });

  it('knows what had been seen of a transition once all was looked through, and not before', async () => {
    const { open, recorder } = await recorded(10, 12, 15);
    const player = new RecordingPlayer();
    await player.reopen(open);
    expect(player.moment()?.watch).toBeNull();
    expect(await player.moments()).toMatchObject({ seconds: [0, 2, 5] });
    expect(player.moment()?.watch).not.toBeNull();
    // It has not grown: what was looked through is still known.
    await player.reopen(open);
    expect(player.moment()?.watch).not.toBeNull();
    recorder.take({ ok: false, problem: gone });
    await player.reopen(open);
    expect(player.moment()).toMatchObject({
      watch: null,
      recording: { index: 3, count: 4, lost: true },
    });
    recorder.end();
  });

  it('says why a recording can’t be read, and keeps showing what it had', async () => {
    const { open, recorder } = await recorded(10, 12);
    const player = new RecordingPlayer();
    await player.reopen(open);
    const failed = { ok: false, problem: gone } as const;
    expect(await player.reopen(() => Promise.resolve(failed))).toEqual(failed);
    expect(player.moment()?.recording.count).toBe(2);
    recorder.end();
  });
});
