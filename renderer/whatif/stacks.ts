/** The stack of livepatches as it is, and as it would be: what stands beside each other. */
import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/whatif/document';

export interface Layer {
  readonly key: string;
  readonly name: string;
  /** How many functions it has. */
  readonly functions: number;
  /** In a word what becomes of it; empty: nothing. */
  readonly note: string;
  readonly is: 'staying' | 'leaving' | 'maybe' | 'coming';
}

export interface SideBySide {
  /** Top first. */
  readonly now: readonly Layer[];
  readonly then: readonly Layer[];
  /** Which livepatch lies above which is not known. */
  readonly isOrderOpen: boolean;
}

export function sideBySide({ patches, order }: StatusDocument, answer: WhatIf): SideBySide {
  const leaving = new Set(answer.leaving);
  const maybe = new Set(answer.maybe.leaving);
  const asIs = patches.map(({ name, objects, enabled, inTransition }): Layer => ({
    key: name,
    name: visible(name),
    functions: objects.reduce((sum, { functions }) => sum + functions.length, 0),
    note: leaving.has(name)
      ? 'leaves'
      : maybe.has(name)
        ? 'may leave'
        : stateOf(enabled, inTransition),
    is: leaving.has(name) ? 'leaving' : maybe.has(name) ? 'maybe' : 'staying',
  }));
  const staying = asIs
    .filter(({ is }) => is !== 'leaving')
    .map((layer) => ({ ...layer, note: layer.is === 'maybe' ? 'may have left' : '' }));
  const then =
    answer.action.do === 'replace'
      ? [...staying, comingLayer(answer.action.functions.length)]
      : staying;
  return {
    now: asIs.toReversed(),
    then: then.toReversed(),
    isOrderOpen: order === 'unknown' && patches.length > 1,
  };
}

function stateOf(enabled: boolean | null, inTransition: boolean | null): string {
  if (inTransition === true) return enabled === false ? 'is leaving' : 'is being applied';
  return enabled === false ? 'disabled' : '';
}

function comingLayer(functions: number): Layer {
  // No livepatch has an empty name.
  return { key: '', name: 'replacement', functions, note: 'comes', is: 'coming' };
}
