import { describe, expect, it } from 'vitest';
import { Backoff } from './reconnect';

describe('Backoff', () => {
  it('doubles from one second to thirty', () => {
    const backoff = new Backoff(() => 0);
    const waits = Array.from({ length: 7 }, () => backoff.failed(0));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });
  it('shortens by up to a half, never below a second', () => {
    const backoff = new Backoff(() => 0.999);
    const waits = Array.from({ length: 7 }, () => backoff.failed(0));
    expect(waits[0]).toBe(1000);
    expect(waits[6]).toBeGreaterThanOrEqual(15_000);
    expect(waits[6]).toBeLessThan(30_000);
  });
  it('lets nobody try before the time, and at once after a success', () => {
    const backoff = new Backoff(() => 0);
    backoff.failed(500);
    expect([backoff.mayTry(1499), backoff.mayTry(1500)]).toEqual([false, true]);
    backoff.failed(1500);
    backoff.succeeded();
    expect(backoff.mayTry(1501)).toBe(true);
  });
});
