/** What the kernel log says about the transition that runs now. */
import { capText, visible } from '../base/text';
import type { LogEntry } from '../readings/log/kernelLog';
import { secondsBetween } from '../readings/log/wallClock';
import type { SystemState } from '../model/systemState';

export interface TransitionLog {
  /** The line that began it; null where the log no longer holds it. */
  readonly start: LogEntry | null;
  /** Everything since, oldest first. */
  readonly entries: readonly LogEntry[];
  /** It began by reversing the other direction. */
  readonly isReversal: boolean;
}

/**
 * A transition begins at its `starting (un)patching transition` line; a reversal writes a new one
 * (kernel/livepatch/transition.c, klp_start_transition and klp_reverse_transition).
 *
 * @returns null where no transition runs, no log was read, or the log's last transition is another
 */
export function currentTransition(state: SystemState): TransitionLog | null {
  if (!state.transition || !state.log) return null;
  const { patch, direction } = state.transition;
  const { entries } = state.log;
  const last = entries.findLastIndex(
    ({ event }) => event.kind === 'starting' || event.kind === 'complete',
  );
  const start = entries[last];
  if (!start) return { start: null, entries, isReversal: false };
  const { event } = start;
  if (event.kind !== 'starting' || event.patch !== patch) return null;
  if (direction !== null && event.direction !== direction) return null;
  return {
    start,
    entries: entries.slice(last + 1),
    isReversal: wasReversed(entries.slice(0, last), patch),
  };
}

/** The first line about the transition: its beginning, or what the log still holds. */
export function firstWord({ start, entries }: TransitionLog): LogEntry | null {
  return start ?? entries.find(({ event }) => event.kind === 'thread-not-switched') ?? null;
}

/** Seconds since the transition's first word in the log; null where nothing tells. */
export function ageOf(state: SystemState, log: TransitionLog | null): number | null {
  const first = log === null ? null : firstWord(log);
  return first === null ? null : secondsSince(state, first);
}

/**
 * Seconds since a line, at least; null where no clock tells. By the seconds since boot, or else by the
 * log's dates, of which the last one is as late as is known.
 */
function secondsSince(state: SystemState, { seconds, wall }: LogEntry): number | null {
  const now = secondsSinceBoot(state);
  if (now !== null && seconds !== null) return now - seconds;
  const last = state.log?.lastWall ?? null;
  return wall === null || last === null ? null : secondsBetween(wall, last);
}

/** Without dynamic debug a reversal shows as two starts of a livepatch with no end between them. */
function wasReversed(before: readonly LogEntry[], patch: string): boolean {
  const previous = before.findLast(
    ({ event }) => event.kind === 'starting' || event.kind === 'complete',
  );
  return previous?.event.kind === 'starting' && previous.event.patch === patch;
}

/**
 * The log's and the host's clock in seconds since boot, whichever is later: monotonic log stamps and
 * /proc/uptime count alike. Null where neither is known.
 */
export function secondsSinceBoot(state: SystemState): number | null {
  const clocks = [state.log?.lastSeconds ?? null, state.host.uptimeSeconds].filter(
    (clock) => clock !== null,
  );
  return clocks.length === 0 ? null : Math.max(...clocks);
}

/** A line of the log as evidence: its stamp, where it has a monotonic one, and its text. */
export function asEvidence({ seconds, text }: Pick<LogEntry, 'seconds' | 'text'>): string {
  const stamp = seconds === null ? '' : `[${seconds.toFixed(6).padStart(12)}] `;
  return capText(`${stamp}${visible(text)}`, 400);
}
