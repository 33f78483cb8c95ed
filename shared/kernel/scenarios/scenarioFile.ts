/** A scenario as a file of JSON, written by anybody. `docs/scenario-file.md` describes it. */
import { fail, succeed, type Result } from '../../base/problem';
import { capText, visible } from '../../base/text';
import { placesIn, type Place } from './jsonPlaces';
import { scenarioSchema, type Scenario } from './scenario';

/** More than these help nobody; the rest is counted. */
const namedMistakes = 5;

/**
 * @param path for the message
 * @returns `invalid-content` with the place of each mistake, as `line 7, column 12
 *   (steps[2].do[0].patch)`, and what was expected there
 */
export function parseScenario(text: string, path: string): Result<Scenario> {
  const json = text.replace(/^\uFEFF/, '');
  const places = placesIn(json);
  if (!places.ok) {
    const where = `${visible(path)}, ${placeText(places.place)}`;
    return fail(
      'invalid-content',
      path,
      `${where}: this is not JSON; expected ${places.expected}.`,
    );
  }
  const parsed = scenarioSchema.safeParse(JSON.parse(json));
  if (parsed.success) return succeed(parsed.data);
  const { issues } = parsed.error;
  const mistakes = issues.slice(0, namedMistakes).map(({ path: at, message }) => {
    const place = placeText(places.placeOf(at));
    return `${place} (${capText(visible(nameOf(at)), 200)}): ${capText(visible(message), 300)}`;
  });
  const more = issues.length > namedMistakes ? `; and ${issues.length - namedMistakes} more` : '';
  return fail(
    'invalid-content',
    path,
    `${visible(path)} is no scenario. ${mistakes.join('; ')}${more}.`,
  );
}

function placeText({ line, column }: Place): string {
  return `line ${line}, column ${column}`;
}

function nameOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  return place === '' ? 'the whole' : place.replace(/^\./, '');
}
