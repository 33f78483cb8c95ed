/** What a recording leaves on disk: whose it is, what it may replace, and where it ends. */
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { version } from '../../../package.json';
import { temporaryFolder } from '../../../testing/main/folders';
import { livepatch, readingsOf, thread } from '../../../testing/shared/memoryTree';
import type { Problem } from '../../../shared/base/problem';
import type { RecordedLines } from '../../../shared/history/recording/recording';
import type { Readings } from '../../../shared/readings/readings';
import { openSource } from '../openSource';
import { contentOfFile } from '../content';
import { readRecording } from './recordingFile';
import { RecordingWriter } from './recordingWriter';

const moment = (second: number) => new Date(second * 1000).toISOString();
const gone: Problem = { code: 'connection-lost', path: null, message: 'The host is gone.' };

function sample(second: number, source: Readings['source'] = 'ssh'): Readings {
  return readingsOf(
    {
      ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }),
      ...thread(second + 1, { state: '-1' }),
    },
    { takenAt: moment(second), source, target: 'db1' },
  );
}

function begin(
  path: string,
  options: Partial<Parameters<typeof RecordingWriter.begin>[3]> = {},
  first = sample(0),
) {
  return RecordingWriter.begin(path, first, moment(0), { overwrite: false, ...options });
}

function started(...args: Parameters<typeof begin>): RecordingWriter {
  const writer = begin(...args);
  if (!writer.ok) throw new Error(writer.problem.message);
  return writer.value;
}

async function read(path: string, limits = {}): Promise<RecordedLines> {
  const lines = await readRecording(contentOfFile(path), limits);
  if (!lines.ok) throw new Error(lines.problem.message);
  return lines.value;
}

const newPath = () => join(temporaryFolder(), 'x.klprec');

/** How often this process has it open. */
function openFiles(path: string): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one by which they are listed.
      return '';
    }
  });
  return links.filter((link) => link === path).length;
}

