/** The scenario file's form as a JSON Schema, for editors that complete and check. */
import { z } from 'zod';
import { scenarioSchema } from './scenario';

export function scenarioJsonSchema(): object {
  return {
    $id: 'klpscope/scenario/1',
    title: 'Klpscope scenario',
    description: 'A story that a demo host plays: docs/scenario-file.md.',
    ...z.toJSONSchema(scenarioSchema, { reused: 'ref' }),
  };
}
