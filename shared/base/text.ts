/**
 * Host-supplied text, made safe to keep and to show.
 */

/** The content of a one-line file: without its final newline, otherwise unchanged. */
export function oneLine(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/**
 * At most `limit` UTF-16 units; a longer text ends in `…`, which counts as one of them. No
 * surrogate pair is cut in half.
 */
export function capText(text: string, limit: number): string {
  if (text.length <= limit) {
    return text;
  }
  const kept = text.slice(0, Math.max(0, limit - 1));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/**
 * What a terminal or a browser would obey or not draw: control characters (C0, DEL, C1), format
 * characters (bidirectional overrides and isolates, zero-width ones, tags), line and paragraph
 * separators, lone surrogates, and everything that Unicode lets a renderer ignore.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

const shortEscapes = new Map([
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

/**
 * The text with each such character written out (`\n`, `\x1b`, `\u202e`, `\u{e0041}`), so that a
 * name can't move a cursor, break a line or reorder what stands beside it. Backslashes stay as
 * they are: the result is for reading, not for turning back.
 */
export function visible(text: string): string {
  return text.replace(unseen, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) {
    return short;
  }
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) {
    return `\\x${hex.padStart(2, '0')}`;
  }
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/**
 * A value as JSON whose text holds nothing that a terminal obeys: what {@link visible} writes out is
 * escaped as JSON has it (`\u009b`), so that a program reads the very same value.
 *
 * @param indent spaces of each level; 0: one line
 */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(unseen, (character) =>
    // JSON itself leaves raw line feeds only between its values.
    character === '\n' ? character : unitsOf(character),
  );
}

function unitsOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