describe('a recording', () => {
  it('has its header, each sample and each loss on disk at once, and its end', async () => {
    const path = newPath();
    const writer = started(path);
    expect([writer.moments, writer.bytes, writer.isFull, writer.problem]).toEqual([
      1,
      statSync(path).size,
      false,
      null,
    ]);
    writer.add(sample(1), moment(1));
    writer.add(gone, moment(2));
    writer.add(sample(3), moment(3));
    expect([writer.moments, writer.bytes]).toEqual([4, statSync(path).size]);
    expect((await read(path)).moments).toHaveLength(4);
    writer.end('interrupted', moment(4));
    const { moments, end, problems } = await read(path);
    expect(moments.map((each) => ('lost' in each ? each.lost.code : each.at))).toEqual([
      moment(0),
      moment(1),
      'connection-lost',
      moment(3),
    ]);
    expect([end, problems]).toEqual([{ at: moment(4), end: 'interrupted' }, []]);
    const [header = ''] = gunzipSync(readFileSync(path)).toString().split('\n');
    expect(JSON.parse(header)).toEqual({
      format: 'klpscope/recording',
      version: 1,
      target: 'db1',
      source: 'ssh',
      started: moment(0),
      app: version,
    });
  });

  it('is for its owner alone, also where it takes another’s place', () => {
    const path = newPath();
    started(path).end('done', moment(1));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(`${path}.2`, 'old', { mode: 0o644 });
    started(`${path}.2`, { overwrite: true }).end('done', moment(1));
    expect(statSync(`${path}.2`).mode & 0o777).toBe(0o600);
  });

  it('takes no file’s place that it was not told to take', () => {
    const path = newPath();
    writeFileSync(path, 'old');
    expect(begin(path)).toEqual({
      ok: false,
      problem: { code: 'invalid-content', path, message: `${path} is there already.` },
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['x.klprec']);
  });

  it('takes the place of one as a whole, behind a link as well, and leaves nothing beside it', async () => {
    const path = newPath();
    writeFileSync(path, 'old');
    const link = join(dirname(path), 'link');
    symlinkSync('x.klprec', link);
    started(link, { overwrite: true }).end('done', moment(1));
    expect(readlinkSync(link)).toBe('x.klprec');
    expect(lstatSync(path).isFile()).toBe(true);
    expect((await read(path)).end?.end).toBe('done');
    expect(readdirSync(dirname(path)).sort()).toEqual(['link', 'x.klprec']);
  });

  it('may be told to take a place where there is nothing', async () => {
    const path = newPath();
    started(path, { overwrite: true }).end('done', moment(1));
    expect((await read(path)).end?.end).toBe('done');
  });

  it('is made of no recording, and leaves no file then', () => {
    const path = newPath();
    expect(begin(path, {}, sample(0, 'recording'))).toMatchObject({
      ok: false,
      problem: { code: 'unsupported-format', path: 'db1' },
    });
    expect(existsSync(path)).toBe(false);
  });

  it('that can’t be written says so, and the file that it was to replace stays', () => {
    const folder = temporaryFolder();
    expect(begin(join(folder, 'absent/x.klprec'))).toMatchObject({
      ok: false,
      problem: {
        code: 'permission-denied',
        message: expect.stringContaining('could not be written: ENOENT'),
      },
    });
    // No file takes a folder's place: rename(2), EISDIR.
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    expect(begin(taken, { overwrite: true })).toMatchObject({
      ok: false,
      problem: { code: 'permission-denied' },
    });
    expect([readdirSync(folder), open()]).toEqual([['taken'], before]);
  });

  it('is full at so many moments, and then its end still fits', async () => {
    const path = newPath();
    const writer = started(path, { limits: { unpackedBytes: 1_000_000, moments: 2 } });
    expect(writer.isFull).toBe(false);
    writer.add(gone, moment(1));
    expect(writer.isFull).toBe(true);
    writer.end('full', moment(2));
    expect(await read(path)).toMatchObject({ end: { end: 'full' }, moments: { length: 2 } });
  });

  it('is full at so many bytes: what has no room is left out, with what follows, but the end', async () => {
    const path = newPath();
    const size = (lines: number) => {
      const other = newPath();
      const trial = started(other);
      for (let second = 1; second < lines; second += 1) trial.add(sample(second), moment(second));
      return gunzipSync(readFileSync(other)).length;
    };
    // Two samples, and room for its end.
    const writer = started(path, { limits: { unpackedBytes: size(2) + 1024, moments: 100 } });
    writer.add(sample(1), moment(1));
    expect([writer.isFull, writer.moments]).toEqual([false, 2]);
    const { bytes } = writer;
    writer.add(sample(2), moment(2));
    expect([writer.isFull, writer.moments, writer.bytes]).toEqual([true, 2, bytes]);
    // Smaller, but behind one that is missing.
    writer.add(gone, moment(3));
    expect([writer.moments, writer.bytes]).toEqual([2, bytes]);
    writer.end('full', moment(4));
    expect(await read(path)).toMatchObject({
      end: { end: 'full' },
      moments: { length: 2 },
      problems: [],
    });
  });
});

describe('a recording that is read', () => {
  function recorded(count = 4): string {
    const path = newPath();
    const writer = started(path);
    for (let second = 1; second < count; second += 1) writer.add(sample(second), moment(second));
    writer.end('done', moment(count));
    return path;
  }

  it('as a source is what it was at its end, under the name that it is opened by', async () => {
    const path = recorded();
    const source = openSource({ kind: 'file', text: 'its name', path });
    if (!source.ok) throw new Error(source.problem.message);
    expect(source.value).toMatchObject({ target: 'its name', kind: 'recording', live: false });
    expect(await source.value.sample()).toMatchObject({
      ok: true,
      value: { takenAt: moment(3) },
    });
    const recording = await source.value.recording?.();
    expect(recording?.ok && recording.value.length).toBe(4);
    source.value.close();
    writeFileSync(path, 'no recording');
    expect(await source.value.sample()).toMatchObject({ ok: false });
    expect(await source.value.recording?.()).toMatchObject({ ok: false });
  });

  it('and was cut is used up to there', async () => {
    const path = recorded();
    truncateSync(path, statSync(path).size - 60);
    const { moments, end, problems } = await read(path);
    expect(moments.length).toBeGreaterThan(2);
    expect([end, problems.map(({ code }) => code)]).toEqual([null, ['truncated']]);
    expect(problems[0]?.message).toBe(`${path} was cut off within a sample.`);
  });

  it('and is damaged is used up to there', async () => {
    const path = newPath();
    const writer = started(path);
    writer.add(sample(1), moment(1));
    const { bytes } = writer;
    writer.add(sample(2), moment(2));
    writer.end('done', moment(3));
    const damaged = readFileSync(path);
    // Behind the head of the third line's gzip (RFC 1952) its data begins.
    damaged.fill(0xff, bytes + 10, bytes + 20);
    writeFileSync(path, damaged);
    const { moments, end, problems } = await read(path);
    expect([moments.length, end]).toEqual([2, null]);
    expect(problems).toEqual([
      { code: 'invalid-content', path, message: `${path}: its compressed data is damaged.` },
    ]);
  });

  it('and is larger than the limits is used up to there', async () => {
    const path = newPath();
    const writer = started(path);
    writer.add(sample(1), moment(1));
    const { moments, problems } = await read(path, { unpackedBytes: 100 });
    expect(problems.map(({ code }) => code)).toEqual(['too-large']);
    expect(problems[0]?.message).toContain('unpacks to more than 100 bytes');
    expect(moments.length).toBeGreaterThan(0);
    writer.end('done', moment(2));
    expect((await read(path, { unpackedBytes: 10_000_000 })).problems).toEqual([]);
  });

  it('and has a line that is too long is used up to there, before it has come whole', async () => {
    const path = newPath();
    const writer = started(path);
    writer.add(sample(1), moment(1));
    appendFileSync(path, gzipSync('x'.repeat(300_000)));
    const { moments, problems } = await read(path, { line: 100_000 });
    expect(moments).toHaveLength(2);
    expect(problems).toMatchObject([
      { code: 'too-large', message: expect.stringContaining('is too long') },
    ]);
  });

  it('and can’t be read at all says why', async () => {
    const folder = temporaryFolder();
    expect(await readRecording(contentOfFile(folder))).toEqual({
      ok: false,
      problem: {
        code: 'permission-denied',
        path: folder,
        message: `${folder} could not be read (EISDIR).`,
      },
    });
  });

  it('is open no longer than it is read, whole or not', async () => {
    const path = recorded();
    const open = () => openFiles(path);
    await read(path);
    await expect.poll(open).toBe(0);
    await readRecording(contentOfFile(path), { unpackedBytes: 100 });
    await expect.poll(open).toBe(0);
  });

  it('holds characters that a piece of the file cuts in two', async () => {
    const path = newPath();
    const writer = started(path);
    const message = 'ü€😀'.repeat(200_000);
    writer.add({ ...gone, message }, moment(1));
    writer.end('done', moment(2));
    const lost = (await read(path)).moments[1];
    expect(lost && 'lost' in lost && lost.lost.message === message).toBe(true);
  });
});
