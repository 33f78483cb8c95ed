/** What is asked of the probe about other names of patched functions. */
import { sameNamesIn, type SameNames } from '../../../shared/readings/files/symbols';
import type { Frame } from '../wire/frames';
import { parts } from '../wire/parts';

/** Characters of all names together: one line. */
const longest = 100_000;

/** @param functions as `OBJECT:NAME`; what is no name of any kernel's is not asked for */
export function sameWords(functions: readonly string[]): readonly string[] {
  let length = 0;
  const names = new Set(functions.map((key) => key.slice(key.indexOf(':') + 1)));
  return [...names]
    .filter((name) => /^[A-Za-z0-9_.]{1,512}$/.test(name))
    .filter((name) => (length += name.length + 1) < longest);
}

export function readSame(frames: readonly Frame[], functions: readonly string[]): SameNames {
  const answer = frames.find(({ kind }) => kind === parts.sameNames);
  return sameNamesIn(answer?.body.toString() ?? '', new Set(functions));
}
