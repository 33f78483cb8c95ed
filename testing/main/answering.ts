/** One who answers questions in the place of a person, for tests. */
import type { Ask, Question } from '../../main/ssh/questions';

/** Gives these answers one after the other, then none, and keeps what was asked. */
export function answering(
  ...answers: readonly (readonly string[] | null)[]
): Ask & { asked: Question[] } {
  const left = [...answers];
  const asked: Question[] = [];
  const ask = (question: Question) => {
    asked.push(question);
    return Promise.resolve(left.shift() ?? null);
  };
  return Object.assign(ask, { asked });
}
