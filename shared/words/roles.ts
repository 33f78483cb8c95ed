/** What a livepatch does, or goes through, in a few words. */
import { sentence } from './sentence';

function readWhileItChanged<Facts>(says: (facts: Facts) => string) {
  return (facts: Facts, lacking: 'enabled' | 'oneMoment') =>
    lacking === 'enabled' ? 'state unknown' : says(facts);
}

const moving = readWhileItChanged<void>(() => 'reads as in transition');

export const patchWords = {
  beingApplied: sentence(['enabled', 'oneMoment'], () => 'being applied', moving),
  beingRemoved: sentence(['enabled', 'oneMoment'], () => 'being removed', moving),
  applied: sentence(
    ['enabled', 'oneMoment'],
    () => 'applied',
    readWhileItChanged<void>(() => 'read as applied'),
  ),
  enabled: sentence(
    ['enabled', 'oneMoment'],
    () => 'enabled',
    readWhileItChanged<void>(() => 'read as enabled'),
  ),
  disabled: sentence(
    ['enabled', 'oneMoment'],
    () => 'disabled',
    readWhileItChanged<void>(() => 'read as disabled'),
  ),
  leaves: sentence(
    ['replace', 'order', 'enabled', 'oneMoment'],
    () => 'leaves when it completes',
    () => 'may leave when it completes',
  ),
  leaving: sentence(
    ['replace', 'order', 'enabled', 'oneMoment'],
    () => 'leaving: replaced when the transition completes',
    () => 'may leave when the transition completes',
  ),
  objectNotLoaded: sentence(
    ['loaded', 'oneMoment'],
    () => 'not loaded',
    (_: void, lacking) => (lacking === 'loaded' ? 'unknown whether loaded' : 'not seen loaded'),
  ),
  objectNotPatched: sentence(
    ['patched', 'oneMoment'],
    () => 'not patched',
    (_: void, lacking) => (lacking === 'patched' ? '' : 'read as not patched'),
  ),
  patchesNothing: sentence(
    ['objects', 'oneMoment'],
    () => 'no object',
    () => 'what it patches was not read',
  ),
  order: sentence(
    ['order', 'oneMoment'],
    (isReported: boolean) =>
      isReported
        ? 'top of the stack first, as the kernel reports it'
        : 'top of the stack first, inferred from the order of loading',
    (_, lacking) =>
      lacking === 'order' ? 'their order is unknown' : 'the order may mix two moments',
  ),
} as const;

export const patchGaps = {
  /** As a document says; no file of a host does. */
  forced: 'forced, can never be unloaded',
  noFunctionRead: 'no function was read',
  stateUnknown: 'state unknown',
  enabledUnknown: 'not known whether enabled',
  directionUnknown: 'in transition, direction unknown',
  readsAsMoving: 'reads as in transition',
  ifReplacing: 'leaves if this is an atomic replace',
  mayLeave: 'may leave when it completes',
} as const;
