/** What could not be read; many of one kind are counted. */
import { countText } from '../../base/words';
import { problemHelp } from '../../diagnosis/wording';
import type { Problem, ProblemCode } from '../../base/problem';
import type { StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { caps, whole, words } from './spans';

/** Problems of one code that are shown. */
const shown = 5;

export function putProblems(page: Page, { problems }: StatusDocument): void {
  if (problems.length === 0) return;
  page.heading(`Could not be read: ${countText(problems.length)}`);
  for (const [code, group] of byCode(problems)) {
    page.put([whole(code, 'moving'), words(`  ${problemHelp(code)}`, 'quiet')], {
      indent: 2,
      hang: 2,
    });
    for (const problem of group.slice(0, shown)) putProblem(page, problem);
    const rest = group.length - shown;
    if (rest > 0) page.put([words(`and ${countText(rest)} more`)], { indent: 4 });
  }
}

function putProblem(page: Page, { path, message }: Problem): void {
  const named =
    path === null || message.includes(path) ? [] : [whole(path, 'plain', caps.path), words(': ')];
  page.put([...named, words(message)], { indent: 4, hang: 2 });
}

function byCode(problems: readonly Problem[]): ReadonlyMap<ProblemCode, readonly Problem[]> {
  const groups = new Map<ProblemCode, Problem[]>();
  for (const problem of problems) {
    const group = groups.get(problem.code);
    if (group) group.push(problem);
    else groups.set(problem.code, [problem]);
  }
  return groups;
}
