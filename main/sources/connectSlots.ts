/**
 * How many connections start at once: key exchanges cost processor time, and an sshd that many come
 * to at the same moment turns some away (sshd_config(5), MaxStartups).
 */

/** Gives a slot back; doing so twice is the same as once. */
type GiveBack = () => void;

/** A connection that takes longer waits for its host or for a person: that may not hold up others. */
const longestMs = 2000;

export class ConnectSlots {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /** Waits for a slot, and no longer once the signal says that it is not wanted any more. */
  take(signal: AbortSignal): Promise<GiveBack> {
    return new Promise((resolve) => {
      const begin = (): void => {
        this.waiting.delete(begin);
        signal.removeEventListener('abort', giveUp);
        resolve(this.occupied());
      };
      const giveUp = (): void => {
        this.waiting.delete(begin);
        resolve(() => undefined);
      };
      if (signal.aborted) giveUp();
      else if (this.free > 0) begin();
      else {
        this.waiting.add(begin);
        signal.addEventListener('abort', giveUp, { once: true });
      }
    });
  }

  private occupied(): GiveBack {
    this.free -= 1;
    let isGivenBack = false;
    const giveBack = (): void => {
      if (isGivenBack) return;
      isGivenBack = true;
      clearTimeout(late);
      this.free += 1;
      const [next] = this.waiting;
      next?.();
    };
    const late = setTimeout(giveBack, longestMs);
    return giveBack;
  }
}
