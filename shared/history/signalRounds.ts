/** The kernel's signals to the threads that block, as far as its log tells when the first was sent. */
import type { KernelLog, LogEntry } from '../readings/log/kernelLog';
import type { StatusDocument } from '../report/statusDocument';
import { secondsOfReading } from './logTime';

/** Tries, one a second, between two rounds (kernel/livepatch/transition.c, SIGNALS_TIMEOUT). */
const roundSeconds = 15;

/** One round: its number, the first being 1, and its time since boot. */
export interface SignalRound {
  readonly round: number;
  readonly seconds: number;
}

/**
 * The last round of the running transition; null: none is known. The kernel logs the first alone, so that later
 * ones are reckoned.
 */
export function signalRound(status: StatusDocument, log: KernelLog | null): SignalRound | null {
  if (!status.transition || !log || status.livepatch.signals !== undefined) return null;
  const first = firstSignal(status.transition, log.entries);
  const now = secondsOfReading(status, log);
  if (first === null || now === null) return null;
  const later = Math.max(0, Math.floor((now - first) / roundSeconds));
  return { round: 1 + later, seconds: first + later * roundSeconds };
}

/** When the kernel first signalled, by the log; null where it does not say so of this transition. */
function firstSignal(
  { patch, direction }: NonNullable<StatusDocument['transition']>,
  entries: readonly LogEntry[],
): number | null {
  for (const [index, { event, seconds }] of [...entries.entries()].toReversed()) {
    if (event.kind === 'starting' || event.kind === 'complete') return null;
    if (event.kind !== 'signaling') continue;
    const began = entries
      .slice(0, index)
      .map((entry) => entry.event)
      .findLast((one) => one.kind === 'starting' || one.kind === 'complete');
    const isOf =
      began === undefined ||
      (began.kind === 'starting' &&
        began.patch === patch &&
        (direction === null || began.direction === direction));
    return isOf ? seconds : null;
  }
  return null;
}
