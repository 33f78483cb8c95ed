/** An atomic replace: everything older leaves; what the new livepatch lacks becomes the original. */
import type { ActiveFunction, PatchEntry, StatusDocument } from '../statusDocument';
import { isLoaded } from './changes';
import type { Change, Outcome, WantedFunction } from './document';
import { leave } from './modules';
import { noWayBack } from './patching';

export function replacing(status: StatusDocument, wanted: readonly WantedFunction[]): Outcome {
  const leaving = status.patches.filter(({ enabled }) => enabled !== false).map(({ name }) => name);
  return {
    functions: changesBy(status, wanted),
    ...leave(status, leaving),
    irreversible: leaving.length > 0 ? [noWayBack] : [],
  };
}

function changesBy(status: StatusDocument, wanted: readonly WantedFunction[]): Change[] {
  const keys = new Set(wanted.map(functionKey));
  const rows = new Set(status.functions.map(functionKey));
  const known = status.functions.map(({ object, name, sympos, active }): Change => ({
    object,
    name,
    sympos,
    now: active,
    then: keys.has(functionKey({ object, name, sympos })) ? 'replacement' : 'original',
    cases: [],
  }));
  const fresh = wanted
    .filter((one) => !rows.has(functionKey(one)))
    .map((one): Change => ({ ...one, now: 'original', then: 'replacement', cases: [] }));
  return [...known, ...fresh].filter(
    ({ object, now, then }) => now !== then && isLoaded(status, object) !== false,
  );
}

/** An absent position is the first symbol of that name. */
export function functionKey({
  object,
  name,
  sympos,
}: Pick<ActiveFunction, 'object' | 'name' | 'sympos'>): string {
  return JSON.stringify([object, name, sympos === 0 || sympos === null ? 1 : sympos]);
}

/** No livepatch can have this name. */
const nameless = '\0';

/**
 * The livepatch to come as sysfs would show it during its transition: with a nop for each function
 * that it takes back.
 */
export function comingPatch(status: StatusDocument, wanted: readonly WantedFunction[]): PatchEntry {
  const rows = new Set(status.functions.map(functionKey));
  const functions = [...status.functions, ...wanted.filter((one) => !rows.has(functionKey(one)))];
  const own = new Set(wanted.map(functionKey));
  const objects = [...new Set(functions.map(({ object }) => object))];
  return {
    name: nameless,
    enabled: true,
    inTransition: true,
    replace: true,
    stackOrder: null,
    forced: null,
    objects: objects.map((object) => ({
      name: object,
      loaded: isLoaded(status, object),
      patched: true,
      functions: functions
        .filter((one) => one.object === object)
        .map((one) => ({ name: one.name, sympos: one.sympos, nop: !own.has(functionKey(one)) })),
    })),
  };
}
