/** Writes the schemas in `docs/` from those that the code itself uses: `npm run schema`. */
import { writeFileSync } from 'node:fs';
import { scenarioJsonSchema } from '../shared/kernel/scenarios/jsonSchema';
import { statusJsonSchema } from '../shared/report/jsonSchema';

const schemas = { status: statusJsonSchema(), scenario: scenarioJsonSchema() };

for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../docs/${name}.schema.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}
