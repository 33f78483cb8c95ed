/** Functions side by side: what runs now, and what would. */
import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf } from '../../shared/whatif/document';
import { functionKey } from '../../shared/whatif/functionKey';

export interface Row {
  readonly key: string;
  readonly object: string;
  readonly name: string;
  readonly now: string;
  readonly then: string;
  /** What it depends on, where something is open. */
  readonly cases: readonly { readonly condition: string; readonly outcome: string }[];
  /** In a word what becomes of it. */
  readonly change: 'changes' | 'falls back' | 'patched anew' | 'depends' | 'unchanged';
}

/** Changed ones first, then the rest of the host's. */
export function rowsOf({ functions }: StatusDocument, answer: WhatIf): readonly Row[] {
  const changed = answer.functions.map((one) => ({
    key: functionKey(one),
    object: visible(one.object),
    name: visible(one.name),
    now: implementation(one.now),
    then: implementation(one.then),
    cases: one.cases.map((open) => ({
      condition: open.if,
      outcome: `${implementation(open.now)} → ${implementation(open.then)}`,
    })),
    change: changeOf(one.now, one.then),
  }));
  const keys = new Set(changed.map(({ key }) => key));
  const rest = functions
    .filter((one) => !keys.has(functionKey(one)))
    .map((one) => ({
      key: functionKey(one),
      object: visible(one.object),
      name: visible(one.name),
      now: implementation(one.active),
      then: implementation(one.active),
      cases: [],
      change: 'unchanged' as const,
    }));
  return [...changed, ...rest];
}

function implementation(active: string | null): string {
  return active === null ? 'not known' : visible(active);
}

function changeOf(now: string | null, then: string | null): Row['change'] {
  if (then === null || now === null) return 'depends';
  if (then === 'original') return 'falls back';
  return now === 'original' ? 'patched anew' : 'changes';
}
