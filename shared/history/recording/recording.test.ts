import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { findScenario } from '../../kernel/scenarios/gallery';
import { Player } from '../../kernel/scenarios/player';
import type { Problem } from '../../base/problem';
import {
  shadowAnswers,
  shadowCalls,
  type FileReading,
  type FolderReading,
  type Readings,
  type ShadowTable,
  type ThreadScan,
} from '../../readings/readings';
import { statusOf } from '../../report';
import { readKernel } from '../../../testing/shared/kernelAgreement';
import { nothing, sampleLine } from './encode';
import { recordingLimits, sampleLineSchema, type RecordingLimits } from './format';
import { LineReader } from './parse';
import { Recording } from './recording';

const header = {
  format: 'klpscope/recording',
  version: 1,
  target: 'db1',
  source: 'ssh',
  started: '2026-11-21T12:00:00.000Z',
  app: '0.1.0',
};
const time = (index: number) => new Date(Date.parse(header.started) + index * 1000).toISOString();

/** The lines of a recording, as they stand in the file. */
function linesOf(samples: readonly (Readings | Problem)[]): string[] {
  const lines = [JSON.stringify(header)];
  let before: typeof nothing = nothing;
  for (const [index, sample] of samples.entries()) {
    if ('files' in sample) {
      lines.push(JSON.stringify(sampleLine(before, sample, time(index))));
      before = sample;
    } else {
      lines.push(JSON.stringify({ at: time(index), lost: sample }));
    }
  }
  return [...lines, JSON.stringify({ at: time(samples.length), end: 'done' })];
}

function read(lines: readonly string[]): LineReader {
  const reader = new LineReader('x.klprec');
  for (const line of lines) if (!reader.take(line)) break;
  return reader;
}

function opened(lines: readonly string[]): Recording {
  const result = read(lines).result();
  if (!result.ok) throw new Error(result.problem.message);
  return new Recording('x.klprec', result.value);
}

