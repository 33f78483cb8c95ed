/** Which livepatches leave, and what becomes of their modules. */
import { isSameSet } from '../model/replaced';
import { visible } from '../base/text';
import { listed } from '../base/words';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { basisWords, whatIfCases, whatIfGaps } from '../words/whatIf';
import type { Modules } from './document';

export interface ModulesOutcome extends Modules {
  readonly maybe: Modules;
  readonly conditions: string[];
}

/**
 * Livepatches leave when a transition completes by itself; their modules stay, unused. Before 5.1 a
 * livepatch stays in sysfs, too, and only its module is given up.
 */
export function leave(
  status: StatusDocument,
  certain: readonly string[],
  possible: readonly string[] = [],
): ModulesOutcome {
  const { free, held, open } = byForce(status, [...certain, ...possible]);
  const of = (names: readonly string[]) => certain.filter((name) => names.includes(name));
  const isStrict = status.livepatch.strictStack === true;
  const maybeOf = (names: readonly string[]) => possible.filter((name) => names.includes(name));
  return {
    leaving: isStrict ? [] : [...certain],
    leftover: of(free),
    pinned: of(held),
    maybe: {
      leaving: isStrict ? [] : [...possible],
      leftover: [...maybeOf(free), ...open],
      pinned: [...maybeOf(held), ...open],
    },
    conditions:
      open.length === 0 || !status.findings.some(({ code }) => code === 'was-forced')
        ? []
        : [say(basisWords.forcedBefore, { lasting: true }, open.map(visible))],
  };
}

/**
 * A module that a forced transition pinned is never given up, whatever comes after; before 5.1 no
 * module is any more, once a transition was forced.
 */
function byForce(
  { patches, findings, livepatch, coverage }: StatusDocument,
  names: readonly string[],
): Record<'free' | 'held' | 'open', string[]> {
  const wasForced = findings.some(({ code }) => code === 'was-forced');
  const forced = new Map(patches.map((patch) => [patch.name, patch.forced]));
  // Only the kernel's log tells; without it nobody's module is known to be free.
  const isTold = coverage.unread?.includes('forcing') !== true;
  const otherwise = wasForced ? livepatch.strictStack === true || null : isTold ? false : null;
  const pick = (wanted: boolean | null) =>
    names.filter((name) => (forced.get(name) ?? otherwise) === wanted);
  return { free: pick(false), held: pick(true), open: pick(null) };
}

/**
 * Who goes when the transition of a livepatch that is being applied completes: those below it in the
 * list, if it replaces; with sets, of those the ones of its own.
 */
export function replacedBy(
  status: StatusDocument,
  moving: PatchEntry | undefined,
): { readonly certain: string[]; readonly possible: string[]; readonly conditions: string[] } {
  if (!moving || moving.replace === false) return { certain: [], possible: [], conditions: [] };
  const position = status.patches.indexOf(moving);
  const isOrdered = status.order !== 'unknown';
  const others = (isOrdered ? status.patches.slice(0, position) : status.patches).filter(
    (patch) => patch !== moving && patch.enabled !== false && isSameSet(patch, moving) !== false,
  );
  const isSure = (patch: PatchEntry) =>
    isOrdered && moving.replace === true && isSameSet(patch, moving) === true;
  const certain = others.filter(isSure).map(({ name }) => name);
  const open = others.filter((patch) => !isSure(patch));
  if (open.length === 0) return { certain, possible: [], conditions: [] };
  const name = visible(moving.name);
  const isOpenSet = open.some((patch) => isSameSet(patch, moving) === null);
  const whether = [
    moving.replace === null && !isOpenSet ? whatIfCases.replaces(name) : '',
    isOpenSet ? whatIfCases.sameSet(name) : '',
    isOrdered ? '' : whatIfCases.aboveThem(name),
  ].filter(Boolean);
  const possible = open.map((patch) => patch.name);
  const [they, leaveWord] = possible.length === 1 ? ['', 'leaves'] : ['all of ', 'leave'];
  return {
    certain,
    possible,
    conditions: [
      whatIfGaps.ifReplacing(
        whether.join(' and '),
        `${they}${listed(possible.map(visible), 5)} ${leaveWord}`,
      ),
    ],
  };
}
