/** Recording, and what is read back, through the command line. */
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { watchEventSchema, type WatchEvent } from '../../shared/history/change';
import { contentOfFile } from '../sources/content';
import { readRecording } from '../sources/recording/recordingFile';
import { RecordingWriter } from '../sources/recording/recordingWriter';
import { openSource } from '../sources/openSource';
import { statusDocumentSchema } from '../../shared/report/statusDocument';
import { livepatch, thread } from '../../testing/shared/memoryTree';
import { klpscope, type Ended } from '../../testing/main/cli';
import { hostFolder, temporaryFolder } from '../../testing/main/folders';

const moving = {
  ...livepatch('livepatch_a', { vmlinux: ['cmdline_proc_show,1'] }, { transition: '1' }),
  ...thread(1, { state: '1' }),
  ...thread(2, { comm: 'reader' }),
  '/proc/uptime': '200.00 300.00\n',
};

/** A second of a thread that sleeps in the function that is patched, and then goes on. */
const story = {
  id: 'short',
  title: 'Short',
  story: 'A thread blocks for a moment.',
  host: {
    name: 'demo-short',
    threads: [{ comm: 'cat', tid: 500, posture: { calls: ['vfs_read'], state: 'D' } }],
  },
  steps: [
    {
      at: 0.3,
      says: 'It is loaded.',
      do: [
        {
          do: 'load',
          livepatch: {
            name: 'livepatch_a',
            objects: [{ name: 'vmlinux', functions: [{ name: 'vfs_read' }] }],
          },
        },
      ],
    },
    { at: 1, says: 'The thread goes on.', do: [{ do: 'wake', tid: 500 }] },
  ],
  lasts: 4,
};

const newFile = () => join(temporaryFolder(), 'x.klprec');

/** Recorded once; each test gets a copy. */
let recorded: { readonly bytes: Buffer; readonly target: string; readonly ended: Ended };

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-record-'));
  const file = join(folder, 'demo.klprec');
  const target = `demo:${join(folder, 'story.json')}`;
  writeFileSync(target.slice('demo:'.length), JSON.stringify(story));
  const args = ['record', target, '-o', file, '--duration', '3', '--interval', '0.1'];
  const { status, stdout, stderr } = await klpscope(args);
  recorded = { bytes: readFileSync(file), target, ended: { status, stdout, stderr } };
  rmSync(folder, { recursive: true });
});

function recordedStory(): { file: string; target: string } {
  const file = newFile();
  writeFileSync(file, recorded.bytes);
  return { file, target: recorded.target };
}

const eventsOf = (stdout: string): WatchEvent[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => watchEventSchema.parse(JSON.parse(line)));

