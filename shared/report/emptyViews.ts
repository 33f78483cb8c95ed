/** What a view says where there is nothing to list: calm where that is sure, plainly open where not. */
import { visible } from '../base/text';
import { countOf } from '../base/words';
import { headlineWords } from '../words/headlines';
import { say } from '../words/sentence';
import { viewGaps, viewWords } from '../words/views';
import { calmText } from './calm';
import { premisesOf } from './premises';
import type { StatusDocument } from './statusDocument';
import type { Tone } from './tone';

export interface EmptyView {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

/** Null: there is livepatching here, as far as is known. */
function withoutLivepatching(status: StatusDocument): EmptyView | null {
  if (status.livepatch.supported !== false) return null;
  const given = { ...premisesOf(status), sysfs: true };
  return {
    tone: 'unknown',
    title: status.findings.some(({ code }) => code === 'other-live-patching')
      ? viewGaps.noneOfItsOwn
      : say(headlineWords.noLivepatching, given, undefined),
    text: say(headlineWords.builtWithout, given, undefined),
  };
}

/** Where no livepatch is listed. */
export function noLivepatch(status: StatusDocument): EmptyView {
  const none = withoutLivepatching(status);
  if (none !== null) return none;
  const given = premisesOf(status);
  const isSure = given.livepatches && given.oneMoment;
  const unread = status.livepatch.supported === null ? viewGaps.folderUnread : viewGaps.listUnread;
  return {
    tone: isSure && given.noOtherEngine ? 'settled' : 'unknown',
    title: say(viewWords.noneLoaded, given, undefined),
    text: isSure ? calmText(status, headlineWords.asBooted) : unread,
  };
}

/** Where no transition is known to run. */
export function noTransition(status: StatusDocument): EmptyView {
  const none = withoutLivepatching(status);
  if (none !== null) return none;
  if (status.patches.length === 0) return noLivepatch(status);
  const given = premisesOf(status);
  const applied = status.patches.filter((patch) => patch.enabled === true);
  const names = applied.map((patch) => visible(patch.name));
  return {
    tone: given.oneMoment ? 'settled' : 'unknown',
    title: say(viewWords.noTransition, given, undefined),
    text:
      names.length === 0
        ? viewGaps.noneKnownEnabled(countOf(status.patches.length, 'livepatch', 'livepatches'))
        : calmText(status, headlineWords.theseRun, names),
  };
}

/** Why no function is listed, as a sentence. */
export function noFunctionText(status: StatusDocument): string {
  const none = withoutLivepatching(status);
  if (none !== null) return none.text;
  return status.patches.length === 0
    ? say(viewWords.allOriginal, premisesOf(status), undefined)
    : viewGaps.functionsUnread;
}

/** What the taint tells of the kernel below all livepatches. */
export function taintText(status: StatusDocument): string {
  const { tainted } = status.livepatch;
  const given = { ...premisesOf(status), taint: tainted !== null };
  return tainted === true
    ? say(viewWords.tainted, given, undefined)
    : say(viewWords.neverLivepatched, given, undefined);
}

/** Where a what-if has no livepatch to be about. */
export function nothingToDoText(status: StatusDocument): string {
  return say(viewWords.nothingToDo, premisesOf(status), undefined);
}

/** What lies below all livepatches. */
export function originalText(status: StatusDocument): string {
  return say(viewWords.original, premisesOf(status), undefined);
}

/** In which order the livepatches are listed. */
export function orderText(status: StatusDocument): string {
  const given = premisesOf(status);
  return status.patches.length === 1 && status.order !== 'unknown'
    ? say(viewWords.oneLivepatch, given, undefined)
    : say(
        viewWords.topRuns,
        { ...given, order: status.order !== 'unknown' },
        status.order === 'reported',
      );
}
