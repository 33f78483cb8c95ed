/** A scenario as a file of JSON, written by anybody. */
import { fail, succeed, type Result } from '../../readings/problem';
import { visible } from '../../readings/text';
import { scenarioSchema, type Scenario } from './scenario';

/**
 * @param path for the message
 * @returns `invalid-content` with the place of each mistake, as `steps[2].do[0].patch`
 */
export function parseScenario(text: string, path: string): Result<Scenario> {
  const json = parseJson(text);
  if (!json.ok) {
    return fail('invalid-content', path, `${visible(path)} is not JSON: ${visible(json.why)}`);
  }
  const parsed = scenarioSchema.safeParse(json.value);
  if (parsed.success) return succeed(parsed.data);
  const mistakes = parsed.error.issues.map(
    (issue) => `${visible(placeOf(issue.path))}: ${visible(issue.message)}`,
  );
  return fail('invalid-content', path, `${visible(path)} is no scenario. ${mistakes.join('; ')}`);
}

type Parsed = { ok: true; value: unknown } | { ok: false; why: string };

function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  return place === '' ? 'the whole' : place.replace(/^\./, '');
}
