/** Functions of a livepatch to come, as a person writes them down: OBJECT:FUNCTION[,POSITION]. */
import { visible } from '../base/text';
import type { StatusDocument } from '../report/statusDocument';
import type { WantedFunction } from './document';
import { functionKey } from './functionKey';

/** What one line asks for: a function, or all those of a livepatch of the host (`@NAME`). */
type Wanted = { readonly function: WantedFunction } | { readonly livepatch: string };

export interface WrittenLine {
  /** Counted from 1. */
  readonly line: number;
  readonly wanted: Wanted;
}

/** A line that is wrong, and why. */
export interface WrongLine {
  readonly line: number;
  readonly message: string;
}

export type Written =
  | { readonly ok: true; readonly lines: readonly WrittenLine[] }
  | { readonly ok: false; readonly wrong: readonly WrongLine[] };

/** Bytes of a symbol and of a module's name stay below these (KSYM_NAME_LEN, MODULE_NAME_LEN). */
const longestSymbol = 512;
const longestModule = 56;

/** One function or livepatch in each line; empty lines and those that begin with `#` say nothing. */
export function parseWanted(text: string): Written {
  const lines: WrittenLine[] = [];
  const wrong: WrongLine[] = [];
  const seen = new Map<string, number>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const wanted = parseLine(content);
    if (typeof wanted === 'string') {
      wrong.push({ line, message: wanted });
      continue;
    }
    const key = 'function' in wanted ? functionKey(wanted.function) : wanted.livepatch;
    const before = seen.get(key);
    if (before !== undefined) {
      wrong.push({ line, message: `the same as line ${before}` });
      continue;
    }
    seen.set(key, line);
    lines.push({ line, wanted });
  }
  return wrong.length > 0 ? { ok: false, wrong } : { ok: true, lines };
}

/** What it asks for, or why it can't be that. */
function parseLine(content: string): Wanted | string {
  if (content.startsWith('@')) {
    return content.length > 1
      ? { livepatch: content.slice(1) }
      : 'a livepatch’s name follows the @';
  }
  const colon = content.indexOf(':');
  if (colon < 1) return `expected is OBJECT:FUNCTION[,POSITION], not “${short(content)}”`;
  const object = content.slice(0, colon);
  const [name = '', position, ...others] = content.slice(colon + 1).split(',');
  if (!/^[\w.-]+$/.test(object) || object.length >= longestModule) {
    return `“${short(object)}” is no object: vmlinux, or the name of a module`;
  }
  if (!/^[\w.$]+$/.test(name) || name.length >= longestSymbol) {
    return name === '' ? 'the function is missing' : `“${short(name)}” is no function’s name`;
  }
  if (others.length > 0 || (position !== undefined && !/^[1-9]\d{0,8}$/.test(position))) {
    return 'the position is a number from 1 upwards';
  }
  return { function: { object, name, sympos: Number(position ?? 1) } };
}

function short(text: string): string {
  return visible(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/**
 * The functions that are asked for, those of livepatches included; each once.
 *
 * @returns lines that name a livepatch which the host doesn't have, where there are any
 */
export function wantedFunctions(
  status: StatusDocument,
  lines: readonly WrittenLine[],
): { readonly functions: WantedFunction[]; readonly wrong: readonly WrongLine[] } {
  const functions = new Map<string, WantedFunction>();
  const wrong: WrongLine[] = [];
  for (const { line, wanted } of lines) {
    const own = 'function' in wanted ? [wanted.function] : functionsOf(status, wanted.livepatch);
    if (own === null && 'livepatch' in wanted) {
      wrong.push({ line, message: `no livepatch ${short(wanted.livepatch)} is on the host` });
    }
    for (const one of own ?? []) functions.set(functionKey(one), one);
  }
  return { functions: [...functions.values()], wrong };
}

/**
 * The functions of a livepatch of the host. What only reverts to the original for the time of a
 * replace is none of them.
 *
 * @returns null where there is no such livepatch
 */
export function functionsOf({ patches }: StatusDocument, name: string): WantedFunction[] | null {
  const patch = patches.find((one) => one.name === name);
  if (!patch) return null;
  return patch.objects.flatMap((object) =>
    object.functions
      .filter(({ nop }) => nop !== true)
      .map((one) => ({ object: object.name, name: one.name, sympos: one.sympos ?? 0 })),
  );
}
