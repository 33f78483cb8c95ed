/**
 * What an answer says of the rules that changed with 5.1: they are those of before, those of today,
 * or nothing tells, and then today's are taken for granted.
 */
import { listed } from '../base/words';
import { visible } from '../base/text';
import { premisesOf } from '../report/premises';
import type { StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { basisWords, whatIfGaps, whatIfRules } from '../words/whatIf';
import type { WhatIfAction } from './document';
import { livepatchAbove } from './refusal';

export function aboutRules(status: StatusDocument, action: WhatIfAction): string[] {
  const { strictStack } = status.livepatch;
  if (strictStack === true) {
    return [...byOldRules(status, action), whatIfGaps.noneImmediate];
  }
  return hasLaterFiles(status) ? [] : ifTheyWereOld(status, action);
}

/** `patched` came with 6.1, `replace`, `stack_order` and `replace_set` later still. */
export function hasLaterFiles({ patches }: StatusDocument): boolean {
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
      return [byOld(status, whatIfRules.keepsModule)];
    case 'replace':
      return [byOld(status, whatIfRules.replacesNone), ...openBelow(status)];
    case 'disable':
    case 'reverse':
      return [
        ...(isEnabledAfter(status, action)
          ? []
          : [byOld(status, whatIfRules.staysEnabling(visible(action.patch)))]),
        ...openAbove(status, action),
      ];
  }
}

function byOld(status: StatusDocument, rule: string): string {
  return say(basisWords.oldRules, { ...premisesOf(status), rules: true }, rule);
}

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
  return others.length === 0 ? [] : [whatIfGaps.onTop(visible(action.patch))];
}

function openBelow({ order, patches }: StatusDocument): string[] {
  const off = patches.filter(({ enabled }) => enabled === false).map(({ name }) => visible(name));
  return order === 'unknown' && off.length > 0
    ? [whatIfGaps.notOnTop(listed(off, 5), off.length === 1 ? 'is' : 'are')]
    : [];
}

function ifTheyWereOld(status: StatusDocument, action: WhatIfAction): string[] {
  const { patches, order, transition } = status;
  switch (action.do) {
    case 'force':
      return [];
    case 'replace':
      return patches.length === 0 ? [] : [whatIfGaps.laterReplaces];
    case 'reverse':
      return isEnabledAfter(status, action) ? [] : [whatIfGaps.laterLeaves(visible(action.patch))];
    case 'disable': {
      const patch = patches.find(({ name }) => name === action.patch);
      const above = patch && !transition ? livepatchAbove(status, patch) : null;
      const isOpen = !transition && order === 'unknown' && patches.length > 1;
      const name = visible(action.patch);
      if (above) return [whatIfGaps.laterDisables(visible(above.name))];
      return [isOpen ? whatIfGaps.laterLeavesOrRefuses(name) : whatIfGaps.laterLeaves(name)];
    }
  }
}