describe('a demo host', () => {
  it('is recorded, marked as one, and told again by its own times', async () => {
    const { file, target } = recordedStory();
    expect(recorded.ended).toMatchObject({ status: 0, stderr: [] });
    expect(recorded.ended.stdout).toMatch(/^\d+ samples in \d+ s, [\d.]+ KiB in .*\.klprec\n$/);
    const watched = await klpscope(['watch', file, '--json']);
    expect(watched.status).toBe(0);
    const events = eventsOf(watched.stdout);
    const kinds = events.map(({ event }) => event);
    for (const kind of ['state', 'patch-appeared', 'transition-started', 'blocker', 'unblocked']) {
      expect(kinds).toContain(kind);
    }
    expect(kinds.lastIndexOf('transition-completed')).toBeGreaterThan(kinds.indexOf('blocker'));
    expect(events.find(({ event }) => event === 'blocker')?.subject).toBe('500');
    const times = events.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeGreaterThan(times[0] ?? Infinity);
    expect(new Set(events.map((event) => event.target))).toEqual(new Set([file]));

    const { status, stdout } = await klpscope(['status', file, '--json']);
    expect(status).toBe(0);
    const document = statusDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({
      target: file,
      source: 'recording',
      recording: { target, source: 'demo' },
      host: { name: 'demo-short' },
      patches: [{ name: 'livepatch_a', enabled: true, inTransition: false }],
      problems: [],
    });
    expect(Date.parse(document.takenAt ?? '')).toBeGreaterThanOrEqual(times.at(-1) ?? Infinity);
    for (const command of ['status', 'watch']) {
      expect((await klpscope([command, file])).stdout).toContain('A demo host: no real machine.');
    }

    const ended = await klpscope(['watch', file, '--json', '--for', '0.6']);
    expect(ended.status).toBe(1);
    const whatIf = await klpscope(['what-if', file, '--disable', 'livepatch_a', '--json']);
    expect(JSON.parse(whatIf.stdout)).toMatchObject({ allowed: true, target: file });
  });

  it('cut anywhere, is read as far as it goes', async () => {
    const { file } = recordedStory();
    const whole = readFileSync(file);
    const all = await readRecording(contentOfFile(file));
    const count = all.ok ? all.value.moments.length : 0;
    expect(count).toBeGreaterThan(5);
    let before = 0;
    // Behind the text of the last line is its checksum alone, without which nothing is lacking.
    const end = whole.length - 16;
    for (let length = 0; length < end; length += Math.ceil(whole.length / 97)) {
      writeFileSync(file, whole.subarray(0, length));
      const cut = await readRecording(contentOfFile(file));
      const moments = cut.ok ? cut.value.moments.length : 0;
      const codes = cut.ok ? cut.value.problems.map(({ code }) => code) : [cut.problem.code];
      expect(codes).toHaveLength(1);
      expect(codes.join()).toMatch(/^(truncated|unsupported-format)$/);
      expect(moments).toBeGreaterThanOrEqual(before);
      before = moments;
    }
    expect(before).toBeGreaterThan(count / 2);
    truncateSync(file, Math.floor(whole.length * 0.8));
    const { stdout } = await klpscope(['status', file, '--json']);
    const { problems } = statusDocumentSchema.parse(JSON.parse(stdout));
    expect(problems).toContainEqual(expect.objectContaining({ code: 'truncated', path: file }));
  });

  it('with any byte changed, tells of it, and never ends the program', async () => {
    const { file } = recordedStory();
    const whole = readFileSync(file);
    const undamaged = await readRecording(contentOfFile(file));
    const changes = Array.from({ length: 200 }, (_, index) =>
      Math.floor((index * whole.length) / 200),
    );
    const told: string[] = [];
    const untold: unknown[] = [];
    for (const at of changes) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      writeFileSync(file, changed);
      const result = await readRecording(contentOfFile(file));
      const codes = result.ok
        ? result.value.problems.map(({ code }) => code)
        : [result.problem.code];
      told.push(...codes);
      if (codes.length === 0) untold.push(result);
    }
    const allowed = new Set(['truncated', 'invalid-content', 'unsupported-format']);
    expect(told.filter((code) => !allowed.has(code))).toEqual([]);
    // RFC 1952: the time, the flags of the compressor and the system say nothing of the content.
    expect(untold).toEqual(untold.map(() => undamaged));
    expect(untold.length).toBeLessThan(changes.length * 0.2);
  });
});

