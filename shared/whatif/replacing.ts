/**
 * A livepatch to come that replaces: those of its set leave (all, where there are no sets), and what
 * it lacks of them becomes the original. Before 5.1 it would lie on top, and replace none.
 */
import { listed } from '../base/words';
import { visible } from '../base/text';
import type { ActiveFunction, PatchEntry, StatusDocument } from '../report/statusDocument';
import { isLoaded } from './changes';
import type { Change, Outcome, WantedFunction } from './document';
import { functionKey } from './functionKey';
import { leave } from './modules';
import { whatIfCases, whatIfGaps, whatIfRules } from '../words/whatIf';
import { ownerTable, replacedByComing, type Replaced } from './sets';

export function replacing(status: StatusDocument, wanted: readonly WantedFunction[]): Outcome {
  const replaced = replacedByComing(status, wanted);
  const modules = leave(
    status,
    replaced.certain.map(({ name }) => name),
    replaced.possible.flat().map(({ name }) => name),
  );
  return {
    functions: changesBy(status, wanted, replaced),
    ...modules,
    conditions: [...replaced.possible.map(condition), ...modules.conditions],
    irreversible: modules.leaving.length > 0 ? [whatIfRules.noWayBack] : [],
  };
}

function condition(group: readonly PatchEntry[]): string {
  return whatIfGaps.ifOfSet(namesOf(group), group.length === 1 ? 'that leaves' : 'those leave');
}

function namesOf(group: readonly PatchEntry[]): string {
  return listed(
    group.map(({ name }) => visible(name)),
    5,
  );
}

function changesBy(
  status: StatusDocument,
  wanted: readonly WantedFunction[],
  replaced: Replaced,
): Change[] {
  const keys = new Set(wanted.map(functionKey));
  const rows = new Set(status.functions.map(functionKey));
  const owners = ownerTable(status);
  const known = status.functions.map((row) =>
    keys.has(functionKey(row))
      ? changeTo(row, 'replacement')
      : changeOf(row, owners.get(functionKey(row)) ?? [], replaced),
  );
  const fresh = wanted
    .filter((one) => !rows.has(functionKey(one)))
    .map((one): Change => ({ ...one, now: 'original', then: 'replacement', cases: [] }));
  return [...known, ...fresh]
    .filter((change) => change !== null)
    .filter(({ object, now, then }) => now !== then && isLoaded(status, object) !== false);
}

function changeTo({ object, name, sympos, active: now }: ActiveFunction, then: string): Change {
  return { object, name, sympos, now, then, cases: [] };
}

/**
 * What becomes of a function that the livepatch to come does not have.
 *
 * @returns null where nothing happens to it
 */
function changeOf(
  row: ActiveFunction,
  owners: readonly PatchEntry[],
  { certain, possible }: Replaced,
): Change | null {
  const { active: now } = row;
  if (owners.some((owner) => certain.includes(owner))) return changeTo(row, 'original');
  const group = possible.find((one) => owners.some((owner) => one.includes(owner)));
  if (!group || now === 'original') return null;
  const set = whatIfCases.setOf(namesOf(group));
  return {
    ...changeTo(row, 'original'),
    then: null,
    cases: [
      { if: whatIfCases.ofSet(set), now, then: 'original' },
      { if: whatIfCases.notOfSet(set), now, then: now },
    ],
  };
}

/** No livepatch can have this name. */
const nameless = '\0';

/**
 * The livepatch to come as sysfs would show it during its transition: with a nop for each function
 * that it takes back, or may.
 */
export function comingPatch(status: StatusDocument, wanted: readonly WantedFunction[]): PatchEntry {
  const { certain, possible } = replacedByComing(status, wanted);
  const leaving = new Set([...certain, ...possible.flat()]);
  const own = new Set(wanted.map(functionKey));
  const rows = new Set(status.functions.map(functionKey));
  const owners = ownerTable(status);
  const functions = [
    ...status.functions.filter((row) => {
      const key = functionKey(row);
      return own.has(key) || (owners.get(key) ?? []).some((owner) => leaving.has(owner));
    }),
    ...wanted.filter((one) => !rows.has(functionKey(one))),
  ];
  const objects = [...new Set(functions.map(({ object }) => object))];
  return {
    name: nameless,
    enabled: true,
    inTransition: true,
    replace: status.livepatch.strictStack !== true,
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
