/** Where in a JSON text each value stands, or where it is no JSON: what `JSON.parse` doesn't tell. */
import { findNodeAtLocation, parseTree, type ParseError } from 'jsonc-parser';

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type JsonPlaces =
  | {
      readonly ok: true;
      /** Of the value at a path, or of the nearest value around it that is there. */
      placeOf(path: readonly PropertyKey[]): Place;
    }
  | { readonly ok: false; readonly place: Place; readonly expected: string };

/** Nothing that we read nests deeper; a text that does could exhaust the parser's stack. */
const deepest = 100;
/** More than a host of twenty thousand threads has. Each value that is wrong takes a kilobyte. */
const mostValues = 200_000;

/**
 * What was expected where the parser found something else, by its error code (jsonc-parser's
 * `ParseErrorCode`, of which an import would keep the type checker from compiling file by file).
 */
const expectations: Readonly<Record<number, string>> = {
  1: 'a value, or a name in double quotes',
  2: 'a number',
  3: 'a name in double quotes',
  4: 'a value',
  5: '“:”',
  6: '“,” or “}”, or “]” in a list',
  7: '“,” or “}”',
  8: '“,” or “]”',
  9: 'the end of the file',
  10: 'no comment',
  11: 'no comment',
  12: 'a string that ends in a double quote, on the same line',
  13: 'a number',
  14: 'four hexadecimal digits after \\u',
  15: 'a valid escape in the string',
  16: 'a string without control characters',
};

export function placesIn(text: string): JsonPlaces {
  const excess = firstExcess(text);
  if (excess !== null) {
    return { ok: false, place: placeAt(text, excess.offset), expected: excess.expected };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const expected = expectations[error?.error ?? 4] ?? 'a value';
    return { ok: false, place: placeAt(text, error?.offset ?? 0), expected };
  }
  return {
    ok: true,
    placeOf(path) {
      const steps = path.map((part) => (typeof part === 'number' ? part : String(part)));
      for (let length = steps.length; length > 0; length -= 1) {
        const node = findNodeAtLocation(root, steps.slice(0, length));
        if (node !== undefined) return placeAt(text, node.offset);
      }
      return placeAt(text, root.offset);
    },
  };
}

/** What is too much, before anything is parsed: a comma or a bracket stands before each value but one. */
function firstExcess(text: string): { readonly offset: number; readonly expected: string } | null {
  let open = 0;
  let values = 1;
  for (const { 0: part, index: offset } of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|[[\]{},]/g)) {
    if (part === '{' || part === '[') open += 1;
    else if (part === '}' || part === ']') open -= 1;
    if (part === '{' || part === '[' || part === ',') values += 1;
    if (open > deepest) return { offset, expected: `at most ${deepest} values within each other` };
    if (values > mostValues) return { offset, expected: `at most ${mostValues} values` };
  }
  return null;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
