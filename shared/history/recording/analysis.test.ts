import { expect, test } from 'vitest';
import { findScenario } from '../../kernel/scenarios/gallery';
import { Player } from '../../kernel/scenarios/player';
import { readKernel } from '../../testing/kernelAgreement';
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

test('of a transition is known what had been seen of it by then', () => {
  const analysis = analysed();
  expect(analysis.watchAt(0)).toBeNull();
  const early = analysis.watchAt(5);
  expect(early).toMatchObject({ seenAt: start + 3000, patch: 'livepatch_nfs_fix' });
  expect(early?.drain.map(([seconds]) => seconds)).toEqual([0, 1, 2]);
  expect(analysis.watchAt(40)?.drain.at(-1)?.[0]).toBe(37);
  expect(analysis.watchAt(64)).toBeNull();
});
