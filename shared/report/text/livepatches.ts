/** The livepatches as the stack that they are, the top one first. */
import { countOf } from '../../base/words';
import type {
  PatchEntry,
  PatchFunctionEntry,
  PatchObjectEntry,
  StatusDocument,
} from '../statusDocument';
import { roleGaps } from '../../words/functions';
import { patchGaps, patchWords } from '../../words/roles';
import { isSure, say } from '../../words/sentence';
import { premisesOf } from '../premises';
import { isLeaving } from '../roles';
import type { Page } from './page';
import { joined, whole, words, type Look, type Span } from './spans';

/** Functions of one object that are named. */
const shownFunctions = 40;

export function putLivepatches(page: Page, status: StatusDocument): void {
  const { patches } = status;
  if (patches.length === 0) return;
  page.heading(`Livepatches: ${patches.length}`, orderNote(status));
  patches.toReversed().forEach((patch) => putLivepatch(page, patch, status));
}

function orderNote(status: StatusDocument): string {
  if (status.patches.length < 2) return '';
  return say(patchWords.order, premisesOf(status), status.order === 'reported');
}

function putLivepatch(page: Page, patch: PatchEntry, status: StatusDocument): void {
  const { name, replace, forced, stackOrder, objects } = patch;
  const facts: Span[][] = [
    [whole(name, 'strong')],
    [roleOf(patch, status)],
    ...(replace === true ? [[whole('atomic replace')]] : []),
    ...(forced === true ? [[words('forced', 'bad')]] : []),
  ];
  const label = stackOrder === null ? page.glyphs.patch : `${stackOrder}`;
  page.put(joined(facts, ` ${page.glyphs.dot} `), {
    indent: 2,
    label: whole(label, 'quiet'),
    hang: 3,
  });
  if (objects.length === 0) {
    const given = premisesOf(status);
    const text = say(patchWords.patchesNothing, { ...given, objects: given.functions }, undefined);
    page.put([words(text, 'quiet')], { indent: 5 });
  }
  objects.forEach((object, index) => {
    const { branch, lastBranch } = page.glyphs;
    const isLast = index === objects.length - 1;
    page.put(objectLine(object, status), {
      indent: 5,
      label: words(isLast ? lastBranch : branch, 'quiet'),
      hang: 3,
    });
  });
}

/** What the livepatch does now, or goes through. */
function roleOf(patch: PatchEntry, status: StatusDocument): Span {
  const { transition } = status;
  const given = { ...premisesOf(status), enabled: patch.enabled !== null };
  if (transition?.patch === patch.name) {
    if (transition.direction === null) return words(patchGaps.directionUnknown, 'moving');
    const isPatching = transition.direction === 'patching';
    const doing = isPatching ? patchWords.beingApplied : patchWords.beingRemoved;
    return words(say(doing, given, undefined), 'moving');
  }
  if (isLeaving(patch, status) === true) {
    return words(say(patchWords.leaving, { ...given, replace: true }, undefined), 'moving');
  }
  if (patch.inTransition === true) return words(patchGaps.readsAsMoving, 'moving');
  return words(...stateOf(patch, given));
}

function stateOf({ enabled }: PatchEntry, given: ReturnType<typeof premisesOf>): [string, Look] {
  if (enabled === null) return [patchGaps.stateUnknown, 'moving'];
  const what = enabled ? patchWords.enabled : patchWords.disabled;
  const look = isSure(what, given) ? (enabled ? 'good' : 'plain') : 'moving';
  return [say(what, given, undefined), look];
}

function objectLine(object: PatchObjectEntry, status: StatusDocument): Span[] {
  const { name, functions } = object;
  const state = stateOfObject(object, status);
  const shown = functions.slice(0, shownFunctions).map(functionSpans);
  const rest = functions.length - shown.length;
  return [
    whole(name, 'strong'),
    ...(state === '' ? [] : [words(` (${state})`, 'moving')]),
    words(functions.length === 0 ? `: ${patchGaps.noFunctionRead}` : ': '),
    ...joined(shown, ', '),
    ...(rest > 0 ? [words(` and ${countOf(rest, 'function')} more`)] : []),
  ];
}

function stateOfObject({ loaded, patched }: PatchObjectEntry, status: StatusDocument): string {
  const given = { ...premisesOf(status), loaded: loaded !== null, patched: patched !== null };
  if (loaded === false || (loaded === null && patched !== false)) {
    return say(patchWords.objectNotLoaded, given, undefined);
  }
  return patched === false ? say(patchWords.objectNotPatched, given, undefined) : '';
}

function functionSpans({ name, sympos, nop }: PatchFunctionEntry): Span[] {
  const position = sympos !== null && sympos > 1 ? `,${sympos}` : '';
  const fate = nop === null ? roleGaps.takenOverOrReverted : nop ? roleGaps.reverts : '';
  return [whole(`${name}${position}`), ...(fate === '' ? [] : [words(` (${fate})`, 'quiet')])];
}
