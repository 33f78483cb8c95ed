/** The kernel's log: lines with the stamp of the monotonic clock, as dmesg prints them. */

interface LoggedLine {
  readonly seconds: number;
  readonly text: string;
}

export class KernelMessages {
  private constructor(private readonly lines: LoggedLine[]) {}

  static empty(): KernelMessages {
    return new KernelMessages([]);
  }

  clone(): KernelMessages {
    return new KernelMessages([...this.lines]);
  }

  get count(): number {
    return this.lines.length;
  }

  add(seconds: number, text: string): void {
    this.lines.push({ seconds, text });
  }

  /** Messages without their stamps. */
  texts(from = 0): string[] {
    return this.lines.slice(from).map(({ text }) => text);
  }

  /**
   * The text of dmesg: a line break within a message begins a new line with the same stamp
   * (kernel/printk/printk.c, record_print_text).
   */
  toText(): string {
    return this.lines
      .flatMap(({ seconds, text }) => text.split('\n').map((line) => `${stamp(seconds)}${line}\n`))
      .join('');
  }
}

function stamp(seconds: number): string {
  return `[${seconds.toFixed(6).padStart(12)}] `;
}
