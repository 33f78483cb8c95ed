/** What a state shows to have been read, for the sentences that stand on it. */
import { maySkip } from '../model/consumers';
import type { SystemState, Unread } from '../model/systemState';
import type { Premise } from '../words/sentence';

type OfState = Extract<
  Premise,
  | 'livepatches'
  | 'functions'
  | 'oneMoment'
  | 'noOtherEngine'
  | 'notSkipped'
  | 'otherEngine'
  | 'modules'
  | 'transition'
  | 'enabled'
  | 'order'
  | 'log'
  | 'live'
  | 'rights'
  | 'redirections'
  | 'taint'
>;

/** Those that a state and a document show alike. */
export function premisesOfBoth({
  patches,
  order,
  source,
  transitionState,
}: {
  readonly patches: readonly { readonly enabled: boolean | null }[];
  readonly order: SystemState['order'];
  readonly source: SystemState['source'];
  readonly transitionState: SystemState['transitionState'];
}) {
  return {
    transition: transitionState !== 'unknown',
    enabled: patches.every(({ enabled }) => enabled !== null),
    order: order !== 'unknown' || patches.length < 2,
    // Out of a saved tree anything may have been left.
    live: source !== 'directory' && source !== 'archive',
  };
}

export function premisesOf(state: SystemState): Readonly<Record<OfState, unknown>> {
  const { coverage, otherEngines, livepatch } = state;
  const wasRead = (what: Unread) => !coverage.unread.includes(what);
  return {
    ...premisesOfBoth(state),
    livepatches: wasRead('livepatches'),
    functions: wasRead('functions'),
    oneMoment: wasRead('one-moment'),
    noOtherEngine: wasRead('modules') && otherEngines.length === 0,
    notSkipped: state.unreached.length === 0 && !state.functions.some(maySkip),
    otherEngine: otherEngines.length > 0,
    modules: wasRead('modules'),
    log: state.log,
    rights: coverage.privileged === false,
    redirections: state.redirected,
    taint: livepatch.tainted,
  };
}
