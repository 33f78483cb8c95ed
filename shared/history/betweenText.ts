/** What is said of the time between two readings. */
import { visible } from '../base/text';
import type { Change } from './change';

/** A transition that a reboot cut off; both null: whether one ran was not known. */
export interface LostTransition {
  readonly patch: string | null;
  readonly direction: 'patching' | 'unpatching' | null;
}

/** That a host was booted again, without a full stop; `lost`: null where no transition was cut off. */
export function reboot(lost: LostTransition | null): string {
  const booted = 'The host was booted again';
  if (lost === null) return booted;
  if (lost.patch === null) {
    return `${booted}; whether a transition ran until then, and how it ended, is not known`;
  }
  return `${booted} while ${visible(lost.patch)} was in transition (${lost.direction ?? 'direction unknown'}): the transition is lost with the boot, and nobody knows whether it had completed`;
}

/** That a transition went on differently, and nobody tells how; `direction` of one that runs. */
export function changedMeanwhile(patch: string, direction: LostTransition['direction']): string {
  return direction === null
    ? `${patch}: the transition ended meanwhile, and not as it had begun; what happened in between is not known`
    : `${patch}: the transition changed direction meanwhile (now ${direction}); whether it was reversed, or ended and another began, is not known`;
}

export function signalRound(patch: string, round: number): string {
  const about = patch === '' ? '' : `${patch}: `;
  return `${about}the kernel signals the remaining threads (round ${round})`;
}

/** Who tells it, behind what is told; nothing where the files that were read do. */
export function toldBy(from: Change['from']): string {
  if (from === undefined) return '';
  return from === 'log' ? ' (by the log)' : ' (reckoned)';
}
