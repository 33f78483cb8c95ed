import { expect, test, vi } from 'vitest';
import { requests } from '../../shared/api/contract';
import { promptLimits } from '../../shared/api/prompts';
import { createQuestions } from './questions';

const question = { kind: 'password', user: 'ada', host: 'db1', again: false } as const;

function listened() {
  const asked: number[] = [];
  const withdrawn: number[] = [];
  const questions = createQuestions(
    { asked: ({ id }) => asked.push(id), withdrawn: (id) => withdrawn.push(id) },
    () => null,
  );
  return { questions, asked, withdrawn };
}

test('an answer reaches who asked, once', async () => {
  const { questions, asked } = listened();
  const answered = questions.askFor('host-1')(question);
  const [id = 0] = asked;
  questions.answer(id, ['x']);
  questions.answer(id, ['y']);
  expect(await answered).toEqual(['x']);
});

test('a page that was loaded since hears what still waits, and nothing else', () => {
  const { questions, asked } = listened();
  void questions.askFor('host-1')(question);
  void questions.askFor('host-2')(question);
  const [first = 0, second = 0] = asked.splice(0);
  questions.answer(first, null);
  questions.tellAgain();
  expect(asked).toEqual([second]);
});

test('a host that is closed withdraws its own questions as unanswered', async () => {
  const { questions, asked, withdrawn } = listened();
  const one = questions.askFor('host-1')(question);
  void questions.askFor('host-2')(question);
  questions.withdraw('host-1');
  expect(await one).toBeNull();
  expect(withdrawn).toEqual(asked.slice(0, 1));
});

test('questions are limited alike at both ends of the contract; one too many is unanswered', async () => {
  const { questions, asked } = listened();
  const prompts = (count: number) => ({
    kind: 'prompts' as const,
    host: 'db1',
    name: '',
    instructions: '',
    prompts: Array.from({ length: count }, () => ({ text: 'x', echo: false })),
  });
  const fitting = prompts(promptLimits.count);
  const answered = questions.askFor('host-1')(fitting);
  const [id = 0] = asked;
  const answers = requests['question:answer'].ask.parse({
    id,
    answers: fitting.prompts.map(() => 'x'.repeat(promptLimits.answer)),
  });
  questions.answer(id, answers.answers);
  expect(await answered).toHaveLength(promptLimits.count);

  const warning = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await questions.askFor('host-1')(prompts(promptLimits.count + 1))).toBeNull();
  expect(warning).toHaveBeenCalledOnce();
  warning.mockRestore();
  questions.tellAgain();
  expect(asked).toHaveLength(1);
});