/** The order of threads means nothing. */
function comparable({ threads, ...rest }: Readings) {
  const rows = threads?.tids.map((tid, row) => [threads.pids[row], tid, threads.states[row]]);
  const keyed = new Map(rows?.map((row) => [row.slice(0, 2).join('/'), row]));
  const { target: _target, source: _source, takenAt: _at, recording: _from, ...told } = rest;
  return {
    ...told,
    threads: threads && { ...threads, pids: [], tids: [], states: [] },
    rows: [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

const name = fc.oneof(
  fc.constantFrom('/a', '/b', '/proc/uptime', '/__proto__', '/x\u001b[2J', '/\ud800', '/..'),
  fc.string(),
);
const log = fc
  .tuple(fc.nat(40), fc.nat(40))
  .map(([from, length]) =>
    Array.from({ length }, (_, line) => `[${from + line}.0] line ${'x'.repeat(30)}\n`).join(''),
  );
const missing = fc.record(
  {
    missing: fc.constantFrom('absent', 'denied', 'vanished', 'timed-out', 'link', 'unreadable'),
    detail: fc.string(),
  },
  { requiredKeys: ['missing'] },
);
const file: fc.Arbitrary<FileReading> = fc.oneof(
  fc.record({ text: fc.oneof(fc.string(), log, log), truncated: fc.boolean() }),
  missing,
);
const folder: fc.Arbitrary<FolderReading> = fc.oneof(
  fc.record({
    entries: fc.array(
      fc.record({ name: fc.string(), kind: fc.constantFrom('file', 'folder', 'link', 'other') }),
    ),
  }),
  fc.constant({ entries: [], truncated: true as const }),
  missing,
);
const invalid = fc.array(fc.record({ path: fc.string(), text: fc.string() }), { maxLength: 2 });
const threads: fc.Arbitrary<ThreadScan | null> = fc.option(
  fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(9), fc.constantFrom(-1, 0, 1)), {
        selector: ([pid, tid]) => `${pid}/${tid}`,
      }),
      fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
      invalid,
      fc.option(fc.nat(3), { nil: undefined }),
    )
    .map(([rows, [denied, vanished, absent], odd, unlisted]) => ({
      pids: rows.map(([pid]) => pid),
      tids: rows.map(([, tid]) => tid),
      states: rows.map(([, , state]) => state),
      denied,
      vanished,
      invalid: odd,
      absent,
      ...(unlisted === undefined ? {} : { unlisted }),
    })),
);
const whole: fc.Arbitrary<Readings> = fc.record({
  target: fc.constant('db1'),
  source: fc.constant('ssh' as const),
  takenAt: fc.constant(header.started),
  privileged: fc.option(fc.boolean()),
  files: fc.array(fc.tuple(name, file)).map((list) => new Map(list)),
  folders: fc.array(fc.tuple(name, folder)).map((list) => new Map(list)),
  threads,
  logPath: fc.option(name),
  torn: fc.boolean(),
  problems: fc.array(
    fc.record({
      code: fc.constantFrom('vanished' as const, 'timeout' as const),
      path: fc.option(name),
      message: fc.string(),
    }),
    { maxLength: 2 },
  ),
});
const shadowId = fc.constantFrom('0x1', '0x4a51', '0xffffffffffffffff');
const livepatches = fc.array(fc.constantFrom('lp', 'lp_b'), { maxLength: 2 });
const shadow: fc.Arbitrary<ShadowTable> = fc.record(
  {
    from: fc.constant('model' as const),
    variables: fc.array(
      fc.record({
        object: fc.constantFrom('0xa', '0xb'),
        id: shadowId,
        size: fc.option(fc.nat(9)),
        data: fc.option(fc.constant('00')),
        owner: fc.option(fc.constant('lp')),
      }),
      { maxLength: 2 },
    ),
    types: fc.option(
      fc.array(fc.record({ id: shadowId, registered: fc.nat(2), by: livepatches }), {
        maxLength: 1,
      }),
    ),
    usedBy: fc.array(fc.record({ id: shadowId, livepatches }), { maxLength: 1 }),
    calls: fc.array(
      fc.record(
        {
          at: fc.nat(9),
          by: fc.option(fc.constant('lp')),
          call: fc.constantFrom(...shadowCalls),
          object: fc.option(fc.constant('0xa')),
          id: shadowId,
          answer: fc.constantFrom(...shadowAnswers),
          freed: fc.nat(2),
        },
        { requiredKeys: ['at', 'by', 'call', 'object', 'id', 'answer'] },
      ),
      { maxLength: 2 },
    ),
  },
  // A host's table has them at each sample or never.
  { requiredKeys: ['from', 'variables', 'types', 'usedBy', 'calls'] },
);
/** Recordings of before say nothing of how long a reading took. */
const readings = fc
  .tuple(whole, fc.option(fc.nat(9_000)), fc.option(fc.option(shadow), { nil: undefined }))
  .map(([one, ms, table]) => ({
    ...one,
    ...(ms === null ? {} : { readingSeconds: ms / 1000 }),
    ...(table === undefined ? {} : { shadow: table }),
  }));

