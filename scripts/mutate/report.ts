import { isKilled, type Tried } from './measure';
import { shortened } from './mutants';

export interface Count {
  readonly killed: number;
  /** Without those that the compiler refuses. */
  readonly tried: number;
  readonly refused: number;
  readonly explained: number;
  /** Of those tried; 1 where there was nothing to try. */
  readonly share: number;
}

export function countOf(tried: readonly Tried[]): Count {
  const refused = tried.filter(({ verdict }) => verdict.is === 'refused').length;
  const killed = tried.filter(({ verdict }) => isKilled(verdict)).length;
  const explained = tried.filter(
    ({ verdict, why }) => why !== null && verdict.is !== 'refused' && !isKilled(verdict),
  ).length;
  const total = tried.length - refused;
  return { killed, tried: total, refused, explained, share: total === 0 ? 1 : killed / total };
}

export function headline(
  area: string,
  { killed, tried, refused, explained, share }: Count,
): string {
  const left = tried - killed - explained;
  return (
    `${area}: ${killed} of ${tried} killed (${Math.floor(share * 100)} %), ` +
    `${explained} explained, ${left} left; the compiler refuses ${refused} more`
  );
}

/** One mutant and what became of it. */
export function lineOf({ mutant, verdict, why }: Tried): string {
  const { file, lineNumber, original, replacement } = mutant;
  const outcome = why !== null && !isKilled(verdict) ? 'explained' : verdict.is;
  return `${outcome} ${file}:${lineNumber}  ${capped(original)}  →  ${capped(replacement)}`;
}

function capped(code: string): string {
  const text = shortened(code);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
