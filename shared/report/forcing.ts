/** Whom a forced transition would leave in the old code. */
import { forceWords } from '../words/remedies';
import { say } from '../words/sentence';
import type { StatusDocument } from './statusDocument';

/** Null where more may block than were seen, or only idle CPUs, of which none is ever seen. */
export function knownToBlock({
  transition,
  coverage,
}: Pick<StatusDocument, 'transition' | 'coverage'>): number | null {
  const blocking = transition?.threads.blocking ?? 0;
  return blocking > 0 && (coverage.threadsDenied ?? 0) === 0 ? blocking : null;
}

/** @param blocking those of `knownToBlock` */
export function forceText(blocking: number | null): string {
  return say(forceWords.marks, { threads: blocking }, blocking ?? 0);
}
