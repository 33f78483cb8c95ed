/** Which livepatches leave, and what becomes of their modules. */
import { visible } from '../../readings/text';
import { listed } from '../../diagnosis/words';
import type { PatchEntry, StatusDocument } from '../statusDocument';
import type { Modules } from './document';

export interface ModulesOutcome extends Modules {
  readonly maybe: Modules;
  readonly conditions: string[];
}

/** Livepatches leave when a transition completes by itself; their modules stay, unused. */
export function leave(
  status: StatusDocument,
  certain: readonly string[],
  possible: readonly string[] = [],
): ModulesOutcome {
  const { free, held, open } = byForce(status, [...certain, ...possible]);
  const of = (names: readonly string[]) => certain.filter((name) => names.includes(name));
  const maybeOf = (names: readonly string[]) => possible.filter((name) => names.includes(name));
  return {
    leaving: [...certain],
    leftover: of(free),
    pinned: of(held),
    maybe: {
      leaving: [...possible],
      leftover: [...maybeOf(free), ...open],
      pinned: [...maybeOf(held), ...open],
    },
    conditions:
      open.length === 0
        ? []
        : [
            `A transition was forced since boot: if that pinned ${listed(open.map(visible), 5)}, it can never be unloaded.`,
          ],
  };
}

/** A module that a forced transition pinned is never given up, whatever comes after. */
function byForce(
  { patches, findings }: StatusDocument,
  names: readonly string[],
): Record<'free' | 'held' | 'open', string[]> {
  const wasForced = findings.some(({ code }) => code === 'was-forced');
  const forced = new Map(patches.map((patch) => [patch.name, patch.forced]));
  const pick = (wanted: boolean | null) =>
    names.filter((name) => (forced.get(name) ?? (wasForced ? null : false)) === wanted);
  return { free: pick(false), held: pick(true), open: pick(null) };
}

/**
 * Who goes when the transition of a livepatch that is being applied completes: those below it in the
 * list, if it replaces.
 */
export function replacedBy(
  status: StatusDocument,
  moving: PatchEntry | undefined,
): { readonly certain: string[]; readonly possible: string[]; readonly conditions: string[] } {
  if (!moving || moving.replace === false) return { certain: [], possible: [], conditions: [] };
  const position = status.patches.indexOf(moving);
  const isOrdered = status.order !== 'unknown';
  const others = (isOrdered ? status.patches.slice(0, position) : status.patches)
    .filter((patch) => patch !== moving && patch.enabled !== false)
    .map(({ name }) => name);
  if (others.length === 0) return { certain: [], possible: [], conditions: [] };
  if (moving.replace === true && isOrdered) {
    return { certain: others, possible: [], conditions: [] };
  }
  const name = visible(moving.name);
  const whether = [
    moving.replace === null ? `${name} replaces the others` : '',
    isOrdered ? '' : `${name} lies above them`,
  ].filter(Boolean);
  const [they, leaveWord] = others.length === 1 ? ['', 'leaves'] : ['all of ', 'leave'];
  return {
    certain: [],
    possible: others,
    conditions: [
      `If ${whether.join(' and ')}, ${they}${listed(others.map(visible), 5)} ${leaveWord}, too.`,
    ],
  };
}
