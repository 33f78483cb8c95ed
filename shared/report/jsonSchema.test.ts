import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { statusJsonSchema } from './jsonSchema';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'));

describe('the published schema', () => {
  it('is the one that the code uses', () => {
    expect(read('status.schema.json')).toEqual(JSON.parse(JSON.stringify(statusJsonSchema())));
  });

  it('accepts the published example, and refuses it without a required field', () => {
    const validate = new Ajv2020({ strict: false }).compile(statusJsonSchema());
    const example = read('status.example.json');
    expect(validate(example)).toBe(true);
    expect(validate({ ...Object(example), order: undefined })).toBe(false);
    expect(validate({ ...Object(example), order: 'alphabetical' })).toBe(false);
  });
});
