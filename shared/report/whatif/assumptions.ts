/** What an answer takes for granted because one reading does not tell it. */
import { visible } from '../../readings/text';
import { listed } from '../../diagnosis/words';
import type { StatusDocument } from '../statusDocument';
import { isLoaded } from './changes';
import type { WantedFunction, WhatIfAction } from './document';

export function assumptionsOf(status: StatusDocument, action: WhatIfAction): string[] {
  return [
    ...aboutTransition(status),
    ...aboutOrder(status),
    ...(action.do === 'disable' || action.do === 'reverse' ? [since51] : []),
    ...(action.do === 'replace' ? aboutReplacement(status, action.functions) : []),
  ];
}

const since51 =
  'The kernel is 5.1 or later; before, only the livepatch on top could be disabled, and a disabled one stayed in sysfs.';

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
    ...(unread.length > 0
      ? [`Loaded, as far as anybody knows: ${listed(unread, 20)}; nothing was read of it.`]
      : []),
    ...(absent.length > 0
      ? [`Not loaded: ${listed(absent, 20)}; its functions change when it is.`]
      : []),
  ];
}
