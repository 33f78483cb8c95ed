/** How a reading ends on the command line. */
import { problemHelp } from '../../shared/diagnosis/wording';
import type { Problem } from '../../shared/base/problem';
import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { exitStatus } from './usage';

/** One line for standard error: what happened, and the next step. */
export function describeProblem({ code, message }: Problem): string {
  return `${code}: ${visible(message)} ${problemHelp(code)}`;
}

/** The highest that applies: an error among the findings, then a transition, then settled. */
export function exitStatusOf({ findings, transitionState }: StatusDocument): number {
  if (findings.some(({ severity }) => severity === 'error')) return exitStatus.error;
  return transitionState === 'none' ? exitStatus.settled : exitStatus.transition;
}
