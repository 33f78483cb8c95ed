/**
 * Questions of hosts that are being connected to, in the order in which they were asked. Answers
 * pass through to the main process and are kept nowhere.
 */
import { create } from 'zustand';
import type { EventOf } from '../../shared/api/contract';
import { ask, tell } from './bridge';

export type AskedQuestion = EventOf<'question:asked'>;

interface Queue {
  readonly waiting: readonly AskedQuestion[];
}

export const useQuestions = create<Queue>()(() => ({ waiting: [] }));

/** The one that is shown. */
export function oldest({ waiting }: Queue): AskedQuestion | null {
  return waiting[0] ?? null;
}

/** A question that is told twice, as to a page that was loaded anew, stands once. */
export function hearQuestion(asked: AskedQuestion): void {
  useQuestions.setState(({ waiting }) =>
    waiting.some(({ id }) => id === asked.id) ? {} : { waiting: [...waiting, asked] },
  );
}

/** Nobody waits for its answer any more. */
export function dropQuestion(id: number): void {
  useQuestions.setState(({ waiting }) => ({ waiting: waiting.filter((each) => each.id !== id) }));
}

/** @param answers as the contract has them for the question's kind; null: cancelled */
export function answerQuestion(id: number, answers: string[] | null): void {
  dropQuestion(id);
  ask('question:answer', { id, answers }).catch(() => {
    // Who asked waits for an answer: one that is refused counts as none.
    if (answers !== null) tell('question:answer', { id, answers: null });
  });
}
