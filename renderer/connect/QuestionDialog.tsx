import { Sheet } from '../components/Sheet';
import './connect.css';
import { HostKeyForm } from './HostKeyForm';
import { answerQuestion, type AskedQuestion } from '../state/questions';
import { SecretForm } from './SecretForm';
import { TransportForm } from './TransportForm';
import { titleOf } from './wording';

/** What only a human can answer. Escape and Cancel answer that nobody does. */
export default function QuestionDialog({ asked }: { readonly asked: AskedQuestion }) {
  const { id, question, remembering } = asked;
  const answer = (answers: string[] | null) => answerQuestion(id, answers);
  return (
    <Sheet
      title={titleOf(asked)}
      className={question.kind === 'host-key' ? 'question question--wide' : 'question'}
      onClose={() => answer(null)}
    >
      {question.kind === 'host-key' ? (
        <HostKeyForm question={question} answer={answer} />
      ) : question.kind === 'transport' ? (
        <TransportForm question={question} answer={answer} />
      ) : (
        <SecretForm question={question} remembering={remembering} answer={answer} />
      )}
    </Sheet>
  );
}
