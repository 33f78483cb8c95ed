/** What a state shows to have been read, for the sentences that stand on it. */
import type { SystemState, Unread } from '../model/systemState';
import type { Premise } from '../words/sentence';

type OfState = Extract<
  Premise,
  | 'livepatches'
  | 'functions'
  | 'oneMoment'
  | 'noOtherEngine'
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

export function premisesOf(state: SystemState): Readonly<Record<OfState, unknown>> {
  const { coverage, otherEngines, patches, source, livepatch } = state;
  const wasRead = (what: Unread) => !coverage.unread.includes(what);
  return {
    livepatches: wasRead('livepatches'),
    functions: wasRead('functions'),
    oneMoment: wasRead('one-moment'),
    noOtherEngine: wasRead('modules') && otherEngines.length === 0,
    otherEngine: otherEngines.length > 0,
    modules: wasRead('modules'),
    transition: state.transitionState !== 'unknown',
    enabled: patches.every(({ enabled }) => enabled !== null),
    order: state.order !== 'unknown' || patches.length < 2,
    log: state.log,
    live: source !== 'directory' && source !== 'archive',
    rights: coverage.privileged === false,
    redirections: state.redirected,
    taint: livepatch.tainted,
  };
}
