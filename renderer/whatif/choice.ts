/** What a person has chosen in the what-if dialog, and the question that it makes. */
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WantedFunction, WhatIfAction } from '../../shared/report/whatif/document';

export const actions = [
  { id: 'disable', title: 'Disable' },
  { id: 'reverse', title: 'Reverse' },
  { id: 'force', title: 'Force' },
  { id: 'replace', title: 'Replace all' },
] as const;

export interface Chosen {
  readonly action: (typeof actions)[number]['id'];
  /** The livepatch; for `replace` the one whose functions the new one has, null: the ticked ones. */
  readonly patch: string | null;
  /** Keys of functions that are ticked. */
  readonly ticked: ReadonlySet<string>;
}

/** The transition's livepatch is what one asks about first; else the topmost. */
export function firstChoice({ patches, transition }: StatusDocument): Chosen {
  return {
    action: transition === null ? 'disable' : 'reverse',
    patch: transition?.patch ?? patches.at(-1)?.name ?? null,
    ticked: new Set(),
  };
}

export function functionKey({
  object,
  name,
  sympos,
}: Omit<WantedFunction, 'sympos'> & { readonly sympos: number | null }): string {
  return JSON.stringify([object, name, sympos === 0 || sympos === null ? 1 : sympos]);
}

/** @returns null where there is no livepatch to ask about */
export function actionOf(
  status: StatusDocument,
  { action, patch, ticked }: Chosen,
): WhatIfAction | null {
  if (action === 'replace') {
    return {
      do: 'replace',
      functions: patch === null ? tickedOf(status, ticked) : functionsOf(status, patch),
    };
  }
  const name = patch ?? status.patches.at(-1)?.name;
  return name === undefined ? null : { do: action, patch: name };
}

function tickedOf({ functions }: StatusDocument, ticked: ReadonlySet<string>): WantedFunction[] {
  return functions
    .filter((row) => ticked.has(functionKey(row)))
    .map(({ object, name, sympos }) => ({ object, name, sympos: sympos ?? 0 }));
}

/** What reverts to the original only for the time of a replace is no function of the livepatch. */
function functionsOf({ patches }: StatusDocument, patch: string): WantedFunction[] {
  const objects = patches.find(({ name }) => name === patch)?.objects ?? [];
  return objects.flatMap((object) =>
    object.functions
      .filter(({ nop }) => nop !== true)
      .map(({ name, sympos }) => ({ object: object.name, name, sympos: sympos ?? 0 })),
  );
}
