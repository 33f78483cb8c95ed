/** Time that passes for the product alone: no test waits for it, and no process notices. */
import { performance } from 'node:perf_hooks';
import { vi } from 'vitest';

/** Lets so many milliseconds pass at once. */
export type PassTime = (ms: number) => Promise<void>;

/** From now on the product's timers and its clock go as ever, and jump when they are told to. */
export function controlTime(): PassTime {
  const now = performance.now.bind(performance);
  let ahead = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    shouldAdvanceTime: true,
  });
  return async (ms) => {
    ahead += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
}

export function releaseTime(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
}
