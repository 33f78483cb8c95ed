/** What an answer takes for granted because one reading does not tell it. */
import { visible } from '../base/text';
import { listed } from '../base/words';
import { whatIfGaps } from '../words/whatIf';
import type { StatusDocument } from '../report/statusDocument';
import { isLoaded } from './changes';
import type { WantedFunction, WhatIfAction } from './document';
import { aboutRules } from './kernelRules';
import { functionKey } from './functionKey';
import { hasSets, ownersOf } from './sets';

export function assumptionsOf(status: StatusDocument, action: WhatIfAction): string[] {
  return [
    ...aboutReading(status),
    ...aboutTransition(status),
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

function aboutTransition({ transitionState, transition }: StatusDocument): string[] {
  if (transitionState === 'unknown') {
    return [
      'No transition runs: what was read does not tell. While one does, the kernel refuses (EBUSY).',
    ];
  }
  return transition && transition.direction === null
    ? [`${visible(transition.patch)} is being applied: its direction could not be read.`]
    : [];
}

function aboutOrder({ patches, order }: StatusDocument): string[] {
  if (patches.length < 2 || order === 'reported') return [];
  const names = listed(
    patches.map(({ name }) => visible(name)),
    20,
  );
  return order === 'inferred'
    ? [
        `The livepatches lie on each other in the order in which they were loaded: ${names}, bottom first.`,
      ]
    : [
        `Which of ${names} lies above which is unknown: where a function has several, what would run depends on it.`,
      ];
}

function aboutReplacement(status: StatusDocument, functions: readonly WantedFunction[]): string[] {
  const objects = [...new Set(functions.map(({ object }) => object))];
  const absent = objects.filter((object) => isLoaded(status, object) === false).map(visible);
  const unread = objects.filter((object) => isLoaded(status, object) === null).map(visible);
  return [
    ...(functions.length > 0
      ? ['Each function is found exactly once, and may be redirected; else the kernel refuses.']
      : []),
    'The replacing livepatch fits the system state of those already there.',
    ...aboutSet(status, functions),
    ...(mayMixPositions(status, functions)
      ? [
          'Where it takes a function over, it gives the same position as the livepatch there does; before 6.19 the kernel refuses 0 where that has 1, and 1 where that has 0 (EEXIST).',
        ]
      : []),
    ...(unread.length > 0
      ? [`Loaded, as far as anybody knows: ${listed(unread, 20)}; nothing was read of it.`]
      : []),
    ...(absent.length > 0
      ? [`Not loaded: ${listed(absent, 20)}; its functions change when it is.`]
      : []),
  ];
}

/** The set that it has to be of, where that can be told. */
function aboutSet(status: StatusDocument, functions: readonly WantedFunction[]): string[] {
  if (!hasSets(status)) return [];
  const owners = ownersOf(status, functions).map(({ name }) => visible(name));
  return owners.length === 0
    ? ['It has a set of its own, or one of those there; of another’s it replaces none.']
    : [`It is of the same set as ${listed(owners, 5)}; else the kernel refuses (EINVAL).`];
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
