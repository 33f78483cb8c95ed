/** What a document shows to have been read, for the sentences that stand on it. */
import { premisesOfBoth } from '../diagnosis/premises';
import { maySkip } from '../model/consumers';
import type { Unread } from '../model/systemState';
import type { Premise } from '../words/sentence';
import type { ActiveFunction, StatusDocument } from './statusDocument';

type OfDocument = Extract<
  Premise,
  | 'livepatches'
  | 'functions'
  | 'oneMoment'
  | 'noOtherEngine'
  | 'notSkipped'
  | 'transitions'
  | 'notForced'
  | 'noForceSeen'
  | 'noneLeftBehind'
  | 'transition'
  | 'enabled'
  | 'loaded'
  | 'order'
  | 'live'
>;

export function premisesOf(status: StatusDocument): Readonly<Record<OfDocument, boolean>> {
  const { coverage, findings, ghosts, patches } = status;
  const wasRead = (what: Unread) => coverage.unread?.includes(what) !== true;
  const isFound = (finding: (typeof findings)[number]['code']) =>
    findings.some(({ code }) => code === finding);
  const objects = patches
    .filter(({ enabled }) => enabled === true)
    .flatMap((patch) => patch.objects);
  return {
    ...premisesOfBoth(status),
    livepatches:
      wasRead('livepatches') && (status.livepatch.supported === true || patches.length > 0),
    functions: wasRead('functions'),
    oneMoment: wasRead('one-moment'),
    noOtherEngine: wasRead('modules') && !isFound('other-live-patching'),
    notSkipped: !isFound('function-not-reached') && !status.functions.some(maySkip),
    transitions: status.livepatch.transitions !== false,
    notForced: wasRead('forcing') && !isFound('was-forced'),
    noForceSeen: !isFound('was-forced'),
    noneLeftBehind: wasRead('modules') && ghosts.every(({ kind }) => kind === 'leftover'),
    loaded: objects.every(({ loaded }) => loaded !== null),
  };
}

/** Some function is not reached, and this one is not seen to be redirected. */
function mayBeUnreached({ consumers }: ActiveFunction, { findings }: StatusDocument): boolean {
  return (
    consumers?.ipmodify !== true && findings.some(({ code }) => code === 'function-not-reached')
  );
}

type OfFunction = OfDocument | 'threads';

/**
 * The same of one function: what was not read of livepatches that do not have it plays no part.
 *
 * @param threads how many run it, where that was counted
 */
export function premisesOfFunction(
  entry: ActiveFunction,
  status: StatusDocument,
  threads: number | null = null,
): Readonly<Record<OfFunction, unknown>> {
  const { object, name, sympos, stack, active } = entry;
  const holders = status.patches.flatMap((patch) =>
    patch.objects
      .filter(
        (other) =>
          other.name === object &&
          other.functions.some((one) => one.name === name && one.sympos === sympos),
      )
      .map(({ loaded }) => ({ enabled: patch.enabled, loaded })),
  );
  return {
    ...premisesOf(status),
    notSkipped: !maySkip(entry) && !mayBeUnreached(entry, status),
    enabled: holders.every(({ enabled }) => enabled !== null),
    // What runs is told only of an object that is loaded.
    loaded: active !== null || holders.some(({ loaded }) => loaded !== null),
    order: status.order !== 'unknown' || stack.length < 2,
    threads,
  };
}
