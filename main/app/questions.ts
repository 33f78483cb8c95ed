/** Passes questions of connecting hosts on to the window, and its answers back. */
import { questionSchema, type EventOf, type Remembering } from '../../shared/api/contract';
import type { Ask, Question } from '../ssh/questions';
import { say } from './log';

export interface Questions {
  /** @param host id of the open host that the questions are about */
  askFor(host: string): Ask;
  /** Tells all that wait, as to a page that has been loaded since. */
  tellAgain(): void;
  answer(id: number, answers: readonly string[] | null): void;
  /** Nobody waits for this host's questions any more: it was closed or is connected anew. */
  withdraw(host: string): void;
}

interface Open {
  readonly host: string;
  readonly question: EventOf<'question:asked'>['question'];
  readonly remembering: Remembering | null;
  readonly resolve: (answers: readonly string[] | null) => void;
}

/** @param offer whether the answer to a question can be remembered */
export function createQuestions(
  tell: {
    asked(question: EventOf<'question:asked'>): void;
    withdrawn(id: number): void;
  },
  offer: (question: Question) => Remembering | null,
): Questions {
  const open = new Map<number, Open>();
  let count = 0;

  function settle(id: number, answers: readonly string[] | null): void {
    const question = open.get(id);
    open.delete(id);
    question?.resolve(answers);
  }

  return {
    askFor: (host) => (question) => {
      const id = (count += 1);
      const asked = { host, question: copyOf(question), remembering: offer(question) };
      if (!questionSchema.safeParse(asked.question).success) {
        say(`${host}: a question that the window does not take stays unanswered`);
        return Promise.resolve(null);
      }
      const answered = new Promise<readonly string[] | null>((resolve) => {
        open.set(id, { ...asked, resolve });
      });
      tell.asked({ id, ...asked });
      return answered;
    },
    tellAgain() {
      for (const [id, { host, question, remembering }] of open) {
        tell.asked({ id, host, question, remembering });
      }
    },
    answer: settle,
    withdraw(host) {
      for (const [id, question] of open) {
        if (question.host !== host) continue;
        settle(id, null);
        tell.withdrawn(id);
      }
    },
  };
}

/** The same question with lists of its own, as the contract has them. */
function copyOf(question: Question): EventOf<'question:asked'>['question'] {
  switch (question.kind) {
    case 'host-key':
      return { ...question, files: [...question.files] };
    case 'transport':
      return { ...question, needs: [...question.needs] };
    case 'prompts':
      return { ...question, prompts: question.prompts.map((prompt) => ({ ...prompt })) };
    default:
      return { ...question };
  }
}
