/**
 * What a watcher has seen of a running transition: since when, and how its blocking threads became
 * fewer. The kernel keeps neither.
 */
import { remediesOfStall } from '../diagnosis/remedies';
import { visible } from '../base/text';
import type { Finding, StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { transitionWords } from '../words/transitions';
import { isAnotherBoot, type Boot } from './boot';

export interface TransitionWatch {
  /** Milliseconds of the watcher's clock. */
  readonly seenAt: number;
  readonly patch: string;
  readonly direction: string | null;
  /** In which it runs. */
  readonly boot: Boot;
  /** Seconds since seen, blocking threads; oldest first. */
  readonly drain: readonly (readonly [number, number])[];
}

/** More points than a curve has pixels help nobody: beyond these every other older one goes. */
const mostPoints = 2000;

/**
 * @param before what was known after the sample before; null: no transition was running
 * @param now milliseconds of a clock that doesn't jump, or of a recording's own
 * @returns null where none is running. A reversal begins anew: other threads block from then on; a reboot
 *   does, since it is another transition. An unreadable state is no end: what was seen stays.
 */
export function watchTransition(
  before: TransitionWatch | null,
  status: StatusDocument,
  now: number,
): TransitionWatch | null {
  const { bootId, uptimeSeconds } = status.host;
  const boot: Boot = { bootId, uptimeSeconds };
  const known = before && isAnotherBoot(before.boot, boot) ? null : before;
  if (status.transitionState === 'unknown') return known;
  const { transition } = status;
  if (status.transitionState === 'none' || transition === null) return null;
  const { patch, direction } = transition;
  const isSame = known !== null && known.patch === patch && known.direction === direction;
  const seenAt = isSame ? known.seenAt : now;
  const drain = isSame ? known.drain : [];
  const { blocking } = transition.threads;
  if (blocking === null) return { seenAt, patch, direction, boot, drain };
  const seconds = Math.max(0, (now - seenAt) / 1000);
  return { seenAt, patch, direction, boot, drain: [...thinned(drain), [seconds, blocking]] };
}

function thinned(drain: TransitionWatch['drain']): TransitionWatch['drain'] {
  return drain.length < mostPoints ? drain : drain.filter((_, index) => index % 2 === 0);
}

/** Seconds without any thread switching after which a watched transition counts as stalled. */
const stallSeconds = 30;

/**
 * The status with the finding `transition-stalled` added, where watching shows what one reading
 * can't: that no thread has switched for 30 s.
 *
 * @param now milliseconds of a clock that doesn't jump, or of a recording's own
 */
export function withStall(
  status: StatusDocument,
  watch: TransitionWatch | null,
  now: number,
): StatusDocument {
  const seconds = watch && secondsStill(watch, now);
  const blocking = status.transition?.threads.blocking ?? 0;
  const isKnown = status.findings.some(({ code }) => code === 'transition-stalled');
  if (!watch || seconds === null || seconds < stallSeconds || blocking === 0 || isKnown) {
    return status;
  }
  const still: Finding = {
    code: 'transition-stalled',
    severity: 'error',
    subject: watch.patch,
    message: say(
      transitionWords.noneSwitched,
      { threads: blocking, enabled: watch.direction },
      { seconds: Math.floor(seconds), count: blocking, name: visible(watch.patch) },
    ),
    evidence: ['/proc/*/task/*/patch_state'],
    remedies: remediesOfStall(status.blockers, status.livepatch),
  };
  return { ...status, findings: [still, ...status.findings] };
}

/**
 * Seconds since the number of blocking threads was last seen to become smaller, or since the first
 * reading. That more threads come to block says nothing of those that switch.
 */
function secondsStill({ seenAt, drain }: TransitionWatch, now: number): number | null {
  const since = drain.findLast(([, blocking], index) => {
    const before = drain[index - 1];
    return before === undefined || blocking < before[1];
  });
  return since ? (now - seenAt) / 1000 - since[0] : null;
}
