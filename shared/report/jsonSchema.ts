/** The status document's contract as a JSON Schema, for programs in other languages. */
import { z } from 'zod';
import { statusDocumentSchema } from './statusDocument';

export function statusJsonSchema(): object {
  return {
    $id: 'klpscope/status/1',
    title: 'Klpscope status document',
    description:
      'One reading of one host’s kernel livepatch state. null means unknown everywhere; 0 and false never do.',
    ...z.toJSONSchema(statusDocumentSchema),
  };
}
