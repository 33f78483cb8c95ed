/** A running `klpscope watch --json`, whose events a story checks step by step. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import { watchEventSchema, type WatchEvent } from '../../shared/history/change';
import type { Client } from './client';

export interface Watching {
  /**
   * From here on events count: to be called before an act whose events a story waits for. What comes
   * late of an earlier act counts too, so an act follows only when all of the one before was seen.
   */
  readonly beforeAct: () => void;
  /**
   * Waits until each of these, `EVENT SUBJECT`, came since `beforeAct`. Their order is not asked for:
   * one reading may show several at once.
   *
   * @returns what came since `beforeAct`, as it came
   */
  readonly sees: (...events: readonly string[]) => Promise<readonly WatchEvent[]>;
  /** Whether this, `EVENT SUBJECT`, came since `beforeAct`. */
  readonly hasSeen: (event: string) => boolean;
  /**
   * Waits until no transition runs, as far as it has seen. One that was over before the next reading
   * it never saw, and none of its events may be expected.
   */
  readonly seesSettled: () => Promise<void>;
  /** Everything since the beginning. */
  events(): readonly WatchEvent[];
  /** Interrupts it, as Ctrl+C does, and waits for its end. */
  end(): Promise<{ readonly exitStatus: number | null; readonly warnings: string }>;
}

/** Follows root's view of the guest, a reading every other second. */
export function watchGuest(client: Client): Watching {
  const child = client.start(['watch', 'guest', '--json', '--interval', '2']);
  const ended = once(child, 'close');
  const events: WatchEvent[] = [];
  let warnings = '';
  let beginning = 0;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (warnings += text));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      events.push(watchEventSchema.parse(JSON.parse(line)));
    });
  }
  const news = (): string[] =>
    events.slice(beginning).map(({ event, subject }) => `${event} ${subject}`);
  return {
    beforeAct() {
      beginning = events.length;
    },
    async sees(...wanted) {
      await expect.poll(news, { message: warnings }).toEqual(expect.arrayContaining([...wanted]));
      return events.slice(beginning);
    },
    hasSeen: (event) => news().includes(event),
    async seesSettled() {
      const running = () =>
        events.findLast(({ event }) => /^transition-(started|completed)$/.test(event))?.event;
      await expect.poll(running, { message: warnings }).not.toBe('transition-started');
    },
    events: () => events,
    async end() {
      child.kill('SIGINT');
      await ended;
      return { exitStatus: child.exitCode, warnings };
    },
  };
}
