/** Whether two readings of one host are of the same boot: what was known of another one has ended with it. */
import type { Problem } from '../base/problem';
import type { StatusDocument } from '../report/statusDocument';
import { reboot, type LostTransition } from './betweenText';

/** What tells a boot from another. */
export type Boot = Pick<StatusDocument['host'], 'bootId' | 'uptimeSeconds'>;

/**
 * Seconds by which a later reading may show the smaller uptime although it is of the same boot: an answer
 * that was cut short keeps the uptime of the one before.
 */
const clockError = 2;

/**
 * By the kernel's random identifier of the boot; where one side lacks it, by an uptime that went back.
 * That it grew less than time passed is no sign: it stands still while a virtual machine is paused.
 */
export function isAnotherBoot(before: Boot, after: Boot): boolean {
  if (before.bootId !== null && after.bootId !== null) {
    return before.bootId.toLowerCase() !== after.bootId.toLowerCase();
  }
  if (before.uptimeSeconds === null || after.uptimeSeconds === null) return false;
  return after.uptimeSeconds < before.uptimeSeconds - clockError;
}

/** What is known of a host when it is booted again. */
interface SeenOfBoot {
  readonly host: Boot;
  readonly transition: LostTransition | null;
  readonly transitionState: StatusDocument['transitionState'];
}

/** The transition that ran, or may have run, when the host was last read. */
export function lostTransition({
  transition,
  transitionState,
}: Omit<SeenOfBoot, 'host'>): LostTransition | null {
  if (transition) return { patch: transition.patch, direction: transition.direction };
  return transitionState === 'none' ? null : { patch: null, direction: null };
}

/** What is said where a host was booted again between two readings; null: it was not. */
export function rebootBetween(before: SeenOfBoot, after: Pick<SeenOfBoot, 'host'>): string | null {
  return isAnotherBoot(before.host, after.host) ? `${reboot(lostTransition(before))}.` : null;
}

/** Why nobody knows how a transition ended. */
export function rebootProblem(lost: LostTransition): Problem {
  return { code: 'rebooted', path: null, message: `${reboot(lost)}.` };
}
