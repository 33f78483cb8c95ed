/** A running `klpscope watch --json`, whose events a story checks step by step. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import { watchEventSchema, type WatchEvent } from '../../shared/history/events';
import type { Client } from './client';

export interface Watching {
  /**
   * Waits until each of these, `EVENT SUBJECT`, came since the last call. Their order is not asked
   * for: one reading may show several at once.
   *
   * @returns what came since the last call, as it came
   */
  readonly sees: (...events: readonly string[]) => Promise<readonly WatchEvent[]>;
  /** Whether this, `EVENT SUBJECT`, came since the last call of `sees`. */
  readonly hasSeen: (event: string) => boolean;
  /** Everything since the beginning. */
  events(): readonly WatchEvent[];
  /** Interrupts it, as Ctrl+C does, and waits for its end. */
  end(): Promise<{ readonly exitStatus: number | null; readonly complaints: string }>;
}

/** Follows root's view of the guest, a reading every other second. */
export function watchGuest(client: Client): Watching {
  const child = client.start(['watch', 'guest', '--json', '--interval', '2']);
  const ended = once(child, 'close');
  const events: WatchEvent[] = [];
  let complaints = '';
  let told = 0;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      events.push(watchEventSchema.parse(JSON.parse(line)));
    });
  }
  const news = (): string[] =>
    events.slice(told).map(({ event, subject }) => `${event} ${subject}`);
  return {
    async sees(...wanted) {
      await expect.poll(news, { message: complaints }).toEqual(expect.arrayContaining([...wanted]));
      const came = events.slice(told);
      told = events.length;
      return came;
    },
    hasSeen: (event) => news().includes(event),
    events: () => events,
    async end() {
      child.kill('SIGINT');
      await ended;
      return { exitStatus: child.exitCode, complaints };
    },
  };
}
