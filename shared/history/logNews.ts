/** Which lines of a host's log are new since it was read before. */
import type { KernelLog, LogEntry } from '../readings/log/kernelLog';

/**
 * A log grows at its end and, where the kernel's buffer is full, loses its beginning: what was known, without
 * its first lines, begins what is known now. Lines about single threads may be left out in between.
 */
export class LogNews {
  /** Lines that count as told; null: no log was read yet, so that nothing in one is news. */
  private known: readonly string[] | null = null;
  private fresh: readonly LogEntry[] = [];

  /** What is new, oldest first. An unreadable log tells nothing, and what was known of it stays. */
  read(log: KernelLog | null): readonly LogEntry[] {
    if (!log) return [];
    const entries = log.entries.filter(({ event }) => event.kind !== 'thread-not-switched');
    const lines = entries.map(lineOf);
    const first = this.known === null ? lines.length : lines.length - newLines(this.known, lines);
    this.known = lines.slice(0, first);
    this.fresh = entries.slice(first);
    return this.fresh;
  }

  /** So many of what was new are told; the others are new once more. */
  tell(count: number): void {
    this.known = [...(this.known ?? []), ...this.fresh.slice(0, count).map(lineOf)];
    this.fresh = [];
  }

  /** Another boot has another log, all of which is new. */
  forget(): void {
    this.known = null;
  }
}

function lineOf({ seconds, wall, text }: LogEntry): string {
  return `${seconds ?? ''} ${seconds === null && wall ? wall.seconds : ''} ${text}`;
}

/** The number of lines of a log behind those that were known. */
function newLines(known: readonly string[], now: readonly string[]): number {
  for (let lost = 0; lost < known.length; lost += 1) {
    const kept = known.length - lost;
    if (kept <= now.length && isBeginning(known, lost, now)) return now.length - kept;
  }
  return now.length;
}

function isBeginning(known: readonly string[], lost: number, now: readonly string[]): boolean {
  for (let index = lost; index < known.length; index += 1) {
    if (known[index] !== now[index - lost]) return false;
  }
  return true;
}
