/** The transition ends at once; whoever blocks it runs on in the code that it was in. */
import { isSameSet } from '../model/replaced';
import { visible } from '../base/text';
import { premisesOf } from '../report/premises';
import type { PatchEntry, StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { lastingWords, whatIfRules } from '../words/whatIf';
import { changesOf, withoutPatch, withPatch } from './changes';
import type { Outcome } from './document';
import { replacedBy } from './modules';

export function forcing(status: StatusDocument, patch: string): Outcome {
  const isStrict = status.livepatch.strictStack === true;
  const moving = status.patches.find(({ name }) => name === patch);
  const isLeaving = status.transition?.direction === 'unpatching';
  const { certain, possible, conditions } = isLeaving
    ? { certain: [patch], possible: [], conditions: [] }
    : replacedBy(status, moving);
  const pinned = pinnedBy(status, moving, isLeaving);
  const atAll = beforeThat(status).filter((name) => !pinned.certain.includes(name));
  return {
    functions: changesOf(status, isLeaving ? withoutPatch(patch) : withPatch(patch)),
    leaving: isStrict ? [] : certain,
    leftover: [],
    pinned: pinned.certain,
    maybe: {
      leaving: possible,
      leftover: [],
      pinned: [...new Set([...pinned.possible, ...atAll])],
    },
    conditions: [...conditions, ...(atAll.length === 0 ? [] : [whatIfRules.pinsAll])],
    irreversible: [
      say(lastingWords.mixes, premisesOf(status), undefined),
      pinnedText(status, pinned.certain.map(visible), isLeaving),
    ],
  };
}

function pinnedText(status: StatusDocument, names: readonly string[], isLeaving: boolean): string {
  const [name] = names;
  if (name === undefined) return whatIfRules.noWayBackFromForce;
  const given = premisesOf(status);
  if (status.livepatch.strictStack === true) {
    return say(lastingWords.byOldRules, { ...given, rules: true }, names);
  }
  return isLeaving
    ? say(lastingWords.removed, given, name)
    : say(lastingWords.replaced, { ...given, replace: true }, names);
}

interface Names {
  readonly certain: string[];
  readonly possible: string[];
}

/**
 * Of a livepatch that replaces, the kernel marks every other as forced, also one above it that stays
 * (kernel/livepatch/transition.c, klp_force_transition); with sets, every other of its own. Before
 * 5.1 nobody's module is given up any more.
 */
function pinnedBy(
  { patches, livepatch }: StatusDocument,
  moving: PatchEntry | undefined,
  isLeaving: boolean,
): Names {
  if (livepatch.strictStack === true) {
    const held = patches.filter((patch) => patch === moving || patch.enabled !== false);
    return { certain: held.map(({ name }) => name), possible: [] };
  }
  if (!moving || isLeaving) return { certain: moving ? [moving.name] : [], possible: [] };
  const others = patches.filter((patch) => patch !== moving && patch.enabled !== false);
  const of = (wanted: boolean | null) =>
    others.filter((patch) => isSameSet(patch, moving) === wanted).map(({ name }) => name);
  return {
    certain: moving.replace === true ? of(true) : [],
    possible: moving.replace === false ? [] : [...(moving.replace ? [] : of(true)), ...of(null)],
  };
}

/**
 * Until 5.18 (5ef3dd20555e) every livepatch that is listed was marked. A kernel that tells whether an
 * object is patched (6.1) is a later one.
 */
function beforeThat({ patches, livepatch }: StatusDocument): string[] {
  if (livepatch.strictStack === true) return [];
  const isLater = patches.some(({ objects }) => objects.some(({ patched }) => patched !== null));
  return isLater ? [] : patches.map(({ name }) => name);
}