describe('what was read comes back', () => {
  it('whatever it is, at every moment, in whatever order one looks', () => {
    fc.assert(
      fc.property(
        fc.array(readings, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(5)),
        (samples, visits) => {
          const recording = opened(linesOf(samples));
          expect(recording.length).toBe(samples.length);
          for (const visit of [...visits, ...samples.keys()]) {
            const index = visit % samples.length;
            const sample = samples[index];
            expect(comparable(recording.readingsAt(index))).toEqual(sample && comparable(sample));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a demo host’s whole story, with the same diagnosis', () => {
    const scenario = findScenario('reversal');
    if (!scenario) throw new Error('no such story');
    const player = new Player(scenario);
    const samples = Array.from({ length: 150 }, () => {
      player.advance(scenario.lasts / 150);
      return readKernel(player.kernel.core);
    });
    const recording = opened(linesOf(samples));
    // Backwards: each look begins at what was kept.
    for (let index = samples.length - 1; index >= 0; index -= 1) {
      const sample = samples[index];
      expect(statusOf(recording.readingsAt(index))).toEqual(
        sample && {
          ...statusOf(sample),
          target: 'x.klprec',
          source: 'recording',
          recording: { target: 'db1', source: 'ssh', started: header.started },
          takenAt: time(index),
        },
      );
    }
  });

  it('where the host was lost: what was known, and why', () => {
    const [sample] = fc.sample(readings, { numRuns: 1, seed: 7 });
    if (!sample) throw new Error('no sample');
    const lost: Problem = { code: 'connection-lost', path: null, message: 'gone' };
    const recording = opened(linesOf([lost, sample, lost, lost, sample]));
    // Nothing was known when it was lost first.
    expect(recording.times()).toEqual([1, 2, 3, 4].map(time));
    expect([0, 1, 2, 3].map((index) => recording.lostAt(index))).toEqual([null, lost, lost, null]);
    const then = recording.readingsAt(2);
    expect(then.takenAt).toBe(time(1));
    expect(then.problems).toEqual([...sample.problems, lost]);
    expect(recording.readingsAt(1).takenAt).toBe(time(1));
    expect(recording.readingsAt(3).takenAt).toBe(time(4));
  });

  it('at the first or the last moment where somebody looks beyond them', () => {
    const [one, two] = fc.sample(readings, { numRuns: 2, seed: 7 });
    if (!one || !two) throw new Error('no sample');
    const recording = opened(linesOf([one, two]));
    const at = (index: number) => recording.readingsAt(index).takenAt;
    expect([-1, 0, 0.9, 1, 1.5, 99].map(at)).toEqual([0, 0, 0, 1, 1, 1].map(time));
    expect(recording.msAt(-5)).toBe(Date.parse(time(0)));
    expect(recording.msAt(99)).toBe(Date.parse(time(1)));
    expect(recording.lostAt(99)).toBeNull();
  });
});

describe('only what changed is written', () => {
  const base: Readings = {
    ...nothing,
    target: 'db1',
    source: 'ssh',
    takenAt: null,
    files: new Map([
      ['/proc/uptime', { text: '1.00 1.00\n', truncated: false }],
      ['/log', { text: 'a line of the log\n'.repeat(1000), truncated: false }],
    ]),
    threads: {
      pids: Array.from({ length: 5000 }, (_, pid) => pid),
      tids: Array.from({ length: 5000 }, (_, pid) => pid),
      states: Array.from({ length: 5000 }, () => 0),
      denied: 0,
      vanished: 0,
      invalid: [],
      absent: 0,
    },
  };

  it('nothing', () => expect(sampleLine(base, base, time(0))).toEqual({ at: time(0) }));

  it.each([
    ['denied', { denied: 1 }],
    ['vanished', { vanished: 1 }],
    ['absent', { absent: 1 }],
    ['unlisted', { unlisted: 1 }],
    ['invalid', { invalid: [{ path: '/x', text: '7' }] }],
  ])('a number of threads that is another: %s', (_, change) => {
    const after: Readings = { ...base, threads: base.threads && { ...base.threads, ...change } };
    const { threads: told } = sampleLine(base, after, time(0));
    expect(told).toMatchObject({ set: [], gone: [], ...change });
    expect(sampleLine(after, after, time(0))).toEqual({ at: time(0) });
  });

  it('what changed of the table of shadow variables, by its parts', () => {
    const variable = { object: '0xa', id: '0x7', size: null, data: null, owner: 'lp' };
    const table: ShadowTable = { from: 'model', variables: [variable], types: null, calls: [] };
    const before: Readings = { ...base, shadow: table };
    expect(sampleLine(base, before, time(0)).shadow).toEqual(table);
    expect(sampleLine(before, before, time(0))).toEqual({ at: time(0) });
    const types = [{ id: '0x7', registered: 1, by: ['lp'] }];
    const after: Readings = { ...base, shadow: { ...table, types } };
    expect(sampleLine(before, after, time(0)).shadow).toEqual({ from: 'model', types });
    expect(sampleLine(before, { ...base, shadow: null }, time(0)).shadow).toBeNull();
    expect(sampleLine(before, base, time(0))).toEqual({ at: time(0), withoutShadow: true });
  });

  it('that threads are looked at, or no more', () => {
    const without: Readings = { ...base, threads: null };
    expect(sampleLine(without, base, time(0)).threads?.set).toHaveLength(5000);
    expect(sampleLine(base, without, time(0)).threads).toBeNull();
    expect(sampleLine(without, without, time(0))).toEqual({ at: time(0) });
  });

  it.each([
    ['privileged', { privileged: true }],
    ['logPath', { logPath: '/log' }],
    ['torn', { torn: true }],
    ['problems', { problems: [{ code: 'timeout', path: '/x', message: 'no answer' }] }],
  ] as const)('each of the rest: %s', (_, change) => {
    const after: Readings = { ...base, ...change };
    expect(sampleLine(base, after, time(0))).toEqual({ at: time(0), ...change });
    expect(sampleLine(after, after, time(0))).toEqual({ at: time(0) });
    expect(Object.keys(sampleLine(after, base, time(0)))).toEqual(['at', ...Object.keys(change)]);
  });

  it('a file and a folder that are no longer read', () => {
    const folders: Readings['folders'] = new Map([['/sys', { entries: [] }]]);
    const after: Readings = { ...base, files: new Map(), folders };
    expect(sampleLine(base, after, time(0))).toEqual({
      at: time(0),
      folders: [['/sys', { entries: [] }]],
      withoutFiles: ['/proc/uptime', '/log'],
    });
    expect(sampleLine(after, { ...after, folders: new Map() }, time(0))).toEqual({
      at: time(0),
      withoutFolders: ['/sys'],
    });
  });

  it('a file whole where it is short, was cut, came back or was rewritten', () => {
    const long = Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join('');
    const changeOf = (before: FileReading, after: FileReading) => {
      const of = (reading: FileReading): Readings => ({
        ...base,
        files: new Map([['/x', reading]]),
      });
      return sampleLine(of(before), of(after), time(0)).files?.[0]?.[1];
    };
    const read = (text: string, truncated = false) => ({ text, truncated });
    expect(changeOf(read('short'), read('short and more'))).toEqual(read('short and more'));
    expect(changeOf(read(long), read(`${long}more`))).toEqual({ drop: 0, more: 'more' });
    expect(changeOf(read(long), read(`${long}more`, true))).toEqual(read(`${long}more`, true));
    expect(changeOf(read(long), read(long, true))).toEqual(read(long, true));
    expect(changeOf({ missing: 'denied' }, read(long))).toEqual(read(long));
    expect(changeOf(read(long), { missing: 'denied' })).toEqual({ missing: 'denied' });
    expect(changeOf({ missing: 'denied' }, { missing: 'denied' })).toBeUndefined();
    expect(changeOf(read(long), read(`other ${long}`))).toEqual(read(`other ${long}`));
    const rewritten = long.slice(20).replace('line 90', 'LINE 90');
    expect(changeOf(read(long), read(rewritten))).toEqual(read(rewritten));
  });

  it('the new lines of a log, also of one that forgets its first', () => {
    const text = Array.from({ length: 900 }, (_, line) => `[${line}] ${'x'.repeat(40)}\n`);
    const of = (lines: readonly string[]): Readings => ({
      ...base,
      files: new Map([['/log', { text: lines.join(''), truncated: false }]]),
    });
    expect(sampleLine(of(text.slice(0, 800)), of(text.slice(0, 801)), time(0)).files).toEqual([
      ['/log', { drop: 0, more: text[800] }],
    ]);
    expect(sampleLine(of(text.slice(0, 800)), of(text.slice(5, 803)), time(0)).files).toEqual([
      ['/log', { drop: text.slice(0, 5).join('').length, more: text.slice(800, 803).join('') }],
    ]);
  });

  it('the one thread that switched, and the one that ended', () => {
    const { threads: scan } = base;
    if (!scan) throw new Error('no threads');
    const after: Readings = {
      ...base,
      threads: {
        ...scan,
        pids: scan.pids.slice(1),
        tids: scan.tids.slice(1),
        states: scan.states.slice(1).map((state, row) => (row === 41 ? 1 : state)),
      },
    };
    expect(sampleLine(base, after, time(0)).threads).toMatchObject({
      set: [[42, 42, 1]],
      gone: [[0, 0]],
    });
  });
});

describe('lines that are wrong', () => {
  const [sample] = fc.sample(readings, { numRuns: 1, seed: 3 });
  if (!sample) throw new Error('no sample');
  const good = linesOf([sample, sample, sample]);
  const problemOf = (lines: readonly string[]) => {
    const result = read(lines).result();
    return result.ok ? null : result.problem.code;
  };

  it.each([
    ['nothing at all', [], 'unsupported-format'],
    ['another format', ['{"format":"klpscope/status","version":1}'], 'unsupported-format'],
    ['a later version', [JSON.stringify({ ...header, version: 2 })], 'unsupported-format'],
    ['a header with a field too many', [JSON.stringify({ ...header, x: 1 })], 'invalid-content'],
    [
      'a header of a recording of a recording',
      [JSON.stringify({ ...header, source: 'recording' })],
      'invalid-content',
    ],
    ['no JSON', ['\u0000\u0001'], 'unsupported-format'],
    ['null', ['null'], 'unsupported-format'],
    ['no sample', [JSON.stringify(header)], 'truncated'],
    ['an end at once', [JSON.stringify(header), good.at(-1) ?? ''], 'truncated'],
    [
      'a first sample that is wrong',
      [JSON.stringify(header), '{"at":"yesterday"}'],
      'invalid-content',
    ],
  ])('%s', (_, lines, code) => expect(problemOf(lines)).toBe(code));

  it.each([
    '{',
    '[]',
    '{"at":"2026-11-21T12:00:00.000Z","files":[["/a",{"text":7}]]}',
    '{"at":"2026-11-21T12:00:00.000Z","files":[["/a",{"drop":-1,"more":""}]]}',
    '{"at":"2026-11-21T12:00:00.000Z","threads":{"set":[["1",1,1]],"gone":[]}}',
    '{"at":"2026-11-21T12:00:00.000Z","surprise":true}',
    '{"at":"2026-11-21T12:00:00.000Z","lost":{"code":"oops","path":null,"message":""}}',
    '{"at":"2026-11-21T12:00:00.000Z","end":"tomorrow"}',
  ])('%s further on: what came before counts, and it is said', (line) => {
    const lines = good.with(3, line);
    const recording = opened(lines);
    expect(recording.length).toBe(2);
    expect(recording.readingsAt(1).problems).toContainEqual(
      expect.objectContaining({
        code: 'invalid-content',
        message: expect.stringContaining('line 4'),
      }),
    );
  });

  it('a change of what was never read is taken as it is', () => {
    const line = `{"at":"${time(0)}","files":[["/a",{"drop":9,"more":"x"}]]}`;
    const { files } = opened([JSON.stringify(header), line]).readingsAt(0);
    expect(files.get('/a')).toEqual({ text: 'x', truncated: false });
  });

  it('no end: it says after which moment nothing is known', () => {
    const recording = opened(good.slice(0, -1));
    expect(recording.lines.problems).toEqual([
      { code: 'truncated', path: 'x.klprec', message: expect.stringContaining(time(2)) },
    ]);
    expect(opened(good).lines.problems).toEqual([]);
  });

  it('more moments than are read: the first ones count, and it is said', () => {
    const reader = new LineReader('x\u001b.klprec', { ...recordingLimits, moments: 2 });
    expect(good.slice(0, 3).map((line) => reader.take(line))).toEqual([true, true, true]);
    expect(reader.take(good[3] ?? '')).toBe(false);
    const result = reader.result();
    expect(result.ok && result.value.moments).toHaveLength(2);
    expect(result.ok && result.value.problems).toEqual([
      {
        code: 'too-large',
        path: 'x\u001b.klprec',
        message: String.raw`x\x1b.klprec holds more than 2 samples; only so many are read.`,
      },
    ]);
  });

  it('moments at which a host was lost count as moments, not as samples', () => {
    const lost = JSON.stringify({
      at: time(0),
      lost: { code: 'timeout', path: null, message: 'No answer.' },
    });
    expect(problemOf([JSON.stringify(header), lost, lost])).toBe('truncated');
    const reader = new LineReader('x', { ...recordingLimits, moments: 2 });
    for (const line of [...good.slice(0, 2), lost]) expect(reader.take(line)).toBe(true);
    expect(reader.take(lost)).toBe(false);
  });

  it.each([
    [
      { ...header, version: 7 },
      'x.klprec is a recording whose header is of version 7; this program reads version 1.',
    ],
    [
      { ...header, version: '\u001b'.repeat(50) },
      /of version "(?:\\u001b){3}…; this program reads version 1\.$/,
    ],
    [{ ...header, version: undefined }, /of version null; /],
    [{ ...header, target: 7 }, /whose header is wrong \(target: /],
    [{ ...header, ['x\u001b']: 1 }, /whose header is wrong \(the line: .*x\\x1b/],
    [{ format: 'other' }, 'x.klprec is no recording: its first line is none of a recording.'],
    [[], 'x.klprec is no recording: its first line is none of a recording.'],
  ])('a first line that says what is wrong: %#', (first, message) => {
    const result = read([JSON.stringify(first)]).result();
    expect(result.ok ? '' : result.problem.message).toMatch(message);
  });

  it('a file that is damaged is no recording, and why is said', () => {
    const reader = new LineReader('x.klprec');
    reader.breakOff({ code: 'invalid-content', path: 'x.klprec', message: 'It is damaged.' });
    expect(reader.result()).toMatchObject({
      ok: false,
      problem: {
        code: 'unsupported-format',
        message: 'x.klprec is no recording. It is damaged.',
      },
    });
    expect(read([]).result()).toMatchObject({
      problem: { message: 'x.klprec is no recording. It holds nothing.' },
    });
  });

  it('what comes after the end is left out, and it is said', () => {
    expect(opened([...good, '']).lines.problems).toEqual([]);
    for (const more of [['anything'], good]) {
      const { lines } = opened([...good, ...more]);
      expect(lines.moments).toEqual(opened(good).lines.moments);
      expect(lines.problems).toMatchObject([
        { code: 'invalid-content', message: expect.stringContaining('goes on behind its end') },
      ]);
    }
  });
});

describe('a recording that asks for more than there is', () => {
  const first = {
    at: time(0),
    files: [['/dev/kmsg', { text: 'x'.repeat(1000), truncated: false }]],
  };

  function resultOf(samples: readonly object[], limits: Partial<RecordingLimits> = {}) {
    const reader = new LineReader('x.klprec', { ...recordingLimits, ...limits });
    const lines = [header, ...samples, { at: time(samples.length), end: 'done' }];
    for (const line of lines) if (!reader.take(JSON.stringify(line))) break;
    return reader.result();
  }

  it('of work: what is copied again and again counts each time', () => {
    const grow = { files: [['/dev/kmsg', { drop: 1, more: 'y' }]] };
    const many = Array.from({ length: 20 }, (_, at) => ({ at: time(at + 1), ...grow }));
    // A sample costs the 1000 units of the log and one row of the map.
    const result = resultOf([first, ...many], { work: 10 * (1000 + 512) });
    expect(result).toMatchObject({ ok: true, value: { problems: [{ code: 'too-large' }] } });
    expect(result.ok && result.value.moments.length).toBe(10);
    expect(resultOf([first, ...many])).toMatchObject({ ok: true, value: { problems: [] } });
  });

  it('of shadow variables: they are counted at each sample, also where nothing changed', () => {
    const variable = { object: '0xa', id: '0x7', size: null, data: null, owner: null };
    const variables = Array.from({ length: 100 }, () => variable);
    const first = { at: time(0), shadow: { from: 'model', variables, types: null } };
    const many = Array.from({ length: 20 }, (_, at) => ({ at: time(at + 1) }));
    const result = resultOf([first, ...many], { work: 10 * 100 * 512 });
    expect(result).toMatchObject({ ok: true, value: { problems: [{ code: 'too-large' }] } });
    expect(result.ok && result.value.moments.length).toBe(10);
    expect(resultOf([first, ...many])).toMatchObject({ ok: true, value: { problems: [] } });
  });

  it('of lines and values', () => {
    expect(resultOf([first], { line: 500 })).toMatchObject({
      ok: false,
      problem: { code: 'too-large' },
    });
    const set = Array.from({ length: 50 }, (_, at) => [at, at, 0]);
    const threads = { set, gone: [], denied: 0, vanished: 0, invalid: [], absent: 0 };
    const result = resultOf([first, { at: time(1), threads }], { values: 150 });
    expect(result).toMatchObject({ ok: true, value: { problems: [{ code: 'too-large' }] } });
    expect(result.ok && result.value.moments.length).toBe(1);
  });

  it('of values, before a line of more is parsed', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const many = { at: time(1), problems: Array.from({ length: 400 }, () => []) };
    const result = resultOf([first, many], { values: 150 });
    expect(result).toMatchObject({ ok: true, value: { problems: [{ code: 'too-large' }] } });
    expect(parse.mock.calls.filter(([text]) => text.includes('"problems"'))).toEqual([]);
    vi.restoreAllMocks();
    // Signs of text are none.
    const text = '"[{,\\'.repeat(400);
    const files = [['/proc/1/cmdline', { text, truncated: false }]];
    const kept = resultOf([first, { at: time(1), files }], { values: 150 });
    expect(kept.ok && kept.value.moments.length).toBe(2);
  });

  it.each(['files', 'folders', 'withoutFiles', 'withoutFolders', 'problems'])(
    'of mistakes: of a list of %s that are none the first is kept',
    (list) => {
      const wrong = { at: time(1), [list]: Array.from({ length: 1000 }, () => []) };
      expect(sampleLineSchema.safeParse(wrong).error?.issues).toMatchObject([
        { path: expect.arrayContaining([list, 0]) },
      ]);
    },
  );

  it.each([
    ['livepatches', '/sys/kernel/livepatch', 1001],
    ['functions', '/sys/kernel/livepatch/a/vmlinux', 100_001],
  ])('of %s', (words, path, count) => {
    const entries = Array.from({ length: count }, (_, at) => ({ name: `f${at}`, kind: 'folder' }));
    const result = resultOf([first, { at: time(1), folders: [[path, { entries }]] }]);
    expect(result.ok && result.value.problems).toMatchObject([
      { code: 'too-large', message: expect.stringContaining(words) },
    ]);
  });

  it('of a file: it is cut, at every moment', () => {
    const long = [['/proc/1/cmdline', { text: 'x'.repeat(4000), truncated: false }]];
    const more = [['/proc/1/cmdline', { drop: 0, more: 'y'.repeat(400) }]];
    const result = resultOf([
      { at: time(0), files: long },
      { at: time(1), files: more },
    ]);
    if (!result.ok) throw new Error(result.problem.message);
    expect(new Recording('x', result.value).readingsAt(1).files.get('/proc/1/cmdline')).toEqual({
      text: `${'x'.repeat(4000)}${'y'.repeat(96)}`,
      truncated: true,
    });
  });

  it('of memory: going back shows the same although little of it is kept', () => {
    const size = 4_000_000;
    const samples = Array.from({ length: 700 }, (_, at) => ({
      at: time(at),
      files: [
        [
          '/dev/kmsg',
          at === 0 ? { text: 'x'.repeat(size), truncated: false } : { drop: 1, more: `${at % 10}` },
        ],
      ],
    }));
    const result = resultOf(samples);
    if (!result.ok) throw new Error(result.problem.message);
    const recording = new Recording('x', result.value);
    const endAt = (index: number) => {
      const reading = recording.readingsAt(index).files.get('/dev/kmsg');
      return reading && 'text' in reading ? reading.text.slice(-3) : null;
    };
    expect([699, 350, 5, 698].map(endAt)).toEqual(['789', '890', '345', '678']);
  });
});
