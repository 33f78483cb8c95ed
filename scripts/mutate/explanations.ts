import { shortened, type Mutant } from './mutants';

export interface Explanation {
  readonly file: string;
  /** The code as it is, white space aside. */
  readonly original: string;
  readonly replacement: string;
  /** The line on which it begins, where the file has the same expression elsewhere. */
  readonly line?: string;
  /** Why the mutant changes nothing that a test could or should see. */
  readonly why: string;
}

export function isMeant(explanation: Omit<Explanation, 'why'>, mutant: Mutant): boolean {
  const { file, original, replacement, line } = explanation;
  return (
    file === mutant.file &&
    shortened(original) === shortened(mutant.original) &&
    shortened(replacement) === shortened(mutant.replacement) &&
    (line === undefined || line === mutant.line)
  );
}
