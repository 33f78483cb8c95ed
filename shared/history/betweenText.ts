/** What is said of the time between two readings. */
import { visible } from '../base/text';

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
