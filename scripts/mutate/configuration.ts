/** What `npm run mutate` mutates, how, and which tests must notice. */

export interface Area {
  readonly name: string;
  /** The folder whose tsconfig.json its sources are compiled by. */
  readonly project: string;
  /** Folders of the repository; their tests are no part of it. */
  readonly sources: readonly string[];
  /** Neither mutated, nor are their tests run. */
  readonly without?: readonly string[];
  /** Folders and files whose tests are run against a mutant, where they reach it. */
  readonly tests: readonly string[];
  /**
   * Tests that run the code in a process of its own, where nobody sees what they reach: they are
   * tried against mutants that no other test reaches.
   */
  readonly unseen?: readonly string[];
}

/**
 * An area's tests are those beside it, and those of its nearest users. `main/ssh` has little without
 * a real sshd, and `main/sources` nothing live: theirs are slow, so draw a sample there. What runs in
 * the window's reader threads belongs to the sources.
 */
export const areas: readonly Area[] = [
  // The kernel model is a test's counterpart of the product, and is held against a real kernel.
  {
    name: 'shared',
    project: 'shared',
    sources: ['shared'],
    without: ['shared/kernel'],
    tests: ['shared'],
  },
  {
    name: 'main/probe',
    project: 'main',
    sources: ['main/probe'],
    tests: ['main/probe', 'shared/readings'],
  },
  { name: 'main/ssh', project: 'main', sources: ['main/ssh'], tests: ['main/ssh'] },
  {
    name: 'main/cli',
    project: 'main',
    sources: ['main/cli'],
    tests: ['main/cli'],
    unseen: ['main/cli/program.test.ts'],
  },
  {
    name: 'main/sources',
    project: 'main',
    sources: ['main/sources', 'main/reader'],
    tests: [
      'main/sources',
      'main/reader',
      'main/app/hosts/hostSession.test.ts',
      'main/cli',
      'main/probe',
      'main/ssh',
    ],
    unseen: ['main/cli/program.test.ts'],
  },
  {
    name: 'renderer/state',
    project: 'renderer',
    sources: ['renderer/state'],
    tests: ['renderer/state', 'renderer/views', 'renderer/recording', 'renderer/whatif'],
  },
];

/** The mutators of StrykerJS that are left out, and why. */
export const excludedMutators: readonly string[] = [
  // Codes, keys and states are closed unions, which the compiler holds. What is left is wording, and
  // a test that repeats a sentence proves nothing about it.
  'StringLiteral',
  // `a?.b` without the question mark is refused by the compiler wherever `a` may be missing.
  'OptionalChaining',
];

/** In each area at least this share must be killed, of all that the compiler lets pass. */
export const wantedShare = 0.8;
