/** What the tool and the process that runs vitest say to each other. */

/** How often code with a mutant in it ran, by the mutant's id: while loading, and by test. */
export interface Reached {
  readonly static: Readonly<Record<string, number>>;
  readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Tests of one file; null: all of them. */
export interface Selection {
  readonly file: string;
  readonly tests: readonly string[] | null;
}

export type ToRunner =
  | { readonly do: 'cover'; readonly files: readonly string[]; readonly folder: string }
  | {
      readonly do: 'try';
      readonly mutant: string;
      /** So often a mutant's code may run in one test file before it counts as an endless loop. */
      readonly hitLimit: number;
      readonly selections: readonly Selection[];
    };

export interface TestSeen {
  readonly id: string;
  readonly name: string;
  readonly milliseconds: number;
  readonly passed: boolean;
}

export interface FileSeen {
  /** As vitest calls it, and the coverage's file. */
  readonly id: string;
  /** Path in the repository. */
  readonly file: string;
  /** Loading included. */
  readonly milliseconds: number;
  readonly tests: readonly TestSeen[];
  /** Why it could not be loaded or ended badly. */
  readonly error: string | null;
}

export type FromRunner =
  | { readonly did: 'cover'; readonly files: readonly FileSeen[] }
  | { readonly did: 'try'; readonly failure: Failure | null };

/** What went wrong first. */
export interface Failure {
  /** The test and what it said. */
  readonly test: string;
  /** A test took too long, which says nothing yet on a busy machine. */
  readonly isTimeout: boolean;
  /** It was no test's assertion: a file could not be loaded, say. */
  readonly isOutsideTests: boolean;
}
