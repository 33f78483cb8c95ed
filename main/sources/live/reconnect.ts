/** When to try again after a connection was lost. */

const firstMs = 1_000;
const longestMs = 30_000;

/** Doubling waits from 1 s to 30 s, each shortened by up to a half so that many hosts don't meet. */
export class Backoff {
  private failures = 0;
  private earliest = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** @param now milliseconds of a clock that doesn't jump */
  mayTry(now: number): boolean {
    return now >= this.earliest;
  }

  /** @returns milliseconds until the next try */
  failed(now: number): number {
    const longest = Math.min(longestMs, firstMs * 2 ** this.failures);
    this.failures += 1;
    const wait = Math.max(firstMs, longest * (1 - this.random() / 2));
    this.earliest = now + wait;
    return wait;
  }

  succeeded(): void {
    this.failures = 0;
    this.earliest = 0;
  }
}
