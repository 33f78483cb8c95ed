/** SUSE's report in text files, which is not read yet: it is refused by its name. */
import type { Problem } from '../base/problem';
import { supportconfigFile } from './paths';
import { limitOf } from './reads';
import type { Tree } from './readings';

/** @returns `unsupported-format` where the tree is a supportconfig; null: it is none */
export function supportconfigProblem(tree: Tree, target: string): Problem | null {
  if (!('text' in tree.readFile(supportconfigFile, limitOf(supportconfigFile)))) return null;
  return {
    code: 'unsupported-format',
    path: target,
    message: `${target} is a supportconfig: a report in text files, which this version does not read. Save the host’s own files with the script that klpscope capture-script prints; a saved tree takes the report’s boot.txt by --log.`,
  };
}
