/** Where in a JSON text each value stands, or where it is no JSON: what `JSON.parse` doesn't tell. */

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

/** Nothing that we read nests deeper; a text that does could exhaust the stack. */
const deepest = 100;

const space = /[ \t\n\r]*/y;
/** RFC 8259, sections 3, 6 and 7. */
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Walks through a text once. */
class Walker {
  at = 0;
  /** Offsets of values by their path. */
  readonly starts = new Map<string, number>();
  /** What should stand at `at`; null: nothing is wrong. */
  expected: string | null = null;

  constructor(private readonly text: string) {}

  document(): boolean {
    if (!this.value([])) return false;
    this.skip(space);
    return this.at === this.text.length || this.miss('the end of the file');
  }

  private value(path: readonly PropertyKey[]): boolean {
    this.skip(space);
    this.starts.set(keyOf(path), this.at);
    if (path.length > deepest) return this.miss(`at most ${deepest} values within each other`);
    if (this.take('{')) return this.list('}', () => this.member(path));
    if (this.take('[')) return this.list(']', (index) => this.value([...path, index]));
    return this.skip(literal) || this.skip(string) || this.miss(this.valueExpected());
  }

  private member(path: readonly PropertyKey[]): boolean {
    this.skip(space);
    const start = this.at;
    if (!this.skip(string)) return this.miss('a name in double quotes');
    const name: unknown = JSON.parse(this.text.slice(start, this.at));
    this.skip(space);
    if (!this.take(':')) return this.miss('“:”');
    return this.value([...path, String(name)]);
  }

  private list(end: string, one: (index: number) => boolean): boolean {
    this.skip(space);
    if (this.take(end)) return true;
    for (let index = 0; one(index); index += 1) {
      this.skip(space);
      if (this.take(end)) return true;
      if (!this.take(',')) return this.miss(`“,” or “${end}”`);
    }
    return false;
  }

  /** A string that is begun is worth its own words. */
  private valueExpected(): string {
    return this.text[this.at] === '"'
      ? 'a string that ends in a double quote, on the same line and with valid escapes'
      : 'a value';
  }

  private take(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  /** @returns whether there was anything of it */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const length = pattern.exec(this.text)?.[0].length ?? 0;
    this.at += length;
    return length > 0;
  }

  private miss(expected: string): false {
    this.expected ??= expected;
    return false;
  }
}

export function placesIn(text: string): JsonPlaces {
  const walker = new Walker(text);
  if (!walker.document()) {
    return { ok: false, place: placeAt(text, walker.at), expected: walker.expected ?? 'a value' };
  }
  return {
    ok: true,
    placeOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const start = walker.starts.get(keyOf(path.slice(0, length)));
        if (start !== undefined) return placeAt(text, start);
      }
      return placeAt(text, walker.starts.get(keyOf([])) ?? 0);
    },
  };
}

/** Names of members and places in lists differ in JSON as they do in paths. */
function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map((part) => (typeof part === 'number' ? part : String(part))));
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
