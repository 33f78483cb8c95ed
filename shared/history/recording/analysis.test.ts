import { expect, test } from 'vitest';
import { findScenario } from '../../kernel/scenarios/gallery';
import { Player } from '../../kernel/scenarios/player';
import { readKernel } from '../../../testing/shared/kernelAgreement';
import { livepatch, readingsOf, thread } from '../../../testing/shared/memoryTree';
import { Analysis } from './analysis';
import { nothing, sampleLine } from './encode';
import { recordingHeaderSchema, sampleLineSchema, type LostLine, type SampleLine } from './format';
import { Recording } from './recording';

const start = Date.parse('2026-11-21T12:00:00.000Z');
const time = (second: number) => new Date(start + second * 1000).toISOString();
const header = recordingHeaderSchema.parse({
  format: 'klpscope/recording',
  version: 1,
  target: 'demo:disk-sleeper',
  source: 'demo',
  started: time(0),
  app: '0.1.0',
});

/** A sample each second; a host that is lost at 50 s. */
function analysed(story = 'disk-sleeper', seconds = Infinity): Analysis {
  const scenario = findScenario(story);
  if (!scenario) throw new Error('no such story');
  const player = new Player(scenario);
  const moments: (SampleLine | LostLine)[] = [];
  let before: typeof nothing = nothing;
  for (let second = 0; second <= Math.min(scenario.lasts, seconds); second += 1) {
    const readings = readKernel(player.kernel.core);
    const lost = { code: 'connection-lost', path: null, message: 'gone' } as const;
    if (second === 50) moments.push({ at: time(second), lost });
    else moments.push(sampleLineSchema.parse(sampleLine(before, readings, time(second))));
    if (second !== 50) before = readings;
    player.advance(1);
  }
  const recording = new Recording('x', { header, moments, end: null, problems: [] });
  const analysis = new Analysis(recording);
  while (!analysis.isDone) analysis.step();
  return analysis;
}

test('what happened stands at the moment that showed it first', () => {
  const { marks } = analysed();
  const at = (text: RegExp) => marks.find((mark) => text.test(mark.text))?.index;
  // The story: loaded at 3 s; the server answers at 60 s, then the transition ends.
  expect(at(/livepatch_nfs_fix appeared/)).toBe(3);
  expect(at(/transition started/)).toBe(3);
  expect(at(/transition completed/)).toBeGreaterThanOrEqual(60);
  expect(marks.filter(({ isBad }) => isBad).map(({ index }) => index)).toContain(50);
  expect(at(/^back/)).toBe(51);
  expect(marks.map(({ index }) => index)).toEqual(
    marks.map(({ index }) => index).sort((a, b) => a - b),
  );
});

test('many threads of one moment are one mark', () => {
  const { marks } = analysed('database', 12);
  expect(marks.some(({ text }) => /^\d+ threads block no more$/.test(text))).toBe(true);
  const at = marks.map(({ index }) => index);
  const most = Math.max(...at.map((index) => at.filter((other) => other === index).length));
  expect(most).toBeLessThan(12);
});

/** A recording in which so many threads block at each second; null: the host is lost. */
function ofBlocking(...seconds: readonly (number | null)[]): Analysis {
  const lost = { code: 'connection-lost', path: null, message: 'gone' } as const;
  const moments: (SampleLine | LostLine)[] = [];
  let before: typeof nothing = nothing;
  for (const [second, blocking] of seconds.entries()) {
    if (blocking === null) {
      moments.push({ at: time(second), lost });
      continue;
    }
    const threads = Array.from({ length: blocking }, (_, row) => thread(row + 1));
    const readings = readingsOf(
      Object.assign(
        {},
        livepatch('a', { vmlinux: ['f,1'] }, { transition: '1', replace: '0' }),
        thread(1000, { state: '1' }),
        ...threads,
      ),
    );
    moments.push(sampleLineSchema.parse(sampleLine(before, readings, time(second))));
    before = readings;
  }
  const analysis = new Analysis(new Recording('x', { header, moments, end: null, problems: [] }));
  while (!analysis.isDone) analysis.step();
  return analysis;
}

test('up to three threads of a moment are named, more are counted', () => {
  expect(ofBlocking(1, 4, 1).marks).toEqual([
    ...[2, 3, 4].map((tid) => ({
      index: 1,
      text: `cat (${tid}) sleeps; its stack was not read. It switches when it returns to user space, or when the kernel finds its stack free`,
      isBad: false,
    })),
    ...[2, 3, 4].map((tid) => ({ index: 2, text: `cat (${tid}) blocks no more`, isBad: false })),
  ]);
  expect(ofBlocking(1, 5, 1).marks).toEqual([
    { index: 1, text: '4 more threads block', isBad: false },
    { index: 2, text: '4 threads block no more', isBad: false },
  ]);
});

