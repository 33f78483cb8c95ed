/** The time that people take to answer: it counts for no limit. */
import { performance } from 'node:perf_hooks';
import type { Ask } from '../../ssh/questions';

export class PromptClock {
  private asked = 0;
  private last = -Infinity;

  /** @returns the same asker, which notes here when it begins to ask and when it is answered */
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
   * A limit has run out. Somebody may have been asked meanwhile, whose time doesn't count.
   * @returns milliseconds that are still to be waited; 0: none, the limit was really reached
   */
  readonly left = (limitMs: number): number =>
    this.asked > 0 ? limitMs : Math.max(0, this.last + limitMs - performance.now());
}
