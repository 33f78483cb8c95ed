/** How a command ends. */
import { problemHelp } from '../../shared/diagnosis/wording';
import type { Problem } from '../../shared/base/problem';
import { visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';

/** Wrong usage: the message of one line, and the command whose help may serve. */
export interface UsageError {
  readonly usage: string;
  readonly command: string | null;
}

export const exitStatus = {
  settled: 0,
  transition: 1,
  error: 2,
  unreadable: 3,
  usage: 64,
} as const;

/** One line for standard error: what happened, and the next step. */
export function describeProblem({ code, message }: Problem): string {
  return `${code}: ${visible(message)} ${problemHelp(code)}`;
}

/** The highest that applies: an error among the findings, then a transition, then settled. */
export function exitStatusOf({ findings, transitionState }: StatusDocument): number {
  if (findings.some(({ severity }) => severity === 'error')) return exitStatus.error;
  return transitionState === 'none' ? exitStatus.settled : exitStatus.transition;
}

export function usageError(command: string, usage: string): UsageError {
  return { usage, command };
}
