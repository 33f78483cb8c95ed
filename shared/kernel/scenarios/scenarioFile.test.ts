import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readKernel } from '../../../testing/shared/kernelAgreement';
import { statusOf } from '../../report/status';
import { kernelVersions } from '../state/version';
import { scenarioJsonSchema } from './jsonSchema';
import { placesIn } from './jsonPlaces';
import { Player } from './player';
import type { Scenario } from './scenario';
import { parseScenario } from './scenarioFile';
import { operationSchema } from './schemas';

const top = new URL('../../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, top), 'utf8');
const example = read('samples/scenarios/backup-and-database.json');

const parsed = (text: string): Scenario => {
  const result = parseScenario(text, 'x.json');
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
};
const mistakeIn = (text: string) => {
  const result = parseScenario(text, 'x.json');
  return result.ok ? null : result.problem;
};

describe('the example', () => {
  it('is a scenario, for the code and for the published schema', () => {
    const validate = new Ajv2020({ strict: false }).compile(scenarioJsonSchema());
    expect(parsed(example).id).toBe('backup-and-database');
    expect(validate(JSON.parse(example))).toBe(true);
    expect(validate({ ...Object(JSON.parse(example)), steps: 'none' })).toBe(false);
  });

  it('goes as its sentences say', () => {
    const player = new Player(parsed(example));
    const blocking = () =>
      statusOf(readKernel(player.kernel.core)).blockers.map(({ comm }) => comm);
    player.advance(4);
    expect(blocking()).toEqual(['rsync', 'postgres']);
    player.advance(4);
    expect(blocking()).toEqual(['rsync']);
    player.advance(8);
    expect(player.surprises).toEqual([]);
    expect(statusOf(readKernel(player.kernel.core))).toMatchObject({
      transitionState: 'none',
      patches: [{ name: 'livepatch_fix_a', enabled: true }],
    });
  });
});

describe('the documents', () => {
  it('publish the schema that the code uses', () => {
    expect(JSON.parse(read('docs/scenario.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(scenarioJsonSchema())),
    );
  });

  it('name every operation and every kernel', () => {
    const page = read('docs/scenario-file.md');
    for (const { name } of kernelVersions) expect(page).toContain(`\`${name}\``);
    expect(operationNames().length).toBeGreaterThan(15);
    for (const name of operationNames()) expect(page).toContain(`\`${name}\``);
  });
});

function operationNames(): string[] {
  const form = JSON.stringify(z.toJSONSchema(operationSchema));
  const words = [
    ...form.matchAll(/"do":\{"type":"string","(?:const":"([^"]+)"|enum":\[([^\]]+)\])/g),
  ];
  return words.flatMap(([, one, several]) => one ?? several?.replaceAll('"', '').split(',') ?? []);
}

describe('a file that is wrong says where and what was expected', () => {
  it.each([
    ['', 'line 1, column 1', 'a value'],
    ['{\n  "id": "x",\n  title: 1\n}', 'line 3, column 3', 'a name in double quotes'],
    ['{"id": "x"', 'line 1, column 11', '“,” or “}”'],
    ['{"id": "x",}', 'line 1, column 12', 'a name in double quotes'],
    ['[1, 2,, 3]', 'line 1, column 7', 'a value'],
    ['{"id" "x"}', 'line 1, column 7', '“:”'],
    ['{"id": "x\ny"}', 'line 1, column 8', 'a string that ends'],
    ['{} {}', 'line 1, column 4', 'the end of the file'],
    ['{"id": 01}', 'line 1, column 9', '“,” or “}”'],
    ['['.repeat(100_000), 'line 1, column 101', 'at most 100 values'],
    // The brackets are two of them.
    [`{"steps": [${'0,'.repeat(300_000)}0]}`, 'line 1, column 400007', 'at most 200000 values'],
  ])('%.20j', (text, place, expected) => {
    const problem = mistakeIn(text);
    expect(problem?.code).toBe('invalid-content');
    expect(problem?.message).toContain(place);
    expect(problem?.message).toContain(expected);
  });

  it('by line, column and path of each value that does not fit', () => {
    const lines = example.split('\n');
    const line = lines.findIndex((text) => text.includes('"tid": 2501 }'));
    const wrong = example.replace('"do": "wake", "tid": 2501', '"do": "wake", "tid": "2501"');
    const message = mistakeIn(wrong)?.message ?? '';
    expect(message).toContain('(steps[1].do[0].tid)');
    expect(message).toContain(
      `line ${line + 1}, column ${(lines[line] ?? '').indexOf('2501') + 1} `,
    );
    expect(message).toMatch(/expected number/);
  });

  it('of what is missing, the place that lacks it', () => {
    expect(mistakeIn('{\n  "id": "x"\n}')?.message).toContain('line 1, column 1 (title)');
  });

  it.each(['host', 'module'])('of symbols of a %s that would be left out', (of) => {
    const symbols = '{"pipe_read": 2, "__proto__": 2}';
    const wrong =
      of === 'host'
        ? example.replace('"host": {', `"host": {"symbols": ${symbols},`)
        : example.replace('"modules": [', `"modules": [{"name": "m", "symbols": ${symbols}},`);
    expect(wrong).not.toBe(example);
    expect(mistakeIn(wrong)?.message).toMatch(
      /symbols\.__proto__\): no symbol can be called __proto__ here\.$/,
    );
    expect(mistakeIn(wrong.replace('__proto__', 'constructor'))).toBeNull();
  });

  it('does not list mistakes without end, nor write to a terminal', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`\u001b[2J${n}`, 1]));
    const message = mistakeIn(JSON.stringify({ id: '\u001b]0;x', steps: [many, many] }))?.message;
    expect(message?.length).toBeLessThan(4000);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it.each(['lasts', 'at', 'seconds'])('%s without bound would be played for ever', (field) => {
    const scenario = parsed(example);
    const step = {
      at: field === 'at' ? 1e300 : 13,
      says: 'x',
      do: [{ do: 'pass', seconds: 1e300 }],
    };
    const wrong = {
      ...scenario,
      lasts: field === 'lasts' ? 1e300 : 20,
      steps: field === 'lasts' ? scenario.steps : [step],
    };
    expect(mistakeIn(JSON.stringify(wrong))?.message).toContain(field);
  });
});

describe('places', () => {
  it('are those of any JSON, however it is laid out', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(8), (text, indent) => {
        const laidOut = JSON.stringify(JSON.parse(text), null, indent);
        const places = placesIn(laidOut);
        expect(places.ok && places.placeOf([])).toEqual({ line: 1, column: 1 });
      }),
    );
  });

  it('agree with JSON.parse on what is JSON', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(60),
        fc.constantFrom('', ',', '"', '}', '0', 'e', '\\'),
        (json, at, sign) => {
          const text = json.slice(0, at) + sign + json.slice(at + 1);
          expect(placesIn(text).ok).toBe(isJson(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
