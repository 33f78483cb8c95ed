/** At most one time limit at a time: a new one takes the place of the one before. */
export class TimeLimit {
  private timer: NodeJS.Timeout | null = null;

  set(ms: number, onLate: () => void): void {
    this.lift();
    this.timer = setTimeout(onLate, ms);
  }

  lift(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
