/** Writes `docs/status.schema.json` from the schema that the code itself uses: `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { statusJsonSchema } from '../shared/report/jsonSchema';

const file = new URL('../docs/status.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(statusJsonSchema(), null, 2)}\n`);
