/** A story that a demo host plays: where it begins, what happens when, and what is true at the end. */
import { z } from 'zod';
import { errnoNames } from '../state/errno';
import { answerWords } from './outcomes';
import { hostSchema, operationSchema } from './schemas';

/** Seconds: longer stories than a day are mistakes. */
const longest = 86_400;

/** What happens at a moment, in seconds since the story began. */
export const stepSchema = z.strictObject({
  at: z.number().nonnegative().max(longest),
  /** One sentence for the person who watches. */
  says: z.string().min(1),
  do: z.array(operationSchema),
  /** The kernel refuses the last of the operations with this error; absent: it refuses none. */
  refusedWith: z.enum(errnoNames).exactOptional(),
  /** It does it, and answers so; absent: whatever it answers is as the story says. */
  answeredWith: z.enum(answerWords).exactOptional(),
});

export const scenarioSchema = z.strictObject({
  /** As in `demo:ID`. */
  id: z.string().regex(/^[a-z0-9-]+$/, 'only a to z, 0 to 9 and - make an id'),
  title: z.string().min(1),
  /** Two or three sentences: what one sees, and what one may learn. */
  story: z.string().min(1),
  host: hostSchema,
  /** In the order of time. */
  steps: z.array(stepSchema).refine(isInOrder, 'the steps are not in the order of time'),
  /** Seconds until the end; not before the last step. */
  lasts: z.number().positive().max(longest),
});

export type ScenarioStep = z.infer<typeof stepSchema>;
export type Scenario = z.infer<typeof scenarioSchema>;

function isInOrder(steps: readonly { readonly at: number }[]): boolean {
  return steps.every(({ at }, index) => at >= (steps[index - 1]?.at ?? 0));
}
