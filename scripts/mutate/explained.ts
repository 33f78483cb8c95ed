/**
 * Mutants that survive and may: each is tied to a file and an expression, and says why no test is
 * owed. An entry that no longer fits a mutant, or whose mutant is killed by now, is reported.
 */
import type { Explanation } from './explanations';

export const explained: readonly Explanation[] = [
  {
    file: 'main/sources/recording/recordingSource.ts',
    original: 'recording.value.length - 1',
    replacement: 'recording.value.length + 1',
    why: 'A moment behind the end is taken for the last one.',
  },
  {
    file: 'main/probe/wire/greeting.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    line: 'const [line, boundary, uid] = found ?? [];',
    why: 'Where nothing was found, that is looked at first.',
  },
  {
    file: 'main/probe/answers/answerText.ts',
    original: '[]',
    replacement: '["Stryker was here"]',
    line: 'const [, path, reason] = complaint.exec(line) ?? [];',
    why: 'The first of what was found, the whole, is looked at by nobody.',
  },
  {
    file: 'main/ssh/hostKeys/knownHosts.ts',
    original: 'type === undefined',
    replacement: 'false',
    why: 'Where a line has no type it has no key behind it either, and that is looked at as well.',
  },
  {
    file: 'main/ssh/openssh/openSshNeeds.ts',
    original: '() => false',
    replacement: '() => undefined',
    why: 'It is only asked whether there is a certificate.',
  },
  {
    file: 'shared/history/recording/analysis.ts',
    original: 'isSame',
    replacement: 'false',
    line: 'if (isSame) this.spans.pop();',
    why: 'The shorter spans that stay behind are found first, and say the same of their moments.',
  },
  {
    file: 'shared/history/recording/encode.ts',
    original: 'before.length < worthComparing',
    replacement: 'before.length <= worthComparing',
    why: 'A text of exactly this length may be written whole or as what came to it: it is read back alike.',
  },
  {
    file: 'shared/history/recording/parse.ts',
    original: '{ return undefined; }',
    replacement: '{}',
    why: 'A function that returns nothing returns undefined.',
  },
  {
    file: 'shared/history/recording/recording.ts',
    original: 'at % this.stride === 0',
    replacement: 'true',
    why: 'More is kept, up to the same limit of memory; what is shown is the same.',
  },
  {
    file: 'shared/history/recording/recording.ts',
    original: 'at >= 0',
    replacement: 'at > 0',
    why: 'What is kept of the first moment is made anew from its line; what is shown is the same.',
  },
  {
    file: 'shared/whatif/possibleStacks.ts',
    original: 'false',
    replacement: 'true',
    line: 'nop: nops[place] ?? false,',
    why: 'There is a choice for every place: what stands there is for the compiler.',
  },
];
