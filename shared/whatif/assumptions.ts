/** What an answer takes for granted because one reading does not tell it. */
import { visible } from '../base/text';
import { listed } from '../base/words';
import { say } from '../words/sentence';
import { basisWords, whatIfGaps } from '../words/whatIf';
import { premisesOf } from '../report/premises';
import type { StatusDocument } from '../report/statusDocument';
import { isLoaded } from './changes';
import type { WantedFunction, WhatIfAction } from './document';
import { aboutRules } from './kernelRules';
import { functionKey } from './functionKey';
import { hasSets, ownersOf } from './sets';

export function assumptionsOf(status: StatusDocument, action: WhatIfAction): string[] {
  return [
    ...aboutReading(status),
    ...aboutTransition(status, action),
    ...aboutOrder(status),
    ...aboutRules(status, action),
    ...(action.do === 'replace' ? aboutReplacement(status, action.functions) : []),
  ];
}

/** Without it the answer would claim more than was read. */
function aboutReading({ coverage, findings }: StatusDocument): string[] {
  const engines = findings
    .filter(({ code }) => code === 'other-live-patching')
    .map(({ subject }) => visible(subject ?? 'another engine'));
  return [
    ...(engines.length > 0 ? [whatIfGaps.engines(engines)] : []),
    ...(coverage.unread ?? []).map((unread) => whatIfGaps[unread]),
  ];
}

function aboutTransition(
  { transitionState, transition }: StatusDocument,
  action: WhatIfAction,
): string[] {
  const isOpen = transitionState === 'unknown';
  if (isOpen && transition === null) return [whatIfGaps.noTransition];
  const moving = visible(transition?.patch ?? '');
  return [
    ...(isOpen
      ? [
          action.do === 'disable' || action.do === 'replace'
            ? whatIfGaps.noTransition
            : whatIfGaps.isMoving(moving),
        ]
      : []),
    ...(transition?.direction === null ? [whatIfGaps.direction(moving)] : []),
  ];
}

function aboutOrder({ patches, order }: StatusDocument): string[] {
  if (patches.length < 2 || order === 'reported') return [];
  const names = listed(
    patches.map(({ name }) => visible(name)),
    20,
  );
  return order === 'inferred'
    ? [whatIfGaps.orderInferred(names)]
    : [whatIfGaps.orderUnknown(names)];
}

function aboutReplacement(status: StatusDocument, functions: readonly WantedFunction[]): string[] {
  const objects = [...new Set(functions.map(({ object }) => object))];
  const absent = objects.filter((object) => isLoaded(status, object) === false).map(visible);
  const unread = objects.filter((object) => isLoaded(status, object) === null).map(visible);
  return [
    ...(functions.length > 0 ? [whatIfGaps.foundOnce] : []),
    whatIfGaps.systemState,
    ...aboutSet(status, functions),
    ...(mayMixPositions(status, functions) ? [whatIfGaps.samePosition] : []),
    ...(unread.length > 0 ? [whatIfGaps.loadedUnread(listed(unread, 20))] : []),
    ...(absent.length > 0
      ? [say(basisWords.notLoaded, { ...premisesOf(status), loaded: true }, absent)]
      : []),
  ];
}

/** The set that it has to be of, where that can be told. */
function aboutSet(status: StatusDocument, functions: readonly WantedFunction[]): string[] {
  if (!hasSets(status)) return [];
  const owners = ownersOf(status, functions).map(({ name }) => visible(name));
  return owners.length === 0 ? [whatIfGaps.anySet] : [whatIfGaps.sameSet(listed(owners, 5))];
}

/**
 * A nop is added for what the new livepatch lacks, and a position of 0 was not found equal to one of
 * 1, although both make the same folder (kernel/livepatch/core.c, klp_find_func until 6.19; sysfs
 * shows 1 for both). Sets are proposed for later kernels.
 */
function mayMixPositions(status: StatusDocument, functions: readonly WantedFunction[]): boolean {
  if (status.livepatch.strictStack === true || hasSets(status)) return false;
  const wanted = new Set(functions.filter(({ sympos }) => sympos <= 1).map(functionKey));
  return status.functions.some((row) => wanted.has(functionKey(row)));
}
