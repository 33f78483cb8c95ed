/**
 * Which names are of one function, by /proc/kallsyms: kernel/kallsyms.c, s_show. Addresses decide it and go no
 * further: neither a document nor a recording has one.
 */

export interface SameNames {
  /** As in `Readings`. */
  readonly soleNames: readonly string[];
  readonly equalNames: readonly (readonly string[])[];
}

/** `ADDRESS TYPE NAME`, and of a module a tab and its name in brackets. */
const symbolLine = /^([0-9a-f]{1,16}) [A-Za-z] ([^\s:]{1,512})(?:\t\[([^\s\]:]{1,64})\])?$/;

/** More names than an address of any kernel has (the start of its text has about ten). */
const mostNames = 100;

/**
 * @param text lines of /proc/kallsyms; a number may stand in place of an address. All that have a wanted
 *   name's address must be there, and all that have a name of those.
 * @param wanted functions as `OBJECT:NAME`
 * @returns nothing of functions whose address is hidden (0), and of those of which a name is that of another
 *   symbol too: their names do not tell them apart
 */
export function sameNamesIn(text: string, wanted: ReadonlySet<string>): SameNames {
  const namesAt = new Map<string, string[]>();
  const places = new Map<string, number>();
  for (const [place, key] of symbolsIn(text)) {
    const names = namesAt.get(place);
    if (names?.includes(key) === true) continue;
    if (names === undefined) namesAt.set(place, [key]);
    else if (names.length <= mostNames) names.push(key);
    places.set(key, (places.get(key) ?? 0) + 1);
  }
  const groups = [...namesAt.values()].filter(
    (names) =>
      names.length <= mostNames &&
      names.some((key) => wanted.has(key)) &&
      names.every((key) => places.get(key) === 1),
  );
  return {
    soleNames: groups.filter(({ length }) => length === 1).flat(),
    equalNames: groups.filter(({ length }) => length > 1),
  };
}

function* symbolsIn(text: string): Iterable<readonly [place: string, key: string]> {
  for (const line of text.split('\n')) {
    const [, place = '', name = '', module = 'vmlinux'] = symbolLine.exec(line) ?? [];
    if (/[^0]/.test(place)) yield [place, `${module}:${name}`];
  }
}
