import { describe, expect, it } from 'vitest';
import { nextDelay, nextRequest, type PlanFacts } from './pollingPlan';
import type { Section } from './request';

const settled: PlanFacts = {
  now: 100_000,
  inTransition: false,
  fullScan: null,
  blocking: [],
  undetailed: [],
  hasNewThreads: false,
  lacksOrders: false,
  detailsPending: false,
  ordersPending: false,
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
    expect(nextRequest(7, settled)).toEqual({ id: 7, sections: ['h'], scan: 'full', known: [] });
  });

  it('asks only for known blocking threads while nothing speaks for more', () => {
    expect(nextRequest(7, stalled)).toMatchObject({
      scan: 'known',
      known: [blocker],
      sections: ['h', 'n'],
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

  it('asks for the order of livepatches as long as it is not known', () => {
    expect(nextRequest(7, { ...settled, lacksOrders: true }).sections).toContain('o');
  });

  it('asks for details anew every five seconds, and at once for threads without any', () => {
    expect(nextRequest(7, { ...stalled, now: 104_000 }).sections).toContain('d');
    expect(nextRequest(7, { ...stalled, undetailed: [blocker] }).sections).toContain('d');
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
