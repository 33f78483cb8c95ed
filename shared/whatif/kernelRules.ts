/**
 * What an answer says of the rules that changed with 5.1: they are those of before, those of today,
 * or nothing tells, and then today's are taken for granted.
 */
import { listed } from '../base/words';
import { visible } from '../base/text';
import type { StatusDocument } from '../report/statusDocument';
import type { WhatIfAction } from './document';
import { livepatchAbove } from './refusal';

export function aboutRules(status: StatusDocument, action: WhatIfAction): string[] {
  const { strictStack } = status.livepatch;
  if (strictStack === true) return [...byOldRules(status, action), ...onImmediate];
  return hasLaterFiles(status) ? [] : ifTheyWereOld(status, action);
}

/** `patched` came with 6.1, `replace`, `stack_order` and `replace_set` later still. */
function hasLaterFiles({ patches }: StatusDocument): boolean {
  return patches.some(
    ({ replace, stackOrder, replaceSet, objects }) =>
      replace !== null ||
      stackOrder !== null ||
      replaceSet !== undefined ||
      objects.some(({ patched }) => patched !== null),
  );
}

function byOldRules(status: StatusDocument, action: WhatIfAction): string[] {
  switch (action.do) {
    case 'force':
      return [`${old} who is disabled later never gives up its module.`];
    case 'replace':
      return [
        `${old} none is replaced, and the livepatch would lie on top of those there.`,
        ...openBelow(status),
      ];
    case 'disable':
    case 'reverse':
      return [
        ...(isEnabledAfter(status, action)
          ? []
          : [`${old} ${visible(action.patch)} stays in sysfs, and can be enabled again.`]),
        ...openAbove(status, action),
      ];
  }
}

const old = 'The kernel goes by the rules from before 5.1:';

const onImmediate = [
  'No function is marked immediate, as kernels to 4.15 allow: it would switch at once, and its module stay for good.',
];

/** A removal that is reversed ends with the livepatch enabled. */
function isEnabledAfter({ transition }: StatusDocument, action: WhatIfAction): boolean {
  return (
    action.do === 'reverse' &&
    transition?.patch === action.patch &&
    transition.direction !== 'patching'
  );
}

function openAbove({ order, patches, transition }: StatusDocument, action: WhatIfAction): string[] {
  if (action.do !== 'disable' || order !== 'unknown' || transition) return [];
  const others = patches.filter(({ name, enabled }) => name !== action.patch && enabled !== false);
  return others.length === 0
    ? []
    : [
        `${visible(action.patch)} lies on top; right below another that is enabled, the kernel refuses (EBUSY).`,
      ];
}

function openBelow({ order, patches }: StatusDocument): string[] {
  const off = patches.filter(({ enabled }) => enabled === false).map(({ name }) => visible(name));
  return order === 'unknown' && off.length > 0
    ? [
        `${listed(off, 5)} ${off.length === 1 ? 'is' : 'are'} not on top; else the kernel refuses (EBUSY).`,
      ]
    : [];
}

function ifTheyWereOld(status: StatusDocument, action: WhatIfAction): string[] {
  const { patches, order, transition } = status;
  switch (action.do) {
    case 'force':
      return [];
    case 'replace':
      return patches.length === 0
        ? []
        : [
            'The kernel is 5.1 or later; on one before, the livepatch would lie on top and replace none.',
          ];
    case 'reverse':
      return isEnabledAfter(status, action)
        ? []
        : [
            `The kernel is 5.1 or later; on one before, ${visible(action.patch)} stays in sysfs, disabled.`,
          ];
    case 'disable': {
      const patch = patches.find(({ name }) => name === action.patch);
      const above = patch && !transition ? livepatchAbove(status, patch) : null;
      const isOpen = !transition && order === 'unknown' && patches.length > 1;
      const refused = above
        ? `the kernel refuses (EBUSY), because ${visible(above.name)} lies above it`
        : `${visible(action.patch)} stays in sysfs, disabled${isOpen ? ', or, if another lies above it, the kernel refuses (EBUSY)' : ''}`;
      return [`The kernel is 5.1 or later; on one before, ${refused}.`];
    }
  }
}