describe('a saved state', () => {
  it('is one sample, whose status is the same', async () => {
    const host = hostFolder(moving);
    const file = newFile();
    expect((await klpscope(['record', `dir:${host}`, '-o', file])).status).toBe(0);
    const direct = await klpscope(['status', `dir:${host}`, '--json']);
    const recorded = await klpscope(['status', file, '--json']);
    expect(recorded.status).toBe(direct.status);
    const { target: _target, source, takenAt, recording, ...rest } = JSON.parse(recorded.stdout);
    const { target, source: _source, takenAt: _at, ...wanted } = JSON.parse(direct.stdout);
    expect(rest).toEqual(wanted);
    expect({ source, of: recording.target }).toEqual({ source: 'recording', of: target });
    expect(Date.parse(takenAt)).toBeGreaterThan(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('holds nothing but JSON Lines of readings', async () => {
    const file = newFile();
    await klpscope(['record', `dir:${hostFolder(moving)}`, '-o', file]);
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([
      ['format', 'version', 'target', 'source', 'started', 'app'],
      ['at', 'files', 'folders', 'threads'],
      ['at', 'end'],
    ]);
  });
});

it('a host that was lost and came back is told so, with the times of both', async () => {
  const file = newFile();
  const opened = openSource({ kind: 'directory', text: 'dir:x', path: hostFolder(moving) });
  const sample = opened.ok ? await opened.value.sample() : opened;
  if (!sample.ok) throw new Error(sample.problem.message);
  const at = (second: number) => new Date(second * 1000).toISOString();
  const begun = RecordingWriter.begin(file, sample.value, at(0), { overwrite: false });
  if (!begun.ok) throw new Error(begun.problem.message);
  const lost = { code: 'connection-lost', path: null, message: 'The host is gone.' } as const;
  begun.value.add(lost, at(1));
  begun.value.add(lost, at(2));
  begun.value.add(sample.value, at(3));
  begun.value.add(lost, at(4));
  begun.value.end('done', at(4));
  const { status, stdout } = await klpscope(['watch', file, '--json']);
  expect(status).toBe(3);
  expect(eventsOf(stdout).map(({ event, at: when }) => [event, when])).toEqual([
    ['state', at(0)],
    ['lost', at(1)],
    ['back', at(3)],
    ['lost', at(4)],
  ]);
  const last = await klpscope(['status', file, '--json']);
  const document = statusDocumentSchema.parse(JSON.parse(last.stdout));
  expect(document.takenAt).toBe(at(3));
  expect(document.problems).toContainEqual(lost);
});

describe('files', () => {
  it('that are there are kept, unless they may be replaced', async () => {
    const file = newFile();
    writeFileSync(file, 'precious');
    const target = `dir:${hostFolder(moving)}`;
    const refused = await klpscope(['record', target, '-o', file]);
    expect(refused.status).toBe(64);
    expect(refused.stderr.join('')).toMatch(/there already; --overwrite/);
    // A target that can't be read replaces nothing.
    expect((await klpscope(['record', 'dir:/nowhere', '-o', file, '--overwrite'])).status).toBe(3);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    // By whichever link it is named.
    const link = `${file}-link.klprec`;
    symlinkSync(file, link);
    expect((await klpscope(['record', target, '-o', link, '--overwrite'])).status).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect((await klpscope(['status', file])).status).toBe(1);
  });

  it('are not left behind by a target that can’t be read', async () => {
    const file = newFile();
    expect((await klpscope(['record', 'demo:nobody', '-o', file])).status).toBe(3);
    expect(existsSync(file)).toBe(false);
  });

  it('that can’t be written end with 3', async () => {
    const target = `dir:${hostFolder(moving)}`;
    const { status, stderr } = await klpscope(['record', target, '-o', '/nowhere/x.klprec']);
    expect(status).toBe(3);
    expect(stderr.join('')).toMatch(/^\/nowhere\/x\.klprec could not be written: ENOENT.*'\.$/);
  });

  it('end where they are full, and can still be read', async () => {
    const file = newFile();
    const opened = openSource({ kind: 'directory', text: 'dir:x', path: hostFolder(moving) });
    const sample = opened.ok ? await opened.value.sample() : opened;
    if (!sample.ok) throw new Error(sample.problem.message);
    const at = new Date(0).toISOString();
    const limits = { unpackedBytes: 1024 ** 2, moments: 3 };
    const begun = RecordingWriter.begin(file, sample.value, at, { overwrite: false, limits });
    if (!begun.ok) throw new Error(begun.problem.message);
    const writer = begun.value;
    for (; !writer.isFull; writer.add(sample.value, at)) expect(writer.moments).toBeLessThan(3);
    writer.end('full', at);
    expect(await readRecording(contentOfFile(file))).toMatchObject({
      ok: true,
      value: { moments: [{ at }, { at }, { at }], end: { end: 'full' }, problems: [] },
    });
    expect(statSync(file).size).toBe(writer.bytes);

    // A sample that has no room is left out; the end has.
    const small = RecordingWriter.begin(newFile(), sample.value, at, {
      overwrite: false,
      limits: { unpackedBytes: 8192, moments: 1000 },
    });
    if (!small.ok) throw new Error(small.problem.message);
    const grown = { text: 'x'.repeat(9000), truncated: false };
    small.value.add({ ...sample.value, files: new Map([['/log', grown]]) }, at);
    expect({ full: small.value.isFull, moments: small.value.moments }).toEqual({
      full: true,
      moments: 1,
    });
  });
});

describe('wrong usage', () => {
  it.each([
    [['record', 'local'], /needs a file: -o FILE\.klprec/],
    [['record', '-o', 'x.klprec'], /needs a target/],
    [['record', 'local', '-o', 'x.tar.gz'], /ends in \.klprec/],
    [['record', 'local', '-o', 'x.klprec', '--duration', 'long'], /--duration/],
    [['record', 'local', '-o', 'x.klprec', '--interval', '0'], /--interval/],
    [['record', 'local', '-o', 'x.klprec', '--json'], /--json/],
  ])('%j', async (args, warning) => {
    const { status, stderr } = await klpscope(args);
    expect(status).toBe(64);
    expect(stderr.join('')).toMatch(warning);
  });
});

describe('files that are no recordings, or mean harm', () => {
  const run = async (content: string | Uint8Array) => {
    const file = newFile();
    writeFileSync(file, content);
    const { status, stdout, stderr } = await klpscope(['status', file, '--json']);
    expect({ status, stdout, lines: stderr.length }).toEqual({ status: 3, stdout: '', lines: 1 });
    expect(stderr.join('')).not.toMatch(/\p{Cc}/u);
    return stderr.join('').split(':')[0];
  };
  const header = {
    format: 'klpscope/recording',
    version: 1,
    target: 'db1\u001b[2J',
    source: 'ssh',
    started: '2026-11-21T12:00:00.000Z',
    app: '0.1.0',
  };

  it('are refused with the reason', async () => {
    expect(await run('')).toBe('truncated');
    expect(await run('no gzip')).toBe('unsupported-format');
    expect(await run(gzipSync('{}\n'))).toBe('unsupported-format');
    expect(await run(gzipSync('\u001b]0;x\u0007\n'))).toBe('unsupported-format');
    expect(await run(gzipSync(`${JSON.stringify({ ...header, version: 9 })}\n`))).toBe(
      'unsupported-format',
    );
    expect(await run(gzipSync(`${JSON.stringify(header)}\n`))).toBe('truncated');
    expect((await klpscope(['status', '/nowhere/x.klprec'])).stderr.join('')).toMatch(
      /^not-found: .*does not exist/,
    );
  });

  it('show hostile text harmlessly', async () => {
    const file = newFile();
    const sample = {
      at: header.started,
      files: [['/proc/sys/kernel/hostname', { text: 'a\u001b[2Jb\n', truncated: false }]],
      folders: [['/sys/kernel/livepatch', { entries: [{ name: '../\u0007', kind: 'folder' }] }]],
    };
    const lines = [header, sample, { at: header.started, end: 'done' }];
    writeFileSync(file, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
    expect((await klpscope(['status', file])).stdout).toContain(String.raw`a\x1b[2Jb`);
    for (const command of ['status', 'watch']) {
      const { stdout } = await klpscope([command, file]);
      expect(stdout).toContain('transition');
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }
  });

  it('are read up to the limit where they unpack without end', async () => {
    const file = newFile();
    const sample = JSON.stringify({ at: header.started, files: [] });
    const bomb = gzipSync(Buffer.alloc(4 * 1024 ** 2, ' '));
    writeFileSync(file, Buffer.concat([gzipSync(`${JSON.stringify(header)}\n${sample}\n`), bomb]));
    const result = await readRecording(contentOfFile(file), {
      unpackedBytes: 1024 ** 2,
      moments: 10,
    });
    expect(result).toMatchObject({
      ok: true,
      value: { moments: [{ at: header.started }], problems: [{ code: 'too-large' }] },
    });
    writeFileSync(file, gzipSync(`${JSON.stringify(header)}\n${`${sample}\n`.repeat(50)}`));
    const many = await readRecording(contentOfFile(file), {
      unpackedBytes: 1024 ** 2,
      moments: 10,
    });
    expect(many).toMatchObject({ ok: true, value: { problems: [{ code: 'too-large' }] } });
    expect(many.ok && many.value.moments.length).toBe(10);
  });
});
