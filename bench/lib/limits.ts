/** Prints figures against their limits, and remembers whether all of them were met. */
export class Limits {
  private missed = 0;

  /** @param bench the name under which `run.ts` finds its lines */
  constructor(private readonly bench: string) {}

  get areMet(): boolean {
    return this.missed === 0;
  }

  /** A figure that has no limit. */
  tell(what: string, figure: string): void {
    console.log(`${this.bench}, ${what}: ${figure}`);
  }

  /** @param figure in words; `value` is what counts */
  atMost(limit: number, what: string, value: number, figure: string): void {
    this.judge(value <= limit, what, figure, `at most ${limit}`);
  }

  atLeast(limit: number, what: string, value: number, figure: string): void {
    this.judge(value >= limit, what, figure, `at least ${limit}`);
  }

  private judge(isMet: boolean, what: string, figure: string, limit: string): void {
    if (!isMet) this.missed += 1;
    this.tell(what, `${figure} (limit: ${limit}${isMet ? '' : ', MISSED'})`);
  }
}