test('that a host was lost is bad, that it is back is not; progress and information are no marks', () => {
  expect(ofBlocking(1, 1, null, null, 1).marks).toEqual([
    { index: 2, text: expect.stringMatching(/^lost: gone /), isBad: true },
    { index: 4, text: 'back', isBad: false },
  ]);
});

test('that a boot ended is bad where it cut a transition off', () => {
  const boots = ['1', '1', '2', '3'].map((id) => `${id.repeat(8)}-2222-4333-8444-555555555555\n`);
  const moments: SampleLine[] = [];
  let before: typeof nothing = nothing;
  for (const [second, boot] of boots.entries()) {
    const readings = readingsOf({
      '/proc/sys/kernel/random/boot_id': boot,
      ...(second < 2 ? livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' }) : {}),
      '/sys/kernel/livepatch/': '',
      ...thread(1),
    });
    moments.push(sampleLineSchema.parse(sampleLine(before, readings, time(second))));
    before = readings;
  }
  const analysis = new Analysis(new Recording('x', { header, moments, end: null, problems: [] }));
  while (!analysis.isDone) analysis.step();
  expect(analysis.marks).toEqual([
    {
      index: 2,
      text: expect.stringMatching(/^The host was booted again while a was/),
      isBad: true,
    },
    { index: 3, text: 'The host was booted again', isBad: false },
  ]);
  expect(analysis.watchAt(2)).toBeNull();
});

test('a stall is bad, a warning is not', () => {
  const stalled = ofBlocking(...Array.from({ length: 31 }, () => 1));
  expect(stalled.marks).toEqual([
    { index: 30, text: expect.stringMatching(/^error: No thread has switched/), isBad: true },
  ]);
  expect(ofBlocking(1, 0).marks).toContainEqual({
    index: 1,
    text: expect.stringMatching(/^warning: /),
    isBad: false,
  });
});

test('there are 2,000 marks at most, the first ones', () => {
  const restless = Array.from({ length: 1100 }, (_, second) => (second % 2 === 0 ? 1 : 3));
  const { marks } = ofBlocking(...restless);
  expect(marks).toHaveLength(2000);
  expect(marks[0]?.index).toBe(1);
  expect(marks.at(-1)?.index).toBe(1000);
});

test('what was seen by a moment at which the host was lost is not told as if it had been seen', () => {
  const analysis = ofBlocking(3, 2, null, 1);
  expect(analysis.watchAt(0)?.drain).toEqual([[0, 3]]);
  expect(analysis.watchAt(1)?.drain).toEqual([
    [0, 3],
    [1, 2],
  ]);
  expect(analysis.watchAt(2)).toBeNull();
  expect(analysis.watchAt(3)?.drain).toEqual([
    [0, 3],
    [1, 2],
    [3, 1],
  ]);
  expect(analysis.watchAt(4)).toBeNull();
  expect(analysis.watchAt(-1)).toBeNull();
});

test('of two transitions without a pause each is known by itself', () => {
  const moments: SampleLine[] = [];
  let before: typeof nothing = nothing;
  for (const [second, name] of ['a', 'a', 'b', 'b'].entries()) {
    const readings = readingsOf({
      ...livepatch(name, { vmlinux: ['f,1'] }, { transition: '1' }),
      ...thread(1),
    });
    moments.push(sampleLineSchema.parse(sampleLine(before, readings, time(second))));
    before = readings;
  }
  const analysis = new Analysis(new Recording('x', { header, moments, end: null, problems: [] }));
  while (!analysis.isDone) analysis.step();
  const seen = [0, 1, 2, 3].map((index) => analysis.watchAt(index));
  expect(seen.map((watch) => watch?.patch)).toEqual(['a', 'a', 'b', 'b']);
  expect(seen.map((watch) => watch?.seenAt)).toEqual([0, 0, 2, 2].map((at) => start + at * 1000));
  expect(seen.map((watch) => watch?.drain.length)).toEqual([1, 2, 1, 2]);
});

test('of a transition is known what had been seen of it by then', () => {
  const analysis = analysed();
  expect(analysis.watchAt(0)).toBeNull();
  const early = analysis.watchAt(5);
  expect(early).toMatchObject({ seenAt: start + 3000, patch: 'livepatch_nfs_fix' });
  expect(early?.drain.map(([seconds]) => seconds)).toEqual([0, 1, 2]);
  expect(analysis.watchAt(40)?.drain.at(-1)?.[0]).toBe(37);
  expect(analysis.watchAt(64)).toBeNull();
});
