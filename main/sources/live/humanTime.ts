/** The time that people take to answer: it counts for no limit. */
import { performance } from 'node:perf_hooks';
import type { Ask } from '../../ssh/questions';

export class HumanTime {
  private asked = 0;
  private last = -Infinity;

  /** The same, and it is known when it asks. */
  through(ask: Ask): Ask {
    const timed: Ask = async (question) => {
      this.asked += 1;
      try {
        return await ask(question);
      } finally {
        this.asked -= 1;
        this.last = performance.now();
      }
    };
    return ask.unattended === true ? Object.assign(timed, { unattended: true as const }) : timed;
  }

  /**
   * Milliseconds that are left of a limit that has run out, since somebody was being asked meanwhile;
   * 0: it holds.
   */
  readonly left = (limitMs: number): number =>
    this.asked > 0 ? limitMs : Math.max(0, this.last + limitMs - performance.now());
}
