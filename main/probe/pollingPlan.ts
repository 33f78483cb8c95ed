/**
 * What to ask next, and when. A thread's state only moves towards the target and children inherit
 * it (kernel/livepatch/transition.c, klp_copy_process), so after one full scan the blocking threads
 * and their children tell nearly all; full scans find the rest (a child whose parent has exited).
 */
import { parts, polledSections, requested, type Section } from './wire/parts';
import type { ProbeRequest, ThreadId } from './wire/request';

export interface PlanFacts {
  /** Milliseconds of a clock that doesn't jump. */
  readonly now: number;
  readonly inTransition: boolean;
  /** The last full scan of this transition; null: none. */
  readonly fullScan: { readonly at: number; readonly tookMs: number } | null;
  readonly blocking: readonly ThreadId[];
  /** The first of them that have no details yet. */
  readonly undetailed: readonly ThreadId[];
  /** Process of a blocking thread with more threads than before. */
  readonly hasNewThreads: boolean;
  /** The list of redirected functions is doubtful until it is read again. */
  readonly lacksSecondList: boolean;
  /** Nothing is known yet of a livepatch's place in the stack. */
  readonly lacksOrders: boolean;
  /** Asked before and still under way: not asked again. */
  readonly detailsPending: boolean;
  readonly ordersPending: boolean;
  /** Milliseconds that the last answer with a dear section took, beyond those without. */
  readonly dearMs: number;
  /** When each section was last asked for. */
  readonly asked: ReadonlyMap<Section, number>;
}

/**
 * Milliseconds after which a section is asked for again: settled, and in a transition. The log comes with every
 * round: what was refused, and what came and went between two readings, stands nowhere else.
 */
const ages: Record<Section, { readonly settled: number; readonly moving: number }> = {
  [parts.host]: { settled: 0, moving: 0 },
  [parts.modules]: { settled: 4_000, moving: 5_000 },
  [parts.log]: { settled: 0, moving: 0 },
  [parts.redirected]: { settled: 30_000, moving: 30_000 },
  [requested.stackOrders]: { settled: 30_000, moving: 30_000 },
  [parts.details]: { settled: Infinity, moving: 5_000 },
  [requested.newDetails]: { settled: Infinity, moving: 0 },
};

/** More blocking threads than these are read by a full scan: its cost grows more slowly. */
const individuallyRead = 500;

/** Threads that are named in one request; as many as have details. */
const named = 200;

/** Between full scans: this many times what one takes, so that they use a hundredth of a processor. */
const scanRarity = 100;
const scanEveryMs = 10_000;

export function nextRequest(id: number, facts: PlanFacts): ProbeRequest {
  const { inTransition, blocking } = facts;
  const wanted: Section[] = polledSections.filter((section) => isDue(section, facts));
  if (!facts.ordersPending && (facts.lacksOrders || isDue(requested.stackOrders, facts))) {
    wanted.push(requested.stackOrders);
  }
  if (!inTransition) return { id, sections: wanted, scan: 'full', known: [] };
  const scan = needsFullScan(facts) ? 'full' : 'known';
  const isEachRead = scan === 'known' && blocking.length <= individuallyRead;
  // Details that are new may not be put off until the others are due again.
  const isDetailed = isDue(parts.details, facts) || facts.undetailed.length > 0;
  if (!facts.detailsPending) wanted.push(isDetailed ? parts.details : requested.newDetails);
  return {
    id,
    sections: wanted,
    scan,
    known: blocking.slice(0, isEachRead ? individuallyRead : named),
  };
}

/** However slow a host is, what is shown of it is not older than this. */
const longestDelayMs = 30_000;

/**
 * Milliseconds to wait: not more than a fifth of the time is spent asking, unless a round takes so
 * long that half a minute (or four times the interval that was wished for) would not be enough.
 */
export function nextDelay(
  inTransition: boolean,
  lastRoundMs: number,
  wantedMs: { readonly settled: number; readonly moving: number },
): { readonly ms: number; readonly isSlowed: boolean } {
  const wanted = inTransition ? wantedMs.moving : wantedMs.settled;
  const longest = Math.max(longestDelayMs, wanted * 4);
  const ms = Math.max(wanted, Math.min(lastRoundMs * 4, longest));
  return { ms, isSlowed: ms > wanted };
}

export const defaultIntervals = { settled: 5_000, moving: 1_000 } as const;

/** @param preferred milliseconds, for both; null: by the state */
export function intervalsOf(preferred: number | null): Parameters<typeof nextDelay>[2] {
  return preferred === null ? defaultIntervals : { settled: preferred, moving: preferred };
}

function needsFullScan(facts: PlanFacts): boolean {
  const { fullScan, blocking, hasNewThreads, now } = facts;
  if (!fullScan) return true;
  const since = now - fullScan.at;
  // When there are too many to ask, or nobody is left, only a full scan can tell; but its cost is
  // still minded, and what one has just said is confirmed by asking the first of them.
  const tellLittle = blocking.length > individuallyRead || blocking.length === 0;
  if (hasNewThreads || tellLittle) return since >= fullScan.tookMs * 4;
  return since >= Math.max(scanEveryMs, fullScan.tookMs * scanRarity);
}

/** Between dear sections: this many times what they take. */
const dearRarity = 10;

/** Sections that take many files or long lists. */
export const dearSections: ReadonlySet<string> = new Set([parts.modules, parts.redirected]);

function isDue(section: Section, facts: PlanFacts): boolean {
  const { asked, now, inTransition, dearMs } = facts;
  const last = asked.get(section);
  if (last === undefined || (section === parts.redirected && facts.lacksSecondList)) return true;
  const age = ages[section][inTransition ? 'moving' : 'settled'];
  return now - last >= Math.max(age, dearSections.has(section) ? dearMs * dearRarity : 0);
}
