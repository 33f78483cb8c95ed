import { describe, expect, it } from 'vitest';
import { nextDelay, nextRequest, type PlanFacts } from './pollingPlan';
import type { Section } from './wire/parts';

const settled: PlanFacts = {
  now: 100_000,
  inTransition: false,
  fullScan: null,
  blocking: [],
  undetailed: [],
  hasNewThreads: false,
  lacksOrders: false,
  lacksSecondList: false,
  detailsPending: false,
  ordersPending: false,
  dearMs: 0,
  asked: new Map<Section, number>([
    ['h', 99_000],
    ['m', 99_000],
    ['f', 99_000],
    ['l', 99_000],
    ['o', 99_000],
    ['d', 99_000],
  ]),
};
const blocker = { pid: 190, tid: 190 };
const stalled: PlanFacts = {
  ...settled,
  inTransition: true,
  fullScan: { at: 99_000, tookMs: 1_000 },
  blocking: [blocker],
};

describe('nextRequest', () => {
  it('asks a settled host for next to nothing', () => {
    expect(nextRequest(7, settled)).toEqual({
      id: 7,
      sections: ['h', 'l'],
      scan: 'full',
      known: [],
    });
  });

  it('asks only for known blocking threads while nothing speaks for more', () => {
    expect(nextRequest(7, stalled)).toMatchObject({
      scan: 'known',
      known: [blocker],
      sections: ['h', 'l', 'n'],
    });
  });

  it('scans in full at the start, for new threads, when nobody is left, and now and then', () => {
    const scanOf = (facts: Partial<PlanFacts>) => nextRequest(7, { ...stalled, ...facts }).scan;
    expect(scanOf({ fullScan: null })).toBe('full');
    expect(scanOf({ hasNewThreads: true, now: 104_000 })).toBe('full');
    expect(scanOf({ blocking: [], now: 104_000 })).toBe('full');
    expect(scanOf({ now: 198_000 })).toBe('known');
    expect(scanOf({ now: 199_000 })).toBe('full');
  });

  it('minds the cost of full scans even when nobody is left to ask', () => {
    expect(nextRequest(7, { ...stalled, blocking: [], now: 101_000 }).scan).toBe('known');
  });

  it('reads too many to ask in full, but not at once again', () => {
    const blocking = Array.from({ length: 8000 }, (_, row) => ({ pid: 1, tid: 1 + row }));
    expect(nextRequest(7, { ...stalled, blocking, now: 104_000 }).scan).toBe('full');
    const { scan, known } = nextRequest(7, { ...stalled, blocking, now: 100_000 });
    expect(scan).toBe('known');
    expect(known).toEqual(blocking.slice(0, 200));
  });

  it('never asks again for what is still under way', () => {
    const { sections } = nextRequest(7, {
      ...stalled,
      asked: new Map(),
      detailsPending: true,
      ordersPending: true,
    });
    expect(sections).toEqual(['h', 'm', 'f', 'l']);
  });

  it('leaves a host alone with dear sections for ten times what they take', () => {
    const sectionsAt = (now: number) =>
      nextRequest(7, { ...settled, dearMs: 8_000, now: 99_000 + now }).sections;
    expect(sectionsAt(79_999)).toEqual(['h', 'l', 'o']);
    expect(sectionsAt(80_000)).toEqual(['h', 'm', 'f', 'l', 'o']);
  });

  it('asks for the order of livepatches as long as it is not known', () => {
    expect(nextRequest(7, { ...settled, lacksOrders: true }).sections).toContain('o');
  });

  it('asks for details anew every five seconds, and at once for threads without any', () => {
    expect(nextRequest(7, { ...stalled, now: 104_000 }).sections).toContain('d');
    expect(nextRequest(7, { ...stalled, undetailed: [blocker] }).sections).toContain('d');
  });
});

describe('how old each section may become', () => {
  const everySettled = { h: 0, m: 4, f: 30, l: 0, o: 30 };
  const everyMoving = { h: 0, m: 5, f: 30, l: 0, o: 30, d: 5 };
  const rows = [
    ...Object.entries(everySettled).map(([section, age]) => [settled, section, age] as const),
    ...Object.entries(everyMoving).map(([section, age]) => [stalled, section, age] as const),
  ].map(([facts, section, age]) => ({ facts, section, age, moving: facts.inTransition }));

  it.each(rows)('$section: $age s, in a transition: $moving', ({ facts, section, age }) => {
    const asks = (ms: number) =>
      nextRequest(7, { ...facts, now: 99_000 + ms }).sections.some((each) => each === section);
    expect([asks(age * 1000), asks(age * 1000 - 1)]).toEqual([true, false]);
  });

  it('is without end for what only a transition has', () => {
    const { sections } = nextRequest(7, { ...settled, now: 1_000_000_000 });
    expect([...sections].sort()).toEqual(['f', 'h', 'l', 'm', 'o']);
  });
});

describe('how many threads are named', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, row) => ({ pid: 1, tid: 1 + row }));
  const knownOf = (count: number, facts: Partial<PlanFacts> = {}) =>
    nextRequest(7, { ...stalled, blocking: many(count), ...facts });

  it('is all of them while each is asked, and those with details behind a full scan', () => {
    expect(knownOf(500)).toMatchObject({ scan: 'known', known: many(500) });
    expect(knownOf(500, { fullScan: null })).toMatchObject({ scan: 'full', known: many(200) });
    expect(knownOf(501, { now: 104_000 })).toMatchObject({ scan: 'full', known: many(200) });
    // A full scan has just been made: it is confirmed by asking the first of them.
    expect(knownOf(501)).toMatchObject({ scan: 'known', known: many(200) });
  });
});

describe('nextDelay', () => {
  const wanted = { settled: 5_000, moving: 1_000 };
  it('is as wished while answers are quick', () => {
    expect(nextDelay(false, 20, wanted)).toEqual({ ms: 5_000, isSlowed: false });
    expect(nextDelay(true, 20, wanted)).toEqual({ ms: 1_000, isSlowed: false });
  });
  it('grows with the time that a round takes', () => {
    expect(nextDelay(true, 1_000, wanted)).toEqual({ ms: 4_000, isSlowed: true });
  });
  it('grows to half a minute, or to four times a wish that is longer', () => {
    expect(nextDelay(true, 7_500, wanted)).toEqual({ ms: 30_000, isSlowed: true });
    expect(nextDelay(true, 90_000, wanted)).toEqual({ ms: 30_000, isSlowed: true });
    const rarely = { settled: 60_000, moving: 10_000 };
    expect(nextDelay(true, 90_000, rarely)).toEqual({ ms: 40_000, isSlowed: true });
    expect(nextDelay(false, 90_000, rarely)).toEqual({ ms: 240_000, isSlowed: true });
    expect(nextDelay(false, 10_000, rarely)).toEqual({ ms: 60_000, isSlowed: false });
  });
});
