/** What a person has chosen in the what-if dialog, and the question that it makes. */
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WantedFunction, WhatIfAction } from '../../shared/whatif/document';
import { functionKey } from '../../shared/whatif/functionKey';
import {
  functionsOf,
  parseWanted,
  wantedFunctions,
  type WrongLine,
} from '../../shared/whatif/wanted';

export const actions = [
  { id: 'disable', title: 'Disable' },
  { id: 'reverse', title: 'Reverse' },
  { id: 'force', title: 'Force' },
  { id: 'replace', title: 'Replace all' },
] as const;

export interface Chosen {
  readonly action: (typeof actions)[number]['id'];
  /** The livepatch; for `replace` the one whose functions the new one has, null: the written ones. */
  readonly patch: string | null;
  /** Functions as `parseWanted` takes them. */
  readonly written: string;
}

/** The transition's livepatch is what one asks about first; else the topmost. */
export function firstChoice({ patches, transition }: StatusDocument): Chosen {
  return {
    action: transition === null ? 'disable' : 'reverse',
    patch: transition?.patch ?? patches.at(-1)?.name ?? null,
    written: '',
  };
}

export type Asked =
  | { readonly ok: true; readonly action: WhatIfAction }
  /** Lines that are wrong; none: there is no livepatch to ask about. */
  | { readonly ok: false; readonly wrong: readonly WrongLine[] };

export function askedOf(status: StatusDocument, { action, patch, written }: Chosen): Asked {
  if (action === 'replace') return patch === null ? byHand(status, written) : like(status, patch);
  const name = patch ?? status.patches.at(-1)?.name;
  return name === undefined
    ? { ok: false, wrong: [] }
    : { ok: true, action: { do: action, patch: name } };
}

function like(status: StatusDocument, patch: string): Asked {
  return { ok: true, action: { do: 'replace', functions: functionsOf(status, patch) ?? [] } };
}

function byHand(status: StatusDocument, written: string): Asked {
  const parsed = parseWanted(written);
  if (!parsed.ok) return parsed;
  const { functions, wrong } = wantedFunctions(status, parsed.lines);
  return wrong.length > 0
    ? { ok: false, wrong }
    : { ok: true, action: { do: 'replace', functions } };
}

/** Keys of the functions that are written down; wrong lines don't count. */
export function writtenKeys(written: string): ReadonlySet<string> {
  return new Set(functionLines(written).map(({ key }) => key));
}

/** The list with the function added at its end, or without the lines that have it. */
export function toggled(written: string, one: WantedFunction): string {
  const key = functionKey(one);
  const has = functionLines(written).filter((line) => line.key === key);
  const lines = written.split('\n');
  if (has.length > 0) {
    const gone = new Set(has.map(({ line }) => line));
    return lines.filter((_, index) => !gone.has(index)).join('\n');
  }
  const kept =
    written.trim() === ''
      ? []
      : lines.filter((line, index) => line !== '' || index < lines.length - 1);
  return [...kept, `${one.object}:${one.name}${one.sympos > 1 ? `,${one.sympos}` : ''}`, ''].join(
    '\n',
  );
}

function functionLines(written: string): { readonly line: number; readonly key: string }[] {
  return written.split('\n').flatMap((text, line) => {
    const parsed = parseWanted(text);
    const wanted = parsed.ok ? parsed.lines[0]?.wanted : undefined;
    return wanted && 'function' in wanted ? [{ line, key: functionKey(wanted.function) }] : [];
  });
}
